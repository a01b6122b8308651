#include "base/time.h"

#include <time.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace reeve::base {

namespace {
struct Unit {
  const char* name;
  int64_t us;
};
// In the order in which a duration must name them (prometheus/common/model: ParseDuration).
constexpr std::array<Unit, 7> kUnits{{{"y", 365 * 86400000000LL},
                                      {"w", 7 * 86400000000LL},
                                      {"d", 86400000000LL},
                                      {"h", 3600000000LL},
                                      {"m", 60000000LL},
                                      {"s", 1000000LL},
                                      {"ms", 1000LL}}};

Error bad_duration(const std::string& text) {
  return invalid("not a valid duration: \"" + text + "\" (write it like 30s, 5m, 1h30m or 500ms)");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "+01:30".
bool read_offset(const std::string& zone, int64_t& us) {
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return false;
  for (const size_t at : {1U, 2U, 4U, 5U})
    if (!is_digit(zone[at])) return false;
  const int hour = (zone[1] - '0') * 10 + zone[2] - '0', minute = (zone[4] - '0') * 10 + zone[5] - '0';
  us = (zone[0] == '+' ? 1 : -1) * (hour * 3600LL + minute * 60LL) * 1000000;
  return hour < 24 && minute < 60;
}
}  // namespace

Result<Duration> parse_duration(const std::string& text) {
  if (text == "0") return Duration{0};
  size_t at = 0, next_unit = 0;
  int64_t total = 0;
  if (text.empty()) return bad_duration(text);
  while (at < text.size()) {
    int64_t n = 0;
    const size_t digits = at;
    while (at < text.size() && is_digit(text[at])) {
      if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, text[at] - '0', &n)) return bad_duration(text);
      ++at;
    }
    if (at == digits) return bad_duration(text);
    size_t end = at;
    while (end < text.size() && !is_digit(text[end])) ++end;
    const std::string unit = text.substr(at, end - at);
    size_t i = next_unit;
    while (i < kUnits.size() && unit != kUnits[i].name) ++i;
    if (i == kUnits.size()) return bad_duration(text);
    int64_t part = 0;
    if (__builtin_mul_overflow(n, kUnits[i].us, &part) || __builtin_add_overflow(total, part, &total))
      return bad_duration(text);
    next_unit = i + 1;
    at = end;
  }
  return Duration{total};
}

std::string format_duration(Duration duration) {
  int64_t ms = duration.us / 1000;
  if (ms == 0) return "0s";
  std::string out;
  if (ms < 0) {
    out = "-";
    ms = -ms;
  }
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const int64_t unit_ms = kUnits[i].us / 1000;
    // Years and weeks only where they divide exactly, as Prometheus prints them.
    if (i < 3 && ms % unit_ms != 0) continue;
    if (const int64_t n = ms / unit_ms; n > 0) {
      out += std::to_string(n) + kUnits[i].name;
      ms -= n * unit_ms;
    }
  }
  return out;
}

std::string format_time(Time time) {
  const int64_t ms = time.ms();
  int64_t s = ms / 1000, rest = ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --s;
  }
  const time_t seconds_since = s;
  tm parts{};
  gmtime_r(&seconds_since, &parts);
  char text[64];
  const size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + n, sizeof text - n, ".%03dZ", static_cast<int>(rest));
  return text;
}

Result<Time> parse_time(const std::string& text) {
  const Error bad = invalid("not a time: \"" + text + "\" (write 2026-11-24T13:39:11Z or Unix seconds)");
  char* end = nullptr;
  const bool numeric = text.find_first_not_of("0123456789.+-eE") == std::string::npos;
  if (const double unix = std::strtod(text.c_str(), &end); numeric && end != text.c_str() && *end == 0) {
    if (!(unix > -9e12 && unix < 9e12)) return bad;
    return Time{static_cast<int64_t>(unix * 1e6)};
  }
  tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return bad;
  const int day = parts.tm_mday;
  int64_t us = static_cast<int64_t>(timegm(&parts)) * 1000000;
  if (parts.tm_mday != day) return bad;  // the 30th of February
  if (*rest == '.') {
    int64_t scale = 100000;
    if (!is_digit(rest[1])) return bad;
    for (++rest; is_digit(*rest); ++rest, scale /= 10) us += (*rest - '0') * scale;
  }
  const std::string zone(rest, static_cast<size_t>(text.c_str() + text.size() - rest));
  if (zone == "Z") return Time{us};
  int64_t offset_us = 0;
  if (!read_offset(zone, offset_us)) return bad;
  return Time{us - offset_us};
}

}  // namespace reeve::base
