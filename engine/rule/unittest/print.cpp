#include "rule/unittest/print.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "model/json.h"

namespace reeve::rule::unittest {

std::string exponent_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  char room[32];
  const auto end = std::to_chars(room, room + sizeof room, value, std::chars_format::scientific);
  std::string text(room, end.ptr);
  if (const size_t e = text.find('e'); e != std::string::npos) text[e] = 'E';
  return text;
}

// As model::Labels::text() quotes a value: `{x="..."}`.
std::string go_quote(const std::string& text) {
  if (text.empty()) return "\"\"";
  const std::string labels = model::Labels{{"x", text}}.text();
  return labels.substr(3, labels.size() - 4);
}

std::string go_duration(base::Duration duration) {
  std::string out;
  int64_t us = duration.us;
  if (us < 0) {
    out = "-";
    us = -us;
  }
  const int64_t hours = us / 3600000000, minutes = us / 60000000 % 60, rest = us % 60000000;
  if (us != 0 && us < 1000000) return out + base::format_number(static_cast<double>(us) / 1000) + "ms";
  if (hours > 0) out += std::to_string(hours) + "h";
  if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
  return out + base::format_number(static_cast<double>(rest) / 1e6) + "s";
}

std::string labels_text(const model::Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ", ";
    out += name + "=" + go_quote(value);
  }
  return out + "}";
}

std::string samples_text(const std::vector<Sample>& samples) {
  if (samples.empty()) return "nil";
  std::string out;
  for (const Sample& sample : samples) {
    if (!out.empty()) out += ", ";
    out +=
        labels_text(sample.labels) + " " + (sample.histogram.empty() ? exponent_text(sample.value) : sample.histogram);
  }
  return out;
}

std::string indent_lines(const std::string& lines, const std::string& indent) {
  std::string out;
  for (const char c : lines) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out;
}

namespace {
// promtool's form of a list: `[`, each item under its number, `]`.
std::string list_text(const std::vector<std::string>& items) {
  if (items.empty()) return "[]";
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i)
    out += (i ? ",\n" : "\n") + std::to_string(i) + ":" + indent_lines("\n" + items[i], "  ");
  return out + "\n]";
}
}  // namespace

std::string alerts_text(const std::vector<ExpectedAlert>& alerts) {
  std::vector<std::string> items;
  for (const ExpectedAlert& alert : alerts)
    items.push_back("Labels:" + labels_text(alert.labels) + "\nAnnotations:" + labels_text(alert.annotations));
  return list_text(items);
}

std::string runs_text(const std::vector<ExpectedRun>& runs) {
  std::vector<std::string> items;
  for (const ExpectedRun& run : runs)
    items.push_back("Runbook:" + run.runbook + "\nWith:" + model::to_json(run.with) +
                    (run.mode.empty() ? "" : "\nMode:" + run.mode));
  return list_text(items);
}

std::string diff_text(const std::string& expected, const std::string& got) {
  const std::vector<std::string> left = base::split(expected, '\n'), right = base::split(got, '\n');
  // The longest common subsequence, by its table; these texts have tens of lines.
  std::vector<std::vector<size_t>> common(left.size() + 1, std::vector<size_t>(right.size() + 1));
  for (size_t i = left.size(); i-- > 0;)
    for (size_t j = right.size(); j-- > 0;)
      common[i][j] = left[i] == right[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::string out;
  for (size_t i = 0, j = 0; i < left.size() || j < right.size();) {
    if (i < left.size() && j < right.size() && left[i] == right[j]) {
      out += "  " + left[i++] + "\n";
      ++j;
    } else if (j == right.size() || (i < left.size() && common[i + 1][j] >= common[i][j + 1])) {
      out += "- " + left[i++] + "\n";
    } else {
      out += "+ " + right[j++] + "\n";
    }
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace reeve::rule::unittest
