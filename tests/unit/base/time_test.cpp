#include "base/time.h"

#include <gtest/gtest.h>

namespace reeve::base {
namespace {

struct Case {
  const char* text;
  int64_t ms;
};

class GoodDurations : public testing::TestWithParam<Case> {};

TEST_P(GoodDurations, Read) {
  const auto read = parse_duration(GetParam().text);
  ASSERT_TRUE(read.ok()) << read.error().text;
  EXPECT_EQ(read->ms(), GetParam().ms);
}

INSTANTIATE_TEST_SUITE_P(All, GoodDurations,
                         testing::Values(Case{"0", 0}, Case{"0s", 0}, Case{"5m", 300000}, Case{"1h30m", 5400000},
                                         Case{"500ms", 500}, Case{"1d", 86400000}, Case{"1w", 604800000},
                                         Case{"1y", 31536000000}, Case{"1h0m1s", 3601000}, Case{"1s1ms", 1001}));

class BadDurations : public testing::TestWithParam<const char*> {};

TEST_P(BadDurations, AreRefusedWithAHint) {
  const auto read = parse_duration(GetParam());
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().fault, Fault::kInvalid);
  EXPECT_NE(read.error().text.find("write it like"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, BadDurations,
                         testing::Values("", "5", "m", "1m1h", "1m1m", "-5m", "1.5h", "5 m", "1x", "9999999999999y",
                                         "99999999999999999999s", "5m ", "ms"));

TEST(FormatDuration, SaysTheSameInTheShortestForm) {
  for (const char* text : {"0s", "1ms", "1s", "1m", "1h30m", "1d", "1w", "1y", "5m1s", "2w"})
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  EXPECT_EQ(format_duration(hours(36)), "36h") << "days only where they divide exactly";
  EXPECT_EQ(format_duration(minutes(-5)), "-5m");
}

TEST(ParseTime, ReadsRfc3339AndUnixSeconds) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:01Z")->us, 1000000);
  EXPECT_EQ(parse_time("1970-01-01T01:00:00+01:00")->us, 0);
  EXPECT_EQ(parse_time("1969-12-31T23:00:00.5-01:00")->us, 500000);
  EXPECT_EQ(parse_time("1.25")->us, 1250000);
  for (const char* bad : {"", "yesterday", "2026-13-01T00:00:00Z", "2026-11-24", "2026-11-24T00:00:00", "1e30", "nan"})
    EXPECT_FALSE(parse_time(bad).ok()) << bad;
}

TEST(FormatTime, IsReadBackAsTheSameMoment) {
  for (const int64_t us : {int64_t{0}, int64_t{1764000000123000}, int64_t{-1500000}})
    EXPECT_EQ(parse_time(format_time(Time{us}))->us, us);
}

TEST(TimeMs, RoundsDownAlsoBeforeTheEpoch) {
  EXPECT_EQ(Time{1999}.ms(), 1);
  EXPECT_EQ(Time{-1}.ms(), -1);
  EXPECT_EQ(Time{-1000}.ms(), -1);
}

}  // namespace
}  // namespace reeve::base
