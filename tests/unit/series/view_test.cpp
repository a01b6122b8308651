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

// A long series: its Views share its older chunks with it, so neither a View nor a seal copies the list of all.
TEST(View, SharesTheOlderChunksOfALongSeries) {
  Head head;
  int64_t t = 0;
  const auto append = [&](int count) {
    for (int i = 0; i < count; ++i, ++t) head.append(up(1), t * 1000, static_cast<double>(t % 7));
  };
  append(64000);
  std::vector<std::shared_ptr<const Source>> views;
  const int64_t before = head.memory_bytes();
  for (int i = 0; i < 100; ++i) {
    views.push_back(head.view({kUp}));
    append(8);
  }
  EXPECT_LT(head.memory_bytes() - before, 100 * 1000) << "bytes for 100 seals, each held by a View";
  for (size_t i = 0; i < views.size(); ++i) {
    std::vector<Point> points;
    views[i]->select(kUp)->at(0)->points(INT64_MIN, INT64_MAX, points);
    EXPECT_EQ(points.size(), 64000 + 8 * i);
  }
  views.clear();
  EXPECT_LT(head.memory_bytes() - before, 100 * 100);
}

// Reads, on a thread of its own, every View that is handed over, until it goes.
class ReaderThread {
 public:
  ~ReaderThread() {
    stop_ = true;
    thread_.join();
  }
  void hand_over(std::shared_ptr<const Source> view) { handed_ = std::move(view); }
  int reads() const { return reads_; }

 private:
  void run() {
    while (!stop_) {
      if (const auto view = handed_.exchange(nullptr)) {
        read(*view);
      } else {
        std::this_thread::yield();
      }
    }
  }
  void read(const Source& view) {
    const auto found = view.select(kUp);
    for (const SeriesView* series : *found) {
      std::vector<Point> points;
      series->points(INT64_MIN, INT64_MAX, points);
      for (size_t i = 1; i < points.size(); ++i) {
        EXPECT_EQ(points[i].ms, points[i - 1].ms + 60000);
        EXPECT_EQ(points[i].value, points[i - 1].value + 1);
      }
      EXPECT_FALSE(series->labels().get("i").empty());
    }
    ++reads_;
  }

  std::atomic<std::shared_ptr<const Source>> handed_;
  std::atomic<bool> stop_{false};
  std::atomic<int> reads_{0};
  std::thread thread_{[this] { run(); }};
};

void append_and_drop_while_read(int series, int rounds, base::Duration window) {
  Head head;
  head.require(kUp, window);
  ReaderThread reader;
  for (int64_t round = 0; round < rounds || reader.reads() < 5; ++round) {
    for (int i = 0; i < series; ++i) head.append(up(i), round * 60000, static_cast<double>(round));
    head.expire(round * 60000);
    if (round % 3 == 0) reader.hand_over(head.view({kUp}));
  }
}

TEST(View, IsReadWhileTheHeadAppendsAndDrops) {
  append_and_drop_while_read(50, 400, base::minutes(15));
}

TEST(View, IsReadWhileALongSeriesGrowsAndIsCut) {
  append_and_drop_while_read(2, 12000, base::hours(100));
}

}  // namespace
}  // namespace reeve::series
