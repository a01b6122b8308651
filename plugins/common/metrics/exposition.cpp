#include "common/metrics/exposition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace reeve::common::metrics {

namespace {

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool name_part(char c) {
  return name_start(c) || (c >= '0' && c <= '9');
}
bool blank(char c) {
  return c == ' ' || c == '\t';
}

/// Reads one line from the left. Each take_… says whether it found what it looked for.
class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  void skip_blanks() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool take_name(std::string& name) {
    size_t end = 0;
    while (end < rest_.size() && (end == 0 ? name_start(rest_[end]) : name_part(rest_[end]))) ++end;
    name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return end > 0;
  }

  bool take_quoted(std::string& text) {
    if (!take('"')) return false;
    text.clear();
    while (!rest_.empty() && rest_.front() != '"') {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\') {
        text += c;
        continue;
      }
      if (rest_.empty()) return false;
      char escaped = rest_.front();
      rest_.remove_prefix(1);
      if (escaped != 'n' && escaped != '"' && escaped != '\\') text += '\\';
      text += escaped == 'n' ? '\n' : escaped;
    }
    return take('"');
  }

  std::string_view take_word() {
    size_t end = 0;
    while (end < rest_.size() && !blank(rest_[end])) ++end;
    std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  std::string_view rest_;
};

bool has_label(const Sample& sample, const std::string& name) {
  return std::any_of(sample.labels.begin(), sample.labels.end(), [&](const auto& each) { return each.first == name; });
}

/// `{a="b", c="d"}`, and `{"a name", a="b"}` where the metric's name stands inside.
bool take_labels(Line& line, Sample& sample) {
  if (!line.take('{')) return true;
  std::string name;
  std::string value;
  while (true) {
    line.skip_blanks();
    if (line.take('}')) return true;
    bool quoted = line.next_is('"');
    if (quoted ? !line.take_quoted(name) : !line.take_name(name)) return false;
    line.skip_blanks();
    if (line.take('=')) {
      line.skip_blanks();
      if (!line.take_quoted(value) || has_label(sample, name)) return false;
      sample.labels.emplace_back(std::move(name), std::move(value));
    } else {
      if (!quoted || !sample.name.empty()) return false;
      sample.name = std::move(name);
    }
    line.skip_blanks();
    if (!line.take(',') && !line.next_is('}')) return false;
  }
}

bool take_time(std::string_view word, Format format, Sample& sample) {
  auto time = number(word);
  if (!time || !std::isfinite(*time) || std::abs(*time) > 9e15) return false;
  sample.at_ms = static_cast<int64_t>(std::llround(format == Format::kOpenMetrics ? *time * 1000 : *time));
  return true;
}

const char* parse_line(std::string_view text, Format format, Sample& sample) {
  Line line(text);
  sample.name.clear();
  sample.labels.clear();
  sample.at_ms.reset();
  if (!line.next_is('{') && !line.take_name(sample.name)) return "it does not begin with a metric's name";
  line.skip_blanks();
  if (!take_labels(line, sample)) return "its labels are wrong";
  if (sample.name.empty()) return "it has no metric's name";
  line.skip_blanks();
  auto value = number(line.take_word());
  if (!value) return "its value is no number";
  sample.value = *value;
  line.skip_blanks();
  if (line.done() || line.next_is('#')) return nullptr;  // an exemplar is not ours to keep
  if (!take_time(line.take_word(), format, sample)) return "its time is no number";
  line.skip_blanks();
  return line.done() || line.next_is('#') ? nullptr : "something follows its time";
}

}  // namespace

Format format_of(std::string_view content_type) {
  return content_type.starts_with("application/openmetrics-text") ? Format::kOpenMetrics : Format::kText;
}

std::optional<double> number(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  if (digits.empty() || (digits.size() < text.size() && digits.front() == '-')) return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {  // 1e400 or 1e-400: strtod tells which
    return std::strtod(std::string(digits).c_str(), nullptr);
  }
  if (error != std::errc()) return std::nullopt;
  return value;
}

Try<size_t> parse(std::string_view page, Format format, const std::function<void(const Sample&)>& take) {
  Sample sample;
  size_t count = 0;
  for (size_t row = 1; !page.empty(); ++row) {
    size_t end = page.find('\n');
    std::string_view text = page.substr(0, end);
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    if (format == Format::kOpenMetrics && text == "# EOF") return count;
    if (text.empty() || text.front() == '#') continue;
    if (const char* why = parse_line(text, format, sample)) {
      return Fault{Kind::kInvalid, "line " + std::to_string(row) + " of the metrics page: " + why};
    }
    take(sample);
    ++count;
  }
  if (format == Format::kOpenMetrics) return Fault{Kind::kInvalid, "the metrics page ends without # EOF"};
  return count;
}

}  // namespace reeve::common::metrics
