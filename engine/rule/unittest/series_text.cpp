#include "rule/unittest/series_text.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include "model/sample.h"
#include "promql/histogram_math.h"
#include "promql/histogram_notation.h"

namespace reeve::rule::unittest {

namespace {
using HistogramPtr = std::shared_ptr<const series::Histogram>;
constexpr size_t kMostCells = 10'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<std::vector<Cell>> values() {
    skip_space();
    while (at_ < text_.size()) {
      REEVE_CHECK(item());
      if (at_ < text_.size() && !is_space()) return fail("unexpected character in series sequence");
      skip_space();
    }
    return std::move(cells_);
  }

 private:
  base::Status item() {
    if (take('_')) return take('x') ? times(Cell{}, 0, 0) : add(Cell{}, 1);
    if (text_.substr(at_, 2) == "{{") return histogram_item();
    REEVE_TRY(const double value, signed_number());
    if (take('x')) return times(Cell{value}, 0, 1);
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) {
      REEVE_TRY(const double step, signed_number());
      if (!take('x')) return fail("unexpected end of the series item, expected \"x\" and a count");
      return times(Cell{value}, step, 1);
    }
    return add(Cell{value}, 1);
  }

  base::Status histogram_item() {
    REEVE_TRY(HistogramPtr value, histogram());
    if (take('x')) return times(Cell{value}, 0, 1);
    const bool minus = at_ < text_.size() && text_[at_] == '-';
    if (!minus && !(at_ < text_.size() && text_[at_] == '+')) return add(Cell{value}, 1);
    ++at_;
    if (text_.substr(at_, 2) != "{{") return fail("expected a histogram");
    REEVE_TRY(const HistogramPtr step, histogram());
    if (!take('x')) return fail("unexpected end of the series item, expected \"x\" and a count");
    REEVE_TRY(const size_t count, repetitions(1));
    for (size_t i = 0; i <= count; ++i) {
      cells_.push_back(value);
      value = (minus ? promql::subtracted(*value, *step) : promql::added(*value, *step)).result;
      if (!value) return fail("histograms with and without custom buckets do not add up");
    }
    return {};
  }

  base::Result<HistogramPtr> histogram() {
    const size_t end = text_.find("}}", at_);
    if (end == std::string_view::npos) return fail("unterminated histogram");
    auto read = promql::parse_histogram(text_.substr(at_, end + 2 - at_));
    if (!read.ok()) return fail(read.error().text);
    at_ = end + 2;
    return std::make_shared<const series::Histogram>(*std::move(read));
  }

  // `x N` was begun: N cells and `more`, each `step` further.
  base::Status times(Cell cell, double step, size_t more) {
    REEVE_TRY(const size_t count, repetitions(more));
    if (!std::holds_alternative<double>(cell)) return add(cell, count + more);
    for (size_t i = 0; i < count + more; ++i) {
      cells_.push_back(cell);
      if (step != 0) cell = std::get<double>(cell) + step;
    }
    return {};
  }

  base::Result<size_t> repetitions(size_t more) {
    const size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    if (at_ == begin) return fail("expected a count after \"x\"");
    const unsigned long long count = std::strtoull(std::string(text_.substr(begin, at_ - begin)).c_str(), nullptr, 10);
    if (count >= kMostCells || cells_.size() + count + more > kMostCells) return fail("the series is too long");
    return static_cast<size_t>(count);
  }

  base::Status add(const Cell& cell, size_t count) {
    if (cells_.size() + count > kMostCells) return fail("the series is too long");
    for (size_t i = 0; i < count; ++i) cells_.push_back(cell);
    return {};
  }

  base::Result<double> signed_number() {
    double sign = 1;
    const bool has_sign = at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-');
    if (has_sign && text_[at_++] == '-') sign = -1;
    if (at_ < text_.size() && is_alpha(text_[at_])) return named(sign, has_sign);
    // No hexadecimal: `0x3` is a repetition here.
    const size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    if (at_ == begin) return fail("expected a number, \"stale\", \"_\" or a histogram");
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }
    const std::string digits(text_.substr(begin, at_ - begin));
    char* end = nullptr;
    const double value = std::strtod(digits.c_str(), &end);
    if (*end) return fail("bad number or duration syntax: \"" + digits + "\"");
    return sign * value;
  }

  base::Result<double> named(double sign, bool has_sign) {
    std::string word;
    size_t end = at_;
    while (end < text_.size() && is_alpha(text_[end]) && text_[end] != 'x')
      word += static_cast<char>(text_[end++] | 32);
    double value = 0;
    if (word == "inf") {
      value = sign * INFINITY;
    } else if (word == "nan") {
      value = NAN;
    } else if (word == "stale" && !has_sign) {
      value = model::stale_marker();
    } else {
      return fail(word.empty() ? "unexpected \"x\"" : "unexpected \"" + word + "\" in series value");
    }
    at_ = end;
    return value;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool is_space() const { return text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'; }
  void skip_space() {
    while (at_ < text_.size() && is_space()) ++at_;
  }
  base::Error fail(const std::string& what) const {
    return base::invalid("1:" + std::to_string(at_ + 1) + ": parse error: " + what);
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Cell> cells_;
};
}  // namespace

base::Result<std::vector<Cell>> parse_values(std::string_view text) {
  return Parser(text).values();
}

}  // namespace reeve::rule::unittest
