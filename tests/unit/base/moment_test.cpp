// Times of people and of clocks: what is a time, which moment is it, and how is it written?
#include <gtest/gtest.h>

#include <random>

#include "base/clock.h"
#include "base/time.h"

namespace reeve::base {
namespace {

struct Moment {
  const char* text;
  int64_t us;
};

TEST(ParseTime, ReadsEveryFormOfRfc3339) {
  const Moment moments[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1969-12-31T23:59:59.999Z", -1000},
      {"2000-02-29T12:00:00Z", 951825600000000},
      {"2024-02-29T00:00:00Z", 1709164800000000},
      {"2026-11-24T13:39:11.250Z", 1795527551250000},
      {"2026-11-24T13:39:11.250999Z", 1795527551250999},
      {"2026-11-24T13:39:11.2509999999Z", 1795527551250999},
      {"2026-11-24T13:39:11.2+00:00", 1795527551200000},
      {"2026-11-24T15:09:11+01:30", 1795527551000000},
      {"2026-11-24T05:39:11-08:00", 1795527551000000},
      {"1900-01-01T00:00:00Z", -2208988800000000},
      {"9999-12-31T23:59:59Z", 253402300799000000},
      {"0", 0},
      {"-1.5", -1500000},
      {"1e3", 1000000000},
      {"1795527551.25", 1795527551250000},
      {".5", 500000},
  };
  for (const Moment& m : moments) {
    const auto time = parse_time(m.text);
    ASSERT_TRUE(time.ok()) << m.text;
    EXPECT_EQ(time->us, m.us) << m.text;
  }
}

TEST(ParseTime, RefusesWhatNoCalendarOrClockShows) {
  for (const char* bad : {"2026-02-29T00:00:00Z",
                          "2026-02-30T00:00:00Z",
                          "1900-02-29T00:00:00Z",
                          "2026-04-31T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-01-32T00:00:00Z",
                          "2026-01-01T24:00:00Z",
                          "2026-01-01T00:60:00Z",
                          "2026-01-01T00:00:00.Z",
                          "2026-01-01T00:00:00.5",
                          "2026-01-01T00:00:00z ",
                          "2026-01-01T00:00:00+1:00",
                          "2026-01-01T00:00:00+0100",
                          "2026-01-01T00:00:00+24:00",
                          "2026-01-01T00:00:00+01:60",
                          "2026-01-01T00:00:00+01:00x",
                          "2026-01-01T00:00:00+-1:00",
                          "2026-01-01T00:00:00ZZ",
                          "2026-01-01 00:00:00",
                          "0x10",
                          "inf",
                          "1 ",
                          " 1",
                          "1,5",
                          "1.2.3",
                          "--1",
                          "e5",
                          ".",
                          "9e12",
                          "-9e12",
                          "1e999"}) {
    const auto time = parse_time(bad);
    ASSERT_FALSE(time.ok()) << bad;
    EXPECT_EQ(time.error().fault, Fault::kInvalid);
    EXPECT_EQ(time.error().text,
              "not a time: \"" + std::string(bad) + "\" (write 2026-11-24T13:39:11Z or Unix seconds)");
  }
  EXPECT_FALSE(parse_time(std::string("1\0", 2)).ok());
  EXPECT_FALSE(parse_time(std::string("2026-01-01T00:00:00Z\0", 21)).ok());
}

TEST(FormatTime, ShowsMillisecondsInUtc) {
  const Moment moments[] = {{"1970-01-01T00:00:00.000Z", 0},
                            {"1970-01-01T00:00:00.001Z", 1999},
                            {"1969-12-31T23:59:59.999Z", -1},
                            {"1969-12-31T23:59:59.000Z", -1000000},
                            {"2026-11-24T13:39:11.250Z", 1795527551250000},
                            {"2024-02-29T23:59:59.999Z", 1709251199999999},
                            {"9999-12-31T23:59:59.000Z", 253402300799000000}};
  for (const Moment& m : moments) EXPECT_EQ(format_time(Time{m.us}), m.text);
}

TEST(Times, RandomMomentsSurviveTheirText) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    const int64_t ms = static_cast<int64_t>(random() % 280000000000000) - 30000000000000;
    EXPECT_EQ(parse_time(format_time(time_from_ms(ms)))->ms(), ms);
  }
}

TEST(Durations, RandomLengthsSurviveTheirText) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 2000; ++i) {
    const Duration length = millis(static_cast<int64_t>(random() >> (20 + random() % 40)));
    const std::string text = format_duration(length);
    const auto read = parse_duration(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(*read, length) << text;
    if (length.us != 0) {
      EXPECT_EQ(format_duration(Duration{-length.us}), "-" + text);
    }
  }
}

TEST(Durations, MicrosecondsBelowAMillisecondAreCut) {
  EXPECT_EQ(format_duration(micros(999)), "0s");
  EXPECT_EQ(format_duration(micros(-999)), "0s");
  EXPECT_EQ(format_duration(micros(1999)), "1ms");
  EXPECT_EQ(format_duration(Duration{INT64_MIN}).front(), '-');
}

TEST(Durations, TheLongestThatFitsIsReadAndTheNextIsNot) {
  EXPECT_TRUE(parse_duration("292000y").ok());
  EXPECT_FALSE(parse_duration("293000y").ok());
  EXPECT_EQ(parse_duration("9223372036854775ms")->us, 9223372036854775000);
  EXPECT_FALSE(parse_duration("9223372036854776ms").ok());
  EXPECT_FALSE(parse_duration("292000y300000w").ok()) << "a sum that does not fit";
}

TEST(Units, AddAndCompareWithinTheirKind) {
  EXPECT_EQ(hours(1), minutes(60));
  EXPECT_EQ(seconds(1) + millis(500), micros(1500000));
  EXPECT_EQ(minutes(1) - seconds(90), seconds(-30));
  EXPECT_EQ(seconds(2) * 3, seconds(6));
  EXPECT_LT(millis(-1), micros(0));
  EXPECT_DOUBLE_EQ(millis(1500).seconds(), 1.5);
  EXPECT_EQ(time_from_ms(5) + millis(5) - time_from_ms(4), millis(6));
  EXPECT_EQ(Boot{5} + micros(2) - Boot{3}, micros(4));
  EXPECT_EQ(Time{-1001}.ms(), -2) << "down, also before the epoch";
  EXPECT_EQ(Time{-1}.ms(), -1);
}

TEST(ManualClock, TheWallMayJumpTheBootMayNot) {
  ManualClock clock(Time{1000});
  const Boot start = clock.boot();
  clock.advance(seconds(5));
  EXPECT_EQ(clock.wall(), Time{5001000});
  EXPECT_EQ(clock.boot() - start, seconds(5));
  clock.step_wall(Time{-7});
  EXPECT_EQ(clock.wall(), Time{-7});
  EXPECT_EQ(clock.boot() - start, seconds(5));
  clock.advance(seconds(1));
  EXPECT_EQ(clock.wall(), Time{999993});
}

TEST(SystemClock, ItsBootTimeDoesNotGoBack) {
  const Boot first = system_clock().boot();
  EXPECT_GE(system_clock().boot(), first);
  EXPECT_FALSE(system_clock().boot_id().empty());
  EXPECT_EQ(system_clock().boot_id(), system_clock().boot_id());
}

}  // namespace
}  // namespace reeve::base
