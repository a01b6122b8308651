/// \file
/// What is a moment and what is a length of time? Types that cannot be mixed up: Time (wall), Boot, Duration.
///
/// Every duration that decides something is measured in Boot; wall time is for cron, for people and for samples.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace reeve::base {

/// A length of time in microseconds; may be negative.
struct Duration {
  int64_t us = 0;
  auto operator<=>(const Duration&) const = default;
  constexpr int64_t ms() const { return us / 1000; }
  constexpr double seconds() const { return static_cast<double>(us) / 1e6; }
};
constexpr Duration micros(int64_t n) {
  return {n};
}
constexpr Duration millis(int64_t n) {
  return {n * 1000};
}
constexpr Duration seconds(int64_t n) {
  return {n * 1000000};
}
constexpr Duration minutes(int64_t n) {
  return {n * 60000000};
}
constexpr Duration hours(int64_t n) {
  return {n * 3600000000LL};
}
constexpr Duration operator+(Duration a, Duration b) {
  return {a.us + b.us};
}
constexpr Duration operator-(Duration a, Duration b) {
  return {a.us - b.us};
}
constexpr Duration operator*(Duration a, int64_t n) {
  return {a.us * n};
}

/// Wall clock, microseconds since 1970-01-01 UTC.
struct Time {
  int64_t us = 0;
  auto operator<=>(const Time&) const = default;
  constexpr int64_t ms() const { return us >= 0 ? us / 1000 : -((-us + 999) / 1000); }
};
constexpr Time operator+(Time t, Duration d) {
  return {t.us + d.us};
}
constexpr Time operator-(Time t, Duration d) {
  return {t.us - d.us};
}
constexpr Duration operator-(Time a, Time b) {
  return {a.us - b.us};
}
constexpr Time time_from_ms(int64_t ms) {
  return {ms * 1000};
}

/// CLOCK_BOOTTIME, microseconds since this machine started (it counts while the machine sleeps).
struct Boot {
  int64_t us = 0;
  auto operator<=>(const Boot&) const = default;
};
constexpr Boot operator+(Boot t, Duration d) {
  return {t.us + d.us};
}
constexpr Boot operator-(Boot t, Duration d) {
  return {t.us - d.us};
}
constexpr Duration operator-(Boot a, Boot b) {
  return {a.us - b.us};
}

/// Reads a Prometheus duration ("1h30m", "500ms", "0", "1d", units y w d h m s ms, each at most once and in that
/// order). \errors kInvalid with what was expected.
Result<Duration> parse_duration(const std::string& text);
/// The shortest Prometheus duration that says the same ("1h30m"); microseconds below 1 ms are cut. Negative: "-5m".
std::string format_duration(Duration duration);
/// RFC 3339 in UTC with milliseconds: "2026-11-24T13:39:11.250Z".
std::string format_time(Time time);
/// Reads RFC 3339 ("Z" or an offset), or Unix seconds with a fraction. \errors kInvalid.
Result<Time> parse_time(const std::string& text);

}  // namespace reeve::base
