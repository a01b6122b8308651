#include "exec/nagios.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "common/procfs/files.h"

namespace reeve::exec {

namespace {

using common::trimmed;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Takes a number from the left; a comma counts as a point, as some locales print it.
bool take_number(std::string_view& text, double& number) {
  std::string digits(text.substr(0, text.find_first_not_of("0123456789.,+-eE")));
  for (char& c : digits) c = c == ',' ? '.' : c;
  const char* from = digits.data() + (digits.starts_with('+') ? 1 : 0);
  auto [end, error] = std::from_chars(from, digits.data() + digits.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return false;
  text.remove_prefix(static_cast<size_t>(end - digits.data()));
  return true;
}

std::optional<double> whole_number(std::string_view text) {
  double number = 0;
  text = trimmed(text);
  if (!take_number(text, number) || !text.empty()) return std::nullopt;
  return number;
}

struct Unit {
  std::string_view given;
  const char* base;
  double scale;
};
constexpr double kKilo = 1024;
constexpr Unit kUnits[] = {
    {"s", "seconds", 1},
    {"ms", "seconds", 1e-3},
    {"us", "seconds", 1e-6},
    {"ns", "seconds", 1e-9},
    {"%", "percent", 1},
    {"c", "counter", 1},
    {"B", "bytes", 1},
    {"KB", "bytes", kKilo},
    {"MB", "bytes", kKilo* kKilo},
    {"GB", "bytes", kKilo* kKilo* kKilo},
    {"TB", "bytes", kKilo* kKilo* kKilo* kKilo},
    {"KiB", "bytes", kKilo},
    {"MiB", "bytes", kKilo* kKilo},
    {"GiB", "bytes", kKilo* kKilo* kKilo},
    {"TiB", "bytes", kKilo* kKilo* kKilo* kKilo},
};

Unit unit_of(std::string_view given) {
  for (const Unit& unit : kUnits) {
    if (unit.given == given) return unit;
  }
  return {given, nullptr, 1};
}

/// 'label with ''quotes'' and = signs'=, or label=. Takes it from the left, with its sign.
bool take_label(std::string_view& text, std::string& label) {
  label.clear();
  if (!text.starts_with('\'')) {
    size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    label = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    return label.find_first_of(" \t\n'") == std::string::npos;
  }
  text.remove_prefix(1);
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c != '\'') {
      label += c;
    } else if (text.starts_with('\'')) {
      label += '\'';
      text.remove_prefix(1);
    } else {
      bool whole = text.starts_with('=') && !label.empty();
      if (whole) text.remove_prefix(1);
      return whole;
    }
  }
  return false;
}

std::optional<Range> scaled(std::optional<Range> range, double scale) {
  if (range) {
    range->low *= scale;
    range->high *= scale;
  }
  return range;
}

std::optional<double> scaled(std::optional<double> number, double scale) {
  if (number) *number *= scale;
  return number;
}

/// `value[UOM];[warn];[crit];[min];[max]` without blanks.
bool parse_value(std::string_view text, Perfdata& out) {
  std::string_view parts[5];
  for (std::string_view& part : parts) {
    part = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  std::string_view unit_text = parts[0];
  if (!take_number(unit_text, out.value)) return false;  // U is "unknown"
  Unit unit = unit_of(unit_text);
  out.unit = unit.base != nullptr ? std::string(unit.base) : std::string(unit_text);
  out.value *= unit.scale;
  out.warning = scaled(parse_range(parts[1]), unit.scale);
  out.critical = scaled(parse_range(parts[2]), unit.scale);
  out.minimum = scaled(whole_number(parts[3]), unit.scale);
  out.maximum = scaled(whole_number(parts[4]), unit.scale);
  return true;
}

void parse_perfdata(std::string_view text, std::vector<Perfdata>& out) {
  constexpr size_t kMost = 10'000;
  while (out.size() < kMost) {
    size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return;
    text.remove_prefix(begin);
    std::string_view rest = text;
    Perfdata item;
    bool labelled = take_label(rest, item.label);
    std::string_view from = labelled ? rest : text;
    size_t end = std::min(from.find_first_of(" \t\r\n"), from.size());
    if (labelled && parse_value(from.substr(0, end), item)) out.push_back(std::move(item));
    text = from.substr(end);
  }
}

}  // namespace

std::optional<Range> parse_range(std::string_view text) {
  Range range;
  text = trimmed(text);
  if (text.starts_with('@')) {
    range.inside = true;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  size_t colon = text.find(':');
  std::string_view low = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  std::string_view high = colon == std::string_view::npos ? text : text.substr(colon + 1);
  auto low_number = low.empty() ? std::optional<double>(0) : low == "~" ? -kInfinity : whole_number(low);
  auto high_number = high.empty() ? std::optional<double>(kInfinity) : whole_number(high);
  if (!low_number || !high_number || *low_number > *high_number) return std::nullopt;
  range.low = *low_number;
  range.high = *high_number;
  return range;
}

Said parse_output(std::string_view output) {
  Said said;
  size_t end = std::min(output.find('\n'), output.size());
  std::string_view first = output.substr(0, end);
  std::string_view rest = output.substr(std::min(output.size(), end + 1));
  size_t bar = first.find('|');
  said.text = trimmed(first.substr(0, bar));
  if (bar != std::string_view::npos) parse_perfdata(first.substr(bar + 1), said.perfdata);
  bar = rest.find('|');
  said.long_text = trimmed(rest.substr(0, bar));
  if (bar != std::string_view::npos) parse_perfdata(rest.substr(bar + 1), said.perfdata);
  return said;
}

const char* state_name(int exit_code) {
  constexpr const char* kNames[] = {"ok", "warning", "critical"};
  return exit_code >= 0 && exit_code <= 2 ? kNames[exit_code] : "unknown";
}

}  // namespace reeve::exec
