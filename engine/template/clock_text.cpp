#include "template/clock_text.h"

#include <array>
#include <cstdio>

#include "template/printer.h"

namespace reeve::tmpl {

namespace {
constexpr int64_t kSecond = 1'000'000'000, kDay = 86400 * kSecond;
constexpr std::array<const char*, 12> kMonths{"January", "February", "March",     "April",   "May",      "June",
                                              "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::string padded(int64_t value, int width, char fill = '0') {
  std::string text = std::to_string(value);
  if (static_cast<int>(text.size()) < width) text.insert(0, static_cast<size_t>(width) - text.size(), fill);
  return text;
}
}  // namespace

int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year += floor_div(month - 1, 12);
  month = month - 1 - floor_div(month - 1, 12) * 12 + 1;
  // Howard Hinnant's days_from_civil: years begin in March, so that a leap day is the last.
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floor_div(year, 400), of_era = year - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468 + (day - 1);
}

CivilTime civil_of(int64_t unix_ns) {
  const int64_t days = floor_div(unix_ns, kDay);
  int64_t rest = unix_ns - days * kDay;
  CivilTime out;
  out.nanosecond = static_cast<int>(rest % kSecond);
  rest /= kSecond;
  out.hour = static_cast<int>(rest / 3600);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.second = static_cast<int>(rest % 60);
  const int64_t shifted = days + 719468, era = floor_div(shifted, 146097), of_era = shifted - era * 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * of_year + 2) / 153;
  out.day = static_cast<int>(of_year - (153 * shifted_month + 2) / 5 + 1);
  out.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  out.year = year_of_era + era * 400 + (out.month <= 2 ? 1 : 0);
  out.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  out.year_day = static_cast<int>(days - days_of(out.year, 1, 1) + 1);
  return out;
}

const char* month_name(int month) {
  return month >= 1 && month <= 12 ? kMonths[static_cast<size_t>(month) - 1] : "";
}
const char* weekday_name(int weekday) {
  return weekday >= 0 && weekday <= 6 ? kWeekdays[static_cast<size_t>(weekday)] : "";
}

namespace {
/// The fraction of a second: `.000` keeps its zeros, `.999` does not.
std::string fraction_text(int nanosecond, std::string_view element) {
  std::string digits = padded(nanosecond, 9).substr(0, element.size() - 1);
  if (element[1] == '9')
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits.empty() ? "" : element[0] + digits;
}

/// `.000`, `,999` and so on, not followed by a further digit; 0: none.
size_t fraction_length(std::string_view layout) {
  if (layout.size() < 2 || (layout[0] != '.' && layout[0] != ',') || (layout[1] != '0' && layout[1] != '9')) return 0;
  size_t n = 1;
  while (n < layout.size() && layout[n] == layout[1]) ++n;
  const bool digit_follows = n < layout.size() && layout[n] >= '0' && layout[n] <= '9';
  return digit_follows || n > 10 ? 0 : n;
}

using Writer = std::string (*)(const CivilTime&);
struct Element {
  std::string_view name;
  Writer write;
};
// A longer name before the shorter one that it begins with.
constexpr std::array<Element, 34> kElements{{
    {"January", [](const CivilTime& t) { return std::string(month_name(t.month)); }},
    {"Jan", [](const CivilTime& t) { return std::string(month_name(t.month)).substr(0, 3); }},
    {"Monday", [](const CivilTime& t) { return std::string(weekday_name(t.weekday)); }},
    {"Mon", [](const CivilTime& t) { return std::string(weekday_name(t.weekday)).substr(0, 3); }},
    {"MST", [](const CivilTime&) { return std::string("UTC"); }},
    {"002", [](const CivilTime& t) { return padded(t.year_day, 3); }},
    {"01", [](const CivilTime& t) { return padded(t.month, 2); }},
    {"02", [](const CivilTime& t) { return padded(t.day, 2); }},
    {"03", [](const CivilTime& t) { return padded(t.hour % 12 == 0 ? 12 : t.hour % 12, 2); }},
    {"04", [](const CivilTime& t) { return padded(t.minute, 2); }},
    {"05", [](const CivilTime& t) { return padded(t.second, 2); }},
    {"06", [](const CivilTime& t) { return padded((t.year % 100 + 100) % 100, 2); }},
    {"15", [](const CivilTime& t) { return padded(t.hour, 2); }},
    {"2006", [](const CivilTime& t) { return padded(t.year, 4); }},
    {"__2", [](const CivilTime& t) { return padded(t.year_day, 3, ' '); }},
    {"_2006", [](const CivilTime& t) { return "_" + padded(t.year, 4); }},
    {"_2", [](const CivilTime& t) { return padded(t.day, 2, ' '); }},
    {"1", [](const CivilTime& t) { return std::to_string(t.month); }},
    {"2", [](const CivilTime& t) { return std::to_string(t.day); }},
    {"3", [](const CivilTime& t) { return std::to_string(t.hour % 12 == 0 ? 12 : t.hour % 12); }},
    {"4", [](const CivilTime& t) { return std::to_string(t.minute); }},
    {"5", [](const CivilTime& t) { return std::to_string(t.second); }},
    {"PM", [](const CivilTime& t) { return std::string(t.hour >= 12 ? "PM" : "AM"); }},
    {"pm", [](const CivilTime& t) { return std::string(t.hour >= 12 ? "pm" : "am"); }},
    {"-07:00:00", [](const CivilTime&) { return std::string("+00:00:00"); }},
    {"-07:00", [](const CivilTime&) { return std::string("+00:00"); }},
    {"-070000", [](const CivilTime&) { return std::string("+000000"); }},
    {"-0700", [](const CivilTime&) { return std::string("+0000"); }},
    {"-07", [](const CivilTime&) { return std::string("+00"); }},
    {"Z07:00:00", [](const CivilTime&) { return std::string("Z"); }},
    {"Z07:00", [](const CivilTime&) { return std::string("Z"); }},
    {"Z070000", [](const CivilTime&) { return std::string("Z"); }},
    {"Z0700", [](const CivilTime&) { return std::string("Z"); }},
    {"Z07", [](const CivilTime&) { return std::string("Z"); }},
}};

/// "January" is Jan when a small letter follows "Jan" otherwise: Go then reads no element at all.
bool fits(const Element& element, std::string_view layout) {
  if (!layout.starts_with(element.name)) return false;
  if (element.name != "Jan" && element.name != "Mon") return true;
  return layout.size() == 3 || layout[3] < 'a' || layout[3] > 'z';
}
}  // namespace

std::string format_layout(int64_t unix_ns, std::string_view layout) {
  const CivilTime time = civil_of(unix_ns);
  std::string out;
  while (!layout.empty()) {
    check_length(out.size());
    if (const size_t n = fraction_length(layout); n > 0) {
      out += fraction_text(time.nanosecond, layout.substr(0, n));
      layout.remove_prefix(n);
      continue;
    }
    const Element* found = nullptr;
    for (const Element& element : kElements)
      if (!found && fits(element, layout)) found = &element;
    out += found ? found->write(time) : std::string(1, layout[0]);
    layout.remove_prefix(found ? found->name.size() : 1);
  }
  return out;
}

std::string duration_text(int64_t ns) {
  if (ns == 0) return "0s";
  const auto total = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  const auto with_fraction = [](uint64_t value, uint64_t unit, int digits, const char* name) {
    std::string rest = padded(static_cast<int64_t>(value % unit), digits);
    while (!rest.empty() && rest.back() == '0') rest.pop_back();
    return std::to_string(value / unit) + (rest.empty() ? "" : "." + rest) + name;
  };
  std::string out;
  if (total < 1000) {
    out = std::to_string(total) + "ns";
  } else if (total < 1'000'000) {
    out = with_fraction(total, 1000, 3, "\xc2\xb5s");
  } else if (total < 1'000'000'000) {
    out = with_fraction(total, 1'000'000, 6, "ms");
  } else {
    const uint64_t minutes = total / 60'000'000'000ULL;
    if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
    if (minutes > 0) out += std::to_string(minutes % 60) + "m";
    out += with_fraction(total % 60'000'000'000ULL, 1'000'000'000, 9, "s");
  }
  return ns < 0 ? "-" + out : out;
}

bool stringer_text(const Datum& value, std::string& out) {
  if (const Moment* moment = value.get<Moment>()) {
    out = format_layout(moment->ns, "2006-01-02 15:04:05.999999999 -0700 MST");
    return true;
  }
  if (const SpanPointer* span = value.get<SpanPointer>()) {
    out = duration_text(span->ns);
    return true;
  }
  const Integer* number = value.get<Integer>();
  if (!number || number->type == IntType::kInt || number->type == IntType::kInt64 || number->type == IntType::kByte)
    return false;
  const int small = static_cast<int>(number->value);
  out = number->type == IntType::kDuration ? duration_text(number->value)
        : number->type == IntType::kMonth  ? month_name(small)
                                           : weekday_name(small);
  return true;
}

}  // namespace reeve::tmpl
