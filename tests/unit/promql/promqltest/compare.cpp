#include "unit/promql/promqltest/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/sample.h"
#include "promql/histogram_math.h"
#include "promql/quote.h"
#include "series/regex.h"

namespace reeve::promqltest {

namespace {
using promql::Answer;
using series::Histogram;

std::string value_text(double value, const Histogram* histogram) {
  return histogram ? promql::histogram_notation(*histogram) : promql::short_number(value);
}

bool almost_equal(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return promqltest::almost_equal(x, y); });
}

bool almost_equal_buckets(const promql::BucketCounts& a, const promql::BucketCounts& b) {
  const auto covers = [](const promql::BucketCounts& x, const promql::BucketCounts& y) {
    return std::all_of(x.begin(), x.end(), [&](const auto& entry) {
      const auto found = y.find(entry.first);
      return promqltest::almost_equal(entry.second, found == y.end() ? 0 : found->second);
    });
  };
  return covers(a, b) && covers(b, a);
}

bool almost_equal(const Histogram& wanted, const Histogram& got) {
  if (wanted.hint != Histogram::ResetHint::kUnknown && wanted.hint != got.hint) return false;
  return wanted.schema == got.schema && almost_equal(wanted.bounds, got.bounds) &&
         promqltest::almost_equal(wanted.count, got.count) && promqltest::almost_equal(wanted.sum, got.sum) &&
         promqltest::almost_equal(wanted.zero_count, got.zero_count) &&
         promqltest::almost_equal(wanted.zero_threshold, got.zero_threshold) &&
         almost_equal_buckets(promql::counts_of(wanted.positive_spans, wanted.positive),
                              promql::counts_of(got.positive_spans, got.positive)) &&
         almost_equal_buckets(promql::counts_of(wanted.negative_spans, wanted.negative),
                              promql::counts_of(got.negative_spans, got.negative));
}

bool matches(const Item& wanted, double value, const Histogram* histogram) {
  if (wanted.histogram) return histogram && almost_equal(*wanted.histogram, *histogram);
  return wanted.value && !histogram && promqltest::almost_equal(*wanted.value, value);
}

std::string differs(const model::Labels& labels, const Item& wanted, double value, const Histogram* histogram) {
  return labels.text() + ": want " + value_text(wanted.value.value_or(0), wanted.histogram.get()) + ", got " +
         value_text(value, histogram);
}

std::string list(const promql::Vector& vector) {
  std::string out;
  for (const auto& e : vector) out += "\n    " + e.labels.text() + " " + value_text(e.value, e.histogram.get());
  return out;
}

std::string compare_vector(const Eval& eval, const promql::Vector& vector) {
  if (vector.size() != eval.results.size())
    return "want " + std::to_string(eval.results.size()) + " elements, got " + std::to_string(vector.size()) + ":" +
           list(vector);
  for (size_t i = 0; i < vector.size(); ++i) {
    const promql::Element& got = vector[i];
    auto wanted = eval.results.begin() + static_cast<std::ptrdiff_t>(i);
    if (!eval.ordered)
      wanted = std::find_if(eval.results.begin(), eval.results.end(),
                            [&](const SeriesLine& line) { return line.labels == got.labels; });
    if (wanted == eval.results.end() || wanted->labels != got.labels)
      return "did not expect " + got.labels.text() + (eval.ordered ? " at this place" : "");
    if (wanted->items.size() != 1) return "the script gives more than one value for an instant";
    if (!matches(wanted->items[0], got.value, got.histogram.get()))
      return differs(got.labels, wanted->items[0], got.value, got.histogram.get());
  }
  return "";
}

// The samples of a series as an item for each step.
std::string compare_series(const SeriesLine& wanted, const promql::Series& got, int64_t start_ms, int64_t step_ms) {
  size_t seen = 0;
  for (size_t i = 0; i < wanted.items.size(); ++i) {
    const int64_t ms = start_ms + static_cast<int64_t>(i) * step_ms;
    const auto at = [&](const auto& p) { return p.ms == ms; };
    const auto point = std::find_if(got.points.begin(), got.points.end(), at);
    const auto histogram = std::find_if(got.histograms.begin(), got.histograms.end(), at);
    const bool has_point = point != got.points.end(), has_histogram = histogram != got.histograms.end();
    const std::string where = got.labels.text() + " at " + std::to_string(ms) + " ms: ";
    if (wanted.items[i].gap()) {
      if (has_point || has_histogram) return where + "did not expect a sample";
      continue;
    }
    if (!has_point && !has_histogram) return where + "no sample";
    ++seen;
    const Histogram* h = has_histogram ? histogram->value.get() : nullptr;
    if (!matches(wanted.items[i], has_point ? point->value : 0, h))
      return where + differs(got.labels, wanted.items[i], has_point ? point->value : 0, h);
  }
  if (seen != got.points.size() + got.histograms.size()) return got.labels.text() + ": more samples than expected";
  return "";
}

std::string compare_matrix(const Eval& eval, const promql::Matrix& matrix, int64_t start_ms, int64_t step_ms) {
  size_t wanted_series = 0;
  for (const SeriesLine& line : eval.results)
    if (std::any_of(line.items.begin(), line.items.end(), [](const Item& item) { return !item.gap(); }))
      ++wanted_series;
  for (size_t i = 1; i < matrix.size(); ++i)
    if (!(matrix[i - 1].labels < matrix[i].labels)) return "the matrix is not sorted by labels";
  for (const promql::Series& got : matrix) {
    const auto wanted = std::find_if(eval.results.begin(), eval.results.end(),
                                     [&](const SeriesLine& line) { return line.labels == got.labels; });
    if (wanted == eval.results.end()) return "did not expect " + got.labels.text();
    const std::string problem = compare_series(*wanted, got, start_ms, step_ms);
    if (!problem.empty()) return problem;
  }
  if (matrix.size() != wanted_series)
    return "want " + std::to_string(wanted_series) + " series, got " + std::to_string(matrix.size());
  return "";
}

bool says(const Expected& expected, const std::string& text) {
  if (expected.how == Expected::How::kAny) return true;
  if (expected.how == Expected::How::kText) return expected.text == text;
  const auto regex = series::Regex::compile(".*(?:" + expected.text + ").*");
  return regex.ok() && regex->matches(text);
}

std::string compare_texts(const char* kind, const std::vector<Expected>& wanted, bool none,
                          const std::vector<std::string>& got) {
  if (none && !got.empty()) return std::string("did not expect a ") + kind + ": " + got[0];
  if (wanted.empty()) return "";
  if (got.empty()) return std::string("expected a ") + kind;
  for (const std::string& text : got)
    if (std::none_of(wanted.begin(), wanted.end(), [&](const Expected& e) { return says(e, text); }))
      return std::string("unexpected ") + kind + ": " + text;
  for (const Expected& expected : wanted)
    if (std::none_of(got.begin(), got.end(), [&](const std::string& text) { return says(expected, text); }))
      return std::string("missing ") + kind + ": " + expected.text;
  return "";
}
}  // namespace

bool almost_equal(double a, double b) {
  if (model::is_stale(a) || model::is_stale(b)) return model::is_stale(a) && model::is_stale(b);
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  constexpr double kTolerance = 1e-6, kLeastNormal = std::numeric_limits<double>::min();
  const double sum = std::fabs(a) + std::fabs(b), difference = std::fabs(a - b);
  if (a == 0 || b == 0 || sum < kLeastNormal) return difference < kTolerance * kLeastNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kTolerance;
}

std::string compare_instant(const Eval& eval, const Answer& answer) {
  if (const auto* scalar = std::get_if<promql::Scalar>(&answer.value)) {
    if (!eval.scalar) return "did not expect a scalar: " + promql::short_number(scalar->value);
    return almost_equal(*eval.scalar, scalar->value)
               ? ""
               : "want " + promql::short_number(*eval.scalar) + ", got " + promql::short_number(scalar->value);
  }
  if (const auto* string = std::get_if<promql::String>(&answer.value)) {
    if (!eval.string) return "did not expect a string";
    return *eval.string == string->value ? "" : "want " + *eval.string + ", got " + string->value;
  }
  if (eval.scalar || eval.string) return "expected a scalar or a string";
  if (const auto* matrix = std::get_if<promql::Matrix>(&answer.value)) {
    if (!eval.range_vector) return "did not expect a range vector";
    return compare_matrix(eval, *matrix, eval.range_vector->start_ms, eval.range_vector->step_ms);
  }
  if (eval.range_vector) return "expected a range vector";
  return compare_vector(eval, std::get<promql::Vector>(answer.value));
}

std::string compare_range(const Eval& eval, const Answer& answer) {
  const auto* matrix = std::get_if<promql::Matrix>(&answer.value);
  return matrix ? compare_matrix(eval, *matrix, eval.at_ms, eval.step_ms) : "expected a matrix";
}

std::string compare_annotations(const Eval& eval, const Answer& answer) {
  const std::string warnings = compare_texts("warning", eval.warnings, eval.no_warn, answer.warnings);
  return warnings.empty() ? compare_texts("info", eval.infos, eval.no_info, answer.infos) : warnings;
}

std::string compare_failure(const Eval& eval, const std::string& error) {
  return says(eval.failure, error) ? "" : "want the error \"" + eval.failure.text + "\", got \"" + error + "\"";
}

}  // namespace reeve::promqltest
