#include "unit/promql/promqltest/notation.h"

#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "model/sample.h"
#include "promql/histogram_math.h"
#include "promql/histogram_notation.h"
#include "promql/quote.h"

namespace reeve::promqltest {

namespace {
using HistogramPtr = std::shared_ptr<const series::Histogram>;

base::Error bad(std::string_view what, std::string_view text) {
  return base::invalid("series notation: " + std::string(what) + " in: " + std::string(text));
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\t')) rest.remove_prefix(1);
}

// A quoted literal at the front.
base::Result<std::string> take_quoted(std::string_view& rest) {
  const char sign = rest[0];
  size_t end = 1;
  while (end < rest.size() && rest[end] != sign) end += rest[end] == '\\' && sign != '`' ? 2 : 1;
  std::string text;
  if (end >= rest.size() || !promql::unquote(rest.substr(0, end + 1), text)) return bad("bad string", rest);
  rest.remove_prefix(end + 1);
  return text;
}

std::string_view take_name(std::string_view& rest) {
  size_t end = 0;
  while (end < rest.size() &&
         (std::isalnum(static_cast<unsigned char>(rest[end])) || rest[end] == '_' || rest[end] == ':'))
    ++end;
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end);
  return name;
}

bool is_quote(std::string_view rest) {
  return !rest.empty() && (rest[0] == '"' || rest[0] == '\'' || rest[0] == '`');
}

base::Status take_label(std::string_view& rest, model::Labels& labels) {
  const bool quoted = is_quote(rest);
  std::string name;
  if (quoted) {
    REEVE_TRY(name, take_quoted(rest));
  } else {
    name = take_name(rest);
  }
  skip_blanks(rest);
  if (quoted && (rest.empty() || rest[0] != '=')) {
    labels.set(model::kNameLabel, name);
    return {};
  }
  if (name.empty() || rest.empty() || rest[0] != '=') return bad("bad label", rest);
  rest.remove_prefix(1);
  skip_blanks(rest);
  if (!is_quote(rest)) return bad("bad label value", rest);
  REEVE_TRY(const std::string value, take_quoted(rest));
  labels.set(name, value);
  return {};
}

base::Result<model::Labels> take_metric(std::string_view& rest) {
  model::Labels labels;
  const std::string_view name = take_name(rest);
  if (!name.empty()) labels.set(model::kNameLabel, name);
  std::string_view after = rest;
  skip_blanks(after);
  if (after.empty() || after[0] != '{' || after.substr(0, 2) == "{{") return labels;
  rest = after.substr(1);
  for (;;) {
    skip_blanks(rest);
    if (rest.empty()) return bad("unclosed braces", rest);
    if (rest[0] == '}') break;
    REEVE_CHECK(take_label(rest, labels));
    skip_blanks(rest);
    if (!rest.empty() && rest[0] == ',') rest.remove_prefix(1);
  }
  rest.remove_prefix(1);
  return labels;
}

// `x5` at the front: 5; nothing there: -1.
base::Result<int> take_times(std::string_view& rest) {
  if (rest.empty() || rest[0] != 'x') return -1;
  size_t end = 1;
  while (end < rest.size() && std::isdigit(static_cast<unsigned char>(rest[end]))) ++end;
  if (end == 1 || end > 8) return bad("bad repetition", rest);
  const int times = std::stoi(std::string(rest.substr(1, end - 1)));
  rest.remove_prefix(end);
  return times;
}

base::Result<double> take_number(std::string_view& rest) {
  size_t end = 0;
  if (end < rest.size() && (rest[end] == '+' || rest[end] == '-')) ++end;
  if (rest.substr(end, 5) == "stale") {
    rest.remove_prefix(end + 5);
    return model::stale_marker();
  }
  const bool word = end < rest.size() && std::isalpha(static_cast<unsigned char>(rest[end]));
  while (end < rest.size()) {
    const char c = rest[end];
    const bool exponent_sign = (c == '+' || c == '-') && end > 0 && (rest[end - 1] == 'e' || rest[end - 1] == 'E');
    const bool part = word ? std::isalpha(static_cast<unsigned char>(c)) != 0 && c != 'x'
                           : std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == 'e' || c == 'E';
    if (!part && !exponent_sign) break;
    ++end;
  }
  double value = 0;
  if (!promql::parse_float(rest.substr(0, end), value)) return bad("bad number", rest);
  rest.remove_prefix(end);
  return value;
}

base::Result<HistogramPtr> take_histogram(std::string_view& rest) {
  const size_t end = rest.find("}}");
  if (end == std::string_view::npos) return bad("unclosed histogram", rest);
  REEVE_TRY(series::Histogram histogram, promql::parse_histogram(rest.substr(0, end + 2)));
  rest.remove_prefix(end + 2);
  return std::make_shared<const series::Histogram>(std::move(histogram));
}

base::Status take_histograms(std::string_view& rest, std::vector<Item>& items) {
  REEVE_TRY(HistogramPtr histogram, take_histogram(rest));
  HistogramPtr step;
  const bool minus = !rest.empty() && rest[0] == '-';
  if (rest.substr(0, 3) == "+{{" || rest.substr(0, 3) == "-{{") {
    rest.remove_prefix(1);
    REEVE_TRY(step, take_histogram(rest));
  }
  REEVE_TRY(const int times, take_times(rest));
  for (int i = 0; i <= std::max(times, 0); ++i) {
    if (i > 0 && step) {
      histogram = (minus ? promql::subtracted(*histogram, *step) : promql::added(*histogram, *step)).result;
      if (!histogram) return bad("histograms that cannot be added", rest);
    }
    items.push_back({std::nullopt, histogram});
  }
  return {};
}

base::Status take_floats(std::string_view& rest, std::vector<Item>& items) {
  REEVE_TRY(double value, take_number(rest));
  double step = 0;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    const double sign = rest[0] == '-' ? -1 : 1;
    rest.remove_prefix(1);
    REEVE_TRY(const double size, take_number(rest));
    step = sign * size;
  }
  REEVE_TRY(const int times, take_times(rest));
  for (int i = 0; i <= std::max(times, 0); ++i) {
    items.push_back({value, nullptr});
    if (step != 0) value += step;
  }
  return {};
}

base::Status take_item(std::string_view& rest, std::vector<Item>& items) {
  if (rest[0] == '_') {
    rest.remove_prefix(1);
    REEVE_TRY(const int times, take_times(rest));
    items.insert(items.end(), static_cast<size_t>(times < 0 ? 1 : times), Item{});
    return {};
  }
  return rest.substr(0, 2) == "{{" ? take_histograms(rest, items) : take_floats(rest, items);
}

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, std::min(rest.find_first_of(" \t"), rest.size()));
  rest.remove_prefix(word.size());
  return word;
}

// `dur`, `durxN`, `dur+durxN`, `_`, `_xN`.
base::Status take_start(std::string_view word, std::vector<std::optional<int64_t>>& out) {
  int times = -1;
  if (const size_t x = word.rfind('x'); x != std::string_view::npos) {
    times = std::atoi(std::string(word.substr(x + 1)).c_str());
    word = word.substr(0, x);
  }
  if (word == "_") {
    out.insert(out.end(), static_cast<size_t>(times < 0 ? 1 : times), std::nullopt);
    return {};
  }
  const size_t sign = word.find_first_of("+-", 1);
  REEVE_TRY(int64_t value, parse_ms(word.substr(0, sign)));
  int64_t step = 0;
  if (sign != std::string_view::npos) {
    REEVE_TRY(step, parse_ms(word.substr(sign + 1)));
    if (word[sign] == '-') step = -step;
  }
  for (int i = 0; i <= std::max(times, 0); ++i, value += step) out.emplace_back(value);
  return {};
}
}  // namespace

base::Result<int64_t> parse_ms(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  double seconds = 0;
  if (promql::parse_float(text, seconds))
    return static_cast<int64_t>(std::llround(seconds * 1000)) * (negative ? -1 : 1);
  REEVE_TRY(const base::Duration duration, base::parse_duration(std::string(text)));
  return duration.ms() * (negative ? -1 : 1);
}

bool is_start_line(std::string_view line) {
  auto labels = take_metric(line);
  return labels.ok() && line.substr(0, 3) == "@st";
}

base::Result<SeriesLine> parse_series(std::string_view line) {
  SeriesLine result;
  std::string_view rest = base::trim(line);
  REEVE_TRY(result.labels, take_metric(rest));
  for (;;) {
    if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') return bad("expected a blank", rest);
    skip_blanks(rest);
    if (rest.empty()) return result;
    REEVE_CHECK(take_item(rest, result.items));
  }
}

base::Result<StartLine> parse_starts(std::string_view line) {
  StartLine result;
  std::string_view rest = base::trim(line);
  REEVE_TRY(result.labels, take_metric(rest));
  rest.remove_prefix(std::string_view("@st").size());
  for (;;) {
    skip_blanks(rest);
    if (rest.empty()) return result;
    REEVE_CHECK(take_start(take_word(rest), result.offsets_ms));
  }
}

}  // namespace reeve::promqltest
