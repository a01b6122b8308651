// A View is read on another thread while the head goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "series/series.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;

const Matchers kUp{{Kind::kEqual, "__name__", "up"}};

Labels up(int i) {
  return Labels{{"__name__", "up"}, {"i", std::to_string(i)}};
}

TEST(View, HoldsWhatTheHeadHeld) {
  Head head;
  for (int i = 0; i < 3; ++i) head.append(up(i), 10, i);
  const auto view = head.view({kUp});
  head.append(up(0), 20, 100);
  head.append(up(7), 20, 7);
  const auto found = view->select(kUp);
  ASSERT_EQ(found->size(), 3u);
  Point last;
  ASSERT_TRUE(found->at(0)->last(0, 100, last));
  EXPECT_EQ(last.value, 0);
  std::vector<Point> points;
  found->at(0)->points(0, 100, points);
  EXPECT_EQ(points.size(), 1u);
}

TEST(View, AnswersOtherMatchersFromWhatItHolds) {
  Head head;
  for (int i = 0; i < 3; ++i) head.append(up(i), 10, i);
  const auto view = head.view({kUp});
  EXPECT_EQ(view->select({{Kind::kEqual, "i", "2"}})->size(), 1u);
  EXPECT_EQ(view->select({{Kind::kEqual, "__name__", "down"}})->size(), 0u);
}

TEST(View, OutlivesItsHead) {
  auto head = std::make_unique<Head>();
  head->append(up(1), 10, 1);
  const auto view = head->view({kUp});
  head.reset();
  EXPECT_EQ(view->select(kUp)->at(0)->labels().text(), "up{i=\"1\"}");
}

TEST(View, KeepsWhatTheHeadDrops) {
  Head head;
  for (int64_t t = 1; t <= 200; ++t) head.append(up(1), t * 60000, static_cast<double>(t));
  auto view = head.view({kUp});
  head.expire(1000 * 60000);
  EXPECT_EQ(head.series_count(), 0u);
  std::vector<Point> points;
  view->select(kUp)->at(0)->points(0, INT64_MAX, points);
  EXPECT_EQ(points.size(), 200u);
  const int64_t held = head.memory_bytes();
  view.reset();
  EXPECT_LT(head.memory_bytes(), held);
}

TEST(View, IsReadWhileTheHeadAppendsAndDrops) {
  constexpr int kSeries = 50, kRounds = 400;
  Head head;
  std::atomic<std::shared_ptr<const Source>> handed;
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    std::vector<Point> points;
    while (!stop) {
      const auto view = handed.exchange(nullptr);
      if (!view) {
        std::this_thread::yield();
        continue;
      }
      const auto found = view->select(kUp);
      for (const SeriesView* series : *found) {
        points.clear();
        series->points(INT64_MIN, INT64_MAX, points);
        for (size_t i = 1; i < points.size(); ++i) {
          EXPECT_EQ(points[i].ms, points[i - 1].ms + 60000);
          EXPECT_EQ(points[i].value, points[i - 1].value + 1);
        }
        EXPECT_FALSE(series->labels().get("i").empty());
      }
      ++reads;
    }
  });
  for (int64_t round = 0; round < kRounds || reads < 5; ++round) {
    for (int i = 0; i < kSeries; ++i) head.append(up(i), round * 60000, static_cast<double>(round));
    head.expire(round * 60000);
    if (round % 3 == 0) handed = head.view({kUp});
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace reeve::series
