// Prometheus' functions that make numbers readable, and its conversions.
#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/time.h"
#include "template/clock_text.h"
#include "template/format.h"
#include "template/functions.h"
#include "template/number.h"

namespace reeve::tmpl {

namespace {
std::string short_text(double value) {
  return format_float(value, 'g', 4);
}

/// Divides while the value is at least `base`, and says by which prefix.
std::string scaled_down(double value, double base, std::initializer_list<const char*> prefixes) {
  const char* prefix = "";
  for (const char* next : prefixes) {
    if (std::fabs(value) < base) break;
    prefix = next;
    value /= base;
  }
  return short_text(value) + prefix;
}

std::string scaled_up(double value) {
  const char* prefix = "";
  for (const char* next : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
    if (std::fabs(value) >= 1) break;
    prefix = next;
    value *= 1000;
  }
  return short_text(value) + prefix;
}

std::string humanize(double value) {
  if (value == 0 || !std::isfinite(value)) return short_text(value);
  if (std::fabs(value) < 1) return scaled_up(value);
  return scaled_down(value, 1000, {"k", "M", "G", "T", "P", "E", "Z", "Y"});
}

std::string humanize_1024(double value) {
  if (std::fabs(value) <= 1 || !std::isfinite(value)) return short_text(value);
  return scaled_down(value, 1024, {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"});
}

/// As Go on amd64: what does not fit becomes the least number.
int64_t whole(double value) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return INT64_MIN;
  return static_cast<int64_t>(value);
}

std::string humanize_duration(double value) {
  if (!std::isfinite(value)) return short_text(value);
  if (value == 0) return "0s";
  if (std::fabs(value) < 1) return scaled_up(value) + "s";
  const std::string sign = value < 0 ? "-" : "";
  value = std::fabs(value);
  const int64_t total = whole(value);
  const int64_t seconds = total % 60, minutes = total / 60 % 60, hours = total / 3600 % 24, days = total / 86400;
  const auto part = [](int64_t n, const char* unit) { return std::to_string(n) + unit; };
  const std::string tail = part(minutes, "m ") + part(seconds, "s");
  if (days != 0) return sign + part(days, "d ") + part(hours, "h ") + tail;
  if (hours != 0) return sign + part(hours, "h ") + tail;
  if (minutes != 0) return sign + tail;
  return sign + short_text(value) + "s";
}

Moment moment_of(double value) {
  if (!std::isfinite(value)) throw Failure{0, "value is NaN or Inf"};
  const double ns = value * 1e9;
  if (ns > 9223372036854775807.0 || ns < -9223372036854775808.0)
    throw Failure{0,
                  printed_value(value) + " cannot be represented as a nanoseconds timestamp since it overflows int64"};
  return {whole(ns) / 1'000'000 * 1'000'000, true};
}

std::string humanize_timestamp(double value) {
  if (!std::isfinite(value)) return short_text(value);
  return printed_value(moment_of(value));
}

/// The first unit that Prometheus does not know; empty: all are known.
std::string unknown_unit(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789";
  for (size_t at = text.find_first_of(kDigits) == 0 ? 0 : text.size(); at < text.size();) {
    const size_t begin = text.find_first_not_of(kDigits, at);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find_first_of(kDigits, begin), text.size());
    const std::string unit = text.substr(begin, end - begin);
    if (!base::parse_duration("1" + unit)) return unit;
    at = end;
  }
  return {};
}

Datum parse_duration(const std::string& text) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string amount = text.substr(negative ? 1 : 0);
  if (amount.empty()) throw Failure{0, "empty duration string"};
  const auto parsed = base::parse_duration(amount);
  if (parsed) return base::Duration{negative ? -parsed->us : parsed->us}.seconds();
  const std::string unit = unknown_unit(amount);
  if (!unit.empty()) throw Failure{0, "unknown unit " + quote(unit) + " in duration " + quote(amount)};
  throw Failure{0, "not a valid duration string: " + quote(amount)};
}
}  // namespace

double to_float(const Datum& value) {
  if (const double* d = value.get<double>()) return *d;
  if (const Integer* i = value.get<Integer>()) {
    if (i->type == IntType::kInt || i->type == IntType::kInt64) return static_cast<double>(i->value);
    if (i->type == IntType::kDuration) return static_cast<double>(i->value) / 1e9;
  }
  const Text* text = value.get<Text>();
  if (!text || text->html) throw Failure{0, "can't convert " + value.type_name() + " to float"};
  double out = 0;
  const FloatFault fault = parse_float(text->value, out);
  if (fault == FloatFault::kNone) return out;
  throw Failure{0, "strconv.ParseFloat: parsing " + quote(text->value) + ": " +
                       (fault == FloatFault::kRange ? "value out of range" : "invalid syntax")};
}

std::vector<Function> humanize_functions() {
  constexpr Param any = Param::kAny;
  return {
      {"humanize", {any}, false, [](Caller&, Arguments& a) -> Datum { return humanize(to_float(a[0])); }},
      {"humanize1024", {any}, false, [](Caller&, Arguments& a) -> Datum { return humanize_1024(to_float(a[0])); }},
      {"humanizeDuration",
       {any},
       false,
       [](Caller&, Arguments& a) -> Datum { return humanize_duration(to_float(a[0])); }},
      {"humanizePercentage",
       {any},
       false,
       [](Caller&, Arguments& a) -> Datum { return short_text(to_float(a[0]) * 100) + "%"; }},
      {"humanizeTimestamp",
       {any},
       false,
       [](Caller&, Arguments& a) -> Datum { return humanize_timestamp(to_float(a[0])); }},
      {"toTime", {any}, false, [](Caller&, Arguments& a) -> Datum { return moment_of(to_float(a[0])); }},
      {"toDuration",
       {any},
       false,
       [](Caller&, Arguments& a) -> Datum { return SpanPointer{whole(to_float(a[0]) * 1e9)}; }},
      {"parseDuration",
       {Param::kText},
       false,
       [](Caller&, Arguments& a) -> Datum { return parse_duration(a[0].get<Text>()->value); }},
  };
}

}  // namespace reeve::tmpl
