// Parts of a moment in UTC, and the times of samples.
#include <cmath>

#include "promql/calls.h"

namespace reeve::promql {

namespace {
struct Civil {
  int64_t year = 0;
  int month = 0, day = 0;  // from 1
};

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// As Go's time package counts: seconds since a year far before any other, without a sign, so that every number of
// seconds has its date.
constexpr uint64_t kUnixToAbsolute = 9223371966579724800ULL;
uint64_t absolute(int64_t unix_seconds) {
  return static_cast<uint64_t>(unix_seconds) + kUnixToAbsolute;
}
int64_t days_of(int64_t unix_seconds) {
  return static_cast<int64_t>(absolute(unix_seconds) / 86400) - static_cast<int64_t>(kUnixToAbsolute / 86400);
}

// Days since 1970-01-01 to a date. Source: H. Hinnant, chrono-compatible low-level date algorithms.
Civil civil(int64_t days) {
  days += 719468;
  const int64_t era = floor_div(days, 146097);
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  Civil date;
  date.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  date.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool is_leap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
int days_in(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

double year(int64_t s) {
  return static_cast<double>(civil(days_of(s)).year);
}
double month(int64_t s) {
  return civil(days_of(s)).month;
}
double day_of_month(int64_t s) {
  return civil(days_of(s)).day;
}
double day_of_week(int64_t s) {
  const int64_t days = days_of(s) + 4;  // 1970-01-01 was a Thursday
  return static_cast<double>(days - floor_div(days, 7) * 7);
}
double day_of_year(int64_t s) {
  const Civil date = civil(days_of(s));
  int day = date.day;
  for (int m = 1; m < date.month; ++m) day += days_in(date.year, m);
  return day;
}
double days_in_month(int64_t s) {
  const Civil date = civil(days_of(s));
  return days_in(date.year, date.month);
}
double hour(int64_t s) {
  return static_cast<double>(absolute(s) % 86400 / 3600);
}
double minute(int64_t s) {
  return static_cast<double>(absolute(s) % 3600 / 60);
}

// What is no number of seconds at all (NaN, infinities, beyond 64 bits) becomes the lowest one, as on Go's amd64.
double part_of(TimeFunction function, double seconds) {
  constexpr double kMost = 9223372036854775808.0;
  return function(seconds >= -kMost && seconds < kMost ? static_cast<int64_t>(seconds) : INT64_MIN);
}
}  // namespace

TimeFunction time_function(Fn id) {
  switch (id) {
    case Fn::kYear:
      return year;
    case Fn::kMonth:
      return month;
    case Fn::kDayOfMonth:
      return day_of_month;
    case Fn::kDayOfWeek:
      return day_of_week;
    case Fn::kDayOfYear:
      return day_of_year;
    case Fn::kDaysInMonth:
      return days_in_month;
    case Fn::kHour:
      return hour;
    case Fn::kMinute:
      return minute;
    default:
      return nullptr;
  }
}

Grid apply_time(Evaluation& eval, const CallNode& call, const Steps& steps, TimeFunction function) {
  if (call.args.empty()) {
    Grid grid(steps.count);
    double* cells = grid.add(eval.arena().set(model::Labels{}), false);
    for (int32_t i = 0; i < steps.count; ++i) cells[i] = part_of(function, static_cast<double>(steps.at(i)) / 1000);
    return grid;
  }
  Grid grid = eval.vector(*call.args[0], steps);
  for (double& cell : grid.cells) cell = is_float(cell) ? part_of(function, cell) : absent();
  grid.compact();
  eval.drop_names(grid);
  return grid;
}

Grid apply_timestamp(Evaluation& eval, const CallNode& call, const Steps& steps, bool start_times) {
  const Node& arg = unwrap(*call.args[0]);
  Grid grid(steps.count);
  if (arg.kind == Node::Kind::kSelector && !as<SelectorNode>(arg).smoothed) {
    grid = eval.select_times(as<SelectorNode>(arg), steps, start_times);
  } else {
    // Anything computed has the time of its step, and no start.
    grid = eval.vector(arg, steps);
    for (size_t i = 0; i < grid.size(); ++i)
      for (int32_t step = 0; step < steps.count; ++step)
        if (double& cell = grid.row(i)[step]; !is_absent(cell))
          cell = start_times ? 0 : static_cast<double>(steps.at(step)) / 1000;
  }
  eval.drop_names(grid);
  return grid;
}

}  // namespace reeve::promql
