// A chain of any length answers as a plain list of its samples would.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "series/series.h"

namespace reeve::series {
namespace {
using model::Labels;

const Labels kName{{"__name__", "up"}};
const Matchers kUp{{Matcher::Kind::kEqual, "__name__", "up"}};

// A day at 10 s, with a hole of ten minutes after every 700 samples.
std::vector<Point> samples(int count) {
  std::vector<Point> points;
  int64_t ms = 0;
  for (int i = 0; i < count; ++i) {
    ms += i % 700 == 699 ? 600000 : 10000;
    points.push_back({ms, i * 0.5});
  }
  return points;
}

void expect_answers_of(const SeriesView& series, const std::vector<Point>& all) {
  const int64_t end = all.back().ms + 20000;
  for (int64_t from = all.front().ms - 20000; from < end; from += 97 * 1000) {
    for (const int64_t width : {0, 9999, 10001, 300000, 700000, 5000000}) {
      std::vector<Point> points;
      series.points(from, from + width, points);
      const auto first = std::partition_point(all.begin(), all.end(), [&](const Point& p) { return p.ms <= from; });
      const auto last = std::partition_point(first, all.end(), [&](const Point& p) { return p.ms <= from + width; });
      ASSERT_EQ(points.size(), static_cast<size_t>(last - first)) << from << " + " << width;
      Point newest;
      ASSERT_EQ(series.last(from, from + width, newest), first != last) << from << " + " << width;
      if (first == last) continue;
      EXPECT_EQ(points.front().ms, first->ms);
      EXPECT_EQ(points.back().value, std::prev(last)->value);
      EXPECT_EQ(newest.ms, std::prev(last)->ms);
    }
  }
}

class LongChain : public testing::TestWithParam<int> {
 protected:
  LongChain() {
    head_.require(kUp, base::hours(1000));
    for (const Point& point : all_) head_.append(kName, point.ms, point.value);
  }
  const SeriesView& series() { return *head_.select(kUp)->at(0); }

  const std::vector<Point> all_ = samples(GetParam());
  Head head_;
};

TEST_P(LongChain, AnswersAsAPlainList) {
  expect_answers_of(series(), all_);
}

TEST_P(LongChain, AnswersFromAViewAsItWas) {
  const auto view = head_.view({kUp});
  for (int i = 1; i <= 2000; ++i) head_.append(kName, all_.back().ms + i, -1);
  expect_answers_of(*view->select(kUp)->at(0), all_);
}

TEST_P(LongChain, AnswersAfterItWasSavedAndLoadedAndGoesOn) {
  const std::string folder = testing::TempDir() + "long-chain-" + std::to_string(getpid());
  ASSERT_TRUE(head_.save(folder).ok());
  Head loaded;
  loaded.require(kUp, base::hours(1000));
  loaded.load(folder, all_.back().ms);
  std::filesystem::remove_all(folder);
  std::vector<Point> all = all_;
  for (int i = 1; i <= 2000; ++i) {
    all.push_back({all_.back().ms + i * 10000, static_cast<double>(i)});
    ASSERT_TRUE(loaded.append(kName, all.back().ms, all.back().value));
  }
  expect_answers_of(*loaded.select(kUp)->at(0), all);
}

TEST_P(LongChain, AnswersWhenItsOldestWereDroppedAndGoesOn) {
  const int64_t half = all_[all_.size() / 2].ms;
  head_.clear_requirements();
  head_.require(kUp, base::millis(all_.back().ms - half) - base::minutes(1));
  head_.expire(all_.back().ms);
  std::vector<Point> left;
  series().points(INT64_MIN, INT64_MAX, left);
  EXPECT_LE(left.size(), std::max<size_t>(all_.size() / 2 + 32, 100));
  for (int i = 1; i <= 2000; ++i) {
    left.push_back({all_.back().ms + i * 10000, static_cast<double>(i)});
    ASSERT_TRUE(head_.append(kName, left.back().ms, left.back().value));
  }
  expect_answers_of(series(), left);
}

// Around the places where the list of older chunks begins, and where it grows.
INSTANTIATE_TEST_SUITE_P(Lengths, LongChain, testing::Values(1, 8, 33, 511, 512, 513, 545, 1024, 1569, 8000));

TEST(Chain, GivesBackAllMemory) {
  Head head;
  const int64_t before = head.memory_bytes();
  for (int64_t t = 1; t <= 20000; ++t) head.append(kName, t * 1000, static_cast<double>(t * t % 101));
  const int64_t full = head.memory_bytes() - before;
  EXPECT_LT(full, 20000 * 8) << "bytes for 20,000 samples";
  head.expire(1000000000);
  EXPECT_EQ(head.series_count(), 0u);
  EXPECT_LT(head.memory_bytes() - before, 1000);
}

}  // namespace
}  // namespace reeve::series
