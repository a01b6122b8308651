// The methods of Go's time.Time, time.Duration, time.Month and time.Weekday that give something printable.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "template/clock_text.h"
#include "template/functions.h"
#include "template/printer.h"

namespace reeve::tmpl {

namespace {
constexpr int64_t kSecond = 1'000'000'000;

int64_t ns_of(const Datum& value) {
  if (const Moment* moment = value.get<Moment>()) return moment->ns;
  if (const SpanPointer* span = value.get<SpanPointer>()) return span->ns;
  const Integer* number = value.get<Integer>();
  return number ? number->value : 0;
}

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

Datum moment(int64_t ns) {
  return Moment{ns, false};
}
Datum span(int64_t ns) {
  return Datum::integer(ns, IntType::kDuration);
}

int64_t sum(int64_t a, int64_t b) {
  int64_t out = 0;
  if (__builtin_add_overflow(a, b, &out)) throw Failure{0, "the time is out of range"};
  return out;
}

Datum difference(Caller&, Arguments& a) {
  int64_t out = 0;
  if (__builtin_sub_overflow(ns_of(a[0]), ns_of(a[1]), &out)) out = ns_of(a[0]) < ns_of(a[1]) ? INT64_MIN : INT64_MAX;
  return span(out);
}

Datum add_date(Caller&, Arguments& a) {
  const CivilTime at = civil_of(ns_of(a[0]));
  const auto part = [&a](size_t i) { return std::clamp<int64_t>(a[i].get<Integer>()->value, -1000000, 1000000); };
  const int64_t days = days_of(at.year + part(1), at.month + part(2), at.day + part(3));
  int64_t seconds = 0;
  if (__builtin_mul_overflow(days, 86400 * kSecond, &seconds)) throw Failure{0, "the time is out of range"};
  return moment(sum(seconds, ns_of(a[0]) - floor_div(ns_of(a[0]), 86400 * kSecond) * 86400 * kSecond));
}

/// Half away from zero, as Duration.Round; to nothing when the unit is not positive.
int64_t rounded(int64_t ns, int64_t unit) {
  if (unit <= 0) return ns;
  const int64_t rest = ns % unit;
  const int64_t away = std::abs(rest) >= unit - std::abs(rest) ? (ns < 0 ? -unit : unit) : 0;
  return sum(ns - rest, away);
}
int64_t truncated(int64_t ns, int64_t unit) {
  return unit <= 0 ? ns : ns - ns % unit;
}
/// Times are cut from the year 1, which lies before all of them: downward.
int64_t cut_time(int64_t ns, int64_t unit) {
  if (unit <= 0) return ns;
  const auto u = static_cast<uint64_t>(unit);
  const auto add = [u](uint64_t a, uint64_t b) { return a >= u - b ? a - (u - b) : a + b; };  // below u, modulo u
  // From the year 1 to 1970 are 62,135,596,800 s: in nanoseconds more than 64 bits hold, a quarter of them fits.
  const uint64_t quarter = 15533899200ULL * kSecond % u, half = add(quarter, quarter);
  const int64_t since_1970 = ns % unit < 0 ? ns % unit + unit : ns % unit;
  return sum(ns, -static_cast<int64_t>(add(add(half, half), static_cast<uint64_t>(since_1970))));
}
int64_t round_time(int64_t ns, int64_t unit) {
  const int64_t down = cut_time(ns, unit), rest = ns - down;
  return rest < unit - rest ? down : sum(down, unit);
}

template <int CivilTime::* part>
Datum civil(Caller&, Arguments& a) {
  return Datum::integer(civil_of(ns_of(a[0])).*part);
}
template <int64_t unit>
Datum unix_in(Caller&, Arguments& a) {
  return Datum::integer(floor_div(ns_of(a[0]), unit), IntType::kInt64);
}
template <int64_t unit>
Datum span_in(Caller&, Arguments& a) {
  const int64_t whole = ns_of(a[0]) / unit, rest = ns_of(a[0]) % unit;
  return static_cast<double>(whole) + static_cast<double>(rest) / static_cast<double>(unit);
}
template <int64_t unit>
Datum span_count(Caller&, Arguments& a) {
  return Datum::integer(ns_of(a[0]) / unit, IntType::kInt64);
}
Datum text(Caller&, Arguments& a) {
  std::string out;
  stringer_text(a[0], out);
  return out;
}
Datum format(Caller&, Arguments& a) {
  return format_layout(ns_of(a[0]), a[1].get<Text>()->value);
}
Datum same(Caller&, Arguments& a) {
  return moment(ns_of(a[0]));
}
int compare(const Arguments& a) {
  return ns_of(a[0]) < ns_of(a[1]) ? -1 : ns_of(a[0]) > ns_of(a[1]) ? 1 : 0;
}

std::map<std::string, Function> by_name(std::vector<Function> functions) {
  std::map<std::string, Function> out;
  for (Function& function : functions) out.emplace(function.name, function);
  return out;
}

const std::map<std::string, Function>& time_methods() {
  constexpr Param time = Param::kTime, duration = Param::kDuration, whole = Param::kInt;
  static const std::map<std::string, Function> kMethods = by_name({
      {"String", {}, false, &text},
      {"Format", {Param::kText}, false, &format},
      {"UTC", {}, false, &same},
      {"Unix", {}, false, &unix_in<kSecond>},
      {"UnixMilli", {}, false, &unix_in<1'000'000>},
      {"UnixMicro", {}, false, &unix_in<1'000>},
      {"UnixNano", {}, false, &unix_in<1>},
      {"Year", {}, false, [](Caller&, Arguments& a) { return Datum::integer(civil_of(ns_of(a[0])).year); }},
      {"Month",
       {},
       false,
       [](Caller&, Arguments& a) { return Datum::integer(civil_of(ns_of(a[0])).month, IntType::kMonth); }},
      {"Weekday",
       {},
       false,
       [](Caller&, Arguments& a) { return Datum::integer(civil_of(ns_of(a[0])).weekday, IntType::kWeekday); }},
      {"Day", {}, false, &civil<&CivilTime::day>},
      {"Hour", {}, false, &civil<&CivilTime::hour>},
      {"Minute", {}, false, &civil<&CivilTime::minute>},
      {"Second", {}, false, &civil<&CivilTime::second>},
      {"Nanosecond", {}, false, &civil<&CivilTime::nanosecond>},
      {"YearDay", {}, false, &civil<&CivilTime::year_day>},
      {"IsZero", {}, false, [](Caller&, Arguments&) -> Datum { return false; }},
      {"Add", {duration}, false, [](Caller&, Arguments& a) { return moment(sum(ns_of(a[0]), ns_of(a[1]))); }},
      {"AddDate", {whole, whole, whole}, false, &add_date},
      {"Sub", {time}, false, &difference},
      {"Before", {time}, false, [](Caller&, Arguments& a) -> Datum { return compare(a) < 0; }},
      {"After", {time}, false, [](Caller&, Arguments& a) -> Datum { return compare(a) > 0; }},
      {"Equal", {time}, false, [](Caller&, Arguments& a) -> Datum { return compare(a) == 0; }},
      {"Compare", {time}, false, [](Caller&, Arguments& a) { return Datum::integer(compare(a)); }},
      {"Truncate", {duration}, false, [](Caller&, Arguments& a) { return moment(cut_time(ns_of(a[0]), ns_of(a[1]))); }},
      {"Round", {duration}, false, [](Caller&, Arguments& a) { return moment(round_time(ns_of(a[0]), ns_of(a[1]))); }},
  });
  return kMethods;
}

const std::map<std::string, Function>& duration_methods() {
  constexpr Param duration = Param::kDuration;
  static const std::map<std::string, Function> kMethods = by_name({
      {"String", {}, false, &text},
      {"Hours", {}, false, &span_in<3600 * kSecond>},
      {"Minutes", {}, false, &span_in<60 * kSecond>},
      {"Seconds", {}, false, &span_in<kSecond>},
      {"Milliseconds", {}, false, &span_count<1'000'000>},
      {"Microseconds", {}, false, &span_count<1'000>},
      {"Nanoseconds", {}, false, &span_count<1>},
      {"Round", {duration}, false, [](Caller&, Arguments& a) { return span(rounded(ns_of(a[0]), ns_of(a[1]))); }},
      {"Truncate", {duration}, false, [](Caller&, Arguments& a) { return span(truncated(ns_of(a[0]), ns_of(a[1]))); }},
      {"Abs",
       {},
       false,
       [](Caller&, Arguments& a) {
         const int64_t ns = ns_of(a[0]);
         return span(ns >= 0 ? ns : ns == INT64_MIN ? INT64_MAX : -ns);
       }},
  });
  return kMethods;
}
}  // namespace

const Function* find_method(const Datum& receiver, const std::string& name) {
  static const std::map<std::string, Function> kNamed = by_name({{"String", {}, false, &text}});
  const Integer* number = receiver.get<Integer>();
  const std::map<std::string, Function>* methods = nullptr;
  if (receiver.get<Moment>()) {
    methods = &time_methods();
  } else if (receiver.get<SpanPointer>() || (number && number->type == IntType::kDuration)) {
    methods = &duration_methods();
  } else if (number && (number->type == IntType::kMonth || number->type == IntType::kWeekday)) {
    methods = &kNamed;
  }
  if (!methods) return nullptr;
  const auto found = methods->find(name);
  return found == methods->end() ? nullptr : &found->second;
}

}  // namespace reeve::tmpl
