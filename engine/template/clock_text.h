/// \file
/// How does Go write moments and durations, and what can a template ask of them? Source: Go's time. UTC only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::tmpl {

struct CivilTime {
  int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0, nanosecond = 0;
  int weekday = 4;   ///< 0: Sunday
  int year_day = 1;  ///< from 1
};
CivilTime civil_of(int64_t unix_ns);
/// Days since 1970-01-01; month and day may be beyond their range, as Go's Date allows.
int64_t days_of(int64_t year, int64_t month, int64_t day);

const char* month_name(int month);      ///< "January"; "" beyond 1..12
const char* weekday_name(int weekday);  ///< "Sunday"; "" beyond 0..6
/// Go's Time.Format for the layout's elements; what is none stays as it is.
std::string format_layout(int64_t unix_ns, std::string_view layout);
/// `1h2m3.5s`
std::string duration_text(int64_t ns);

}  // namespace reeve::tmpl
