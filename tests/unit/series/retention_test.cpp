// What is dropped when, and what gives way when memory is short.
#include <gtest/gtest.h>

#include "series/series.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;
constexpr int64_t kMinute = 60000;

Labels named(const std::string& name, const std::string& value = "") {
  return Labels{{"__name__", name}, {"id", value}};
}
Matchers by_name(const std::string& name) {
  return {{Kind::kEqual, "__name__", name}};
}

size_t points(const Head& head, const std::string& name) {
  std::vector<Point> out;
  const auto found = head.select(by_name(name));
  for (const SeriesView* series : *found) series->points(INT64_MIN, INT64_MAX, out);
  return out.size();
}

TEST(Retention, ASeriesWithoutNewSamplesIsForgotten) {
  Head head;
  head.append(named("old"), 0, 1);
  head.append(named("young"), 10 * kMinute, 1);
  head.expire(14 * kMinute);
  EXPECT_EQ(head.series_count(), 2u);
  head.expire(15 * kMinute);
  EXPECT_EQ(head.series_count(), 1u);
  EXPECT_TRUE(head.label_values("__name__") == std::vector<std::string>{"young"});
  EXPECT_TRUE(head.append(named("old"), 16 * kMinute, 1)) << "it may be born again";
  EXPECT_EQ(points(head, "old"), 1u);
}

TEST(Retention, OldChunksGoWhileTheSeriesLives) {
  Head head;
  for (int64_t i = 0; i < 600; ++i) head.append(named("a"), i * 15000, static_cast<double>(i));
  head.expire(600 * 15000);
  const size_t kept = points(head, "a");
  EXPECT_GE(kept, 60u) << "15 minutes at 15 s";
  EXPECT_LE(kept, 60u + 32u) << "no more than a chunk beyond";
}

TEST(Retention, ARequiredWindowIsKept) {
  Head head;
  head.append(named("before"), 0, 1);
  head.require(by_name("before"), base::hours(2));
  head.require(by_name("after"), base::hours(2));
  head.append(named("after"), 0, 1);
  head.append(named("other"), 0, 1);
  head.expire(115 * kMinute);
  EXPECT_EQ(points(head, "before"), 1u);
  EXPECT_EQ(points(head, "after"), 1u);
  EXPECT_EQ(points(head, "other"), 0u);
  head.clear_requirements();
  head.expire(115 * kMinute);
  EXPECT_EQ(head.series_count(), 0u);
}

TEST(Retention, MemoryIsGivenBack) {
  Head head;
  const int64_t empty = head.memory_bytes();
  for (int i = 0; i < 5000; ++i)
    for (int64_t t = 0; t < 20; ++t)
      head.append(named("a", std::to_string(i)), t * kMinute, static_cast<double>(t * i));
  EXPECT_GT(head.memory_bytes(), empty + 5000 * 200);
  head.expire(100 * kMinute);
  EXPECT_EQ(head.series_count(), 0u);
  EXPECT_LT(head.memory_bytes(), empty + 300000) << "only the tables' room is left";
}

TEST(Retention, TheLongestWindowsGiveWayFirst) {
  HeadLimits limits;
  limits.memory_bytes = 600000;
  Head head(limits);
  head.require(by_name("long"), base::hours(24));
  head.require(by_name("short"), base::minutes(20));
  EXPECT_TRUE(head.short_windows().empty());
  int64_t now = 0;
  for (int64_t minute = 0; minute < 24 * 60; ++minute) {
    now = minute * kMinute;
    for (int i = 0; i < 40; ++i) {
      // Values that no line fits: they need their room.
      head.append(named("long", std::to_string(i)), now, 0.1 + static_cast<double>(minute * minute % 977) / 3);
      head.append(named("short", std::to_string(i)), now, 0.1 + static_cast<double>(minute * minute % 977) / 3);
    }
    if (minute % 10 == 0) head.expire(now);
  }
  head.expire(now);
  EXPECT_LE(head.memory_bytes(), limits.memory_bytes + 50000);
  const std::vector<ShortWindow> cut = head.short_windows();
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0].matchers[0].value, "long");
  EXPECT_EQ(cut[0].wanted, base::hours(24));
  EXPECT_GE(cut[0].kept, base::minutes(20)) << "the short one is whole";
  EXPECT_GE(points(head, "short"), 40u * 20u);
}

TEST(Retention, WithoutRoomNewSeriesAreRefused) {
  HeadLimits limits;
  limits.memory_bytes = 100000;
  Head head(limits);
  model::Batch batch;
  batch.instance = "a/b";
  for (int i = 0; i < 5000; ++i) batch.samples.push_back({named("a", std::to_string(i)), 1, std::nullopt});
  const Appended appended = head.append(batch);
  EXPECT_GT(appended.refused, 0u);
  EXPECT_GT(appended.added, 100u);
  EXPECT_EQ(appended.added + appended.refused, 5000u);
}

TEST(Retention, ManyBirthsAndDeathsKeepIdsAndSelectorsRight) {
  Head head;
  const Matchers matchers = by_name("pod");
  int64_t now = 0;
  for (int round = 0; round < 60; ++round) {
    now += 20 * kMinute;
    for (int i = 0; i < 500; ++i) head.append(named("pod", std::to_string(round * 500 + i)), now, round);
    head.append(named("stays", "1"), now, round);
    head.expire(now);
    const auto found = head.select(matchers);
    ASSERT_EQ(found->size(), 500u) << round;
    for (const SeriesView* series : *found) {
      Point last;
      ASSERT_TRUE(series->last(0, now, last));
      ASSERT_EQ(last.value, round);
    }
  }
  EXPECT_EQ(head.series_count(), 501u);
  EXPECT_LT(head.memory_bytes(), 600000);
}

}  // namespace
}  // namespace reeve::series
