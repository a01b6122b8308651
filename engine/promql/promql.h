/// \file
/// What does an expression say about the series? The front door of PromQL: parse, print, evaluate.
///
/// Any thread; an Expr is immutable. Source: the language of Prometheus 3.x (RULES and PROMQLTEST say which parts).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/base.h"
#include "model/labels.h"
#include "model/value.h"
#include "series/series.h"

namespace reeve::promql {

struct Node;  // promql/ast.h

enum class ValueType { kNone, kScalar, kVector, kMatrix, kString };
const char* value_type_name(ValueType type);

/// A selector as written, for those who must know what an expression reads.
struct Selector {
  series::Matchers matchers;
  base::Duration window;  ///< range + offset, or the look-back
  bool absent = false;    ///< inside absent() or absent_over_time()
};

class Expr {
 public:
  ValueType type() const;
  /// The canonical text (as Prometheus prints it).
  std::string text() const;
  std::vector<Selector> selectors() const;
  /// The longest time back from the evaluation that it reads.
  base::Duration window() const;
  bool has_subquery() const;
  const Node& root() const { return *root_; }
  /// As it was written: what positions in annotations point into.
  const std::string& source() const { return source_; }
  Expr(std::shared_ptr<const Node> root, std::string source, base::Duration lookback)
      : root_(std::move(root)), source_(std::move(source)), lookback_(lookback) {}

 private:
  std::shared_ptr<const Node> root_;
  std::string source_;
  base::Duration lookback_;
};

struct Options {
  base::Duration lookback = base::minutes(5);
  base::Duration subquery_step = base::minutes(1);  ///< of `[1h:]`
  bool experimental = true;                         ///< functions, durations, fill, anchored and smoothed
  bool delayed_name_removal = true;
  int64_t max_samples = 50'000'000;
  /// With a clock: evaluation ends with kTimeout when it shows `deadline`.
  const base::Clock* clock = nullptr;
  base::Boot deadline{};
};

/// \errors kInvalid: `1:7: parse error: unexpected ...` (line:column, Prometheus' words).
base::Result<Expr> parse(std::string_view text, const Options& options = {});

struct Element {
  model::Labels labels;
  int64_t ms = 0;
  double value = 0;
  std::shared_ptr<const series::Histogram> histogram;  ///< set: it is the value, and `value` means nothing
};
struct Series {
  model::Labels labels;
  std::vector<series::Point> points;
  std::vector<series::HistogramPoint> histograms;
};
using Vector = std::vector<Element>;
using Matrix = std::vector<Series>;
struct Scalar {
  int64_t ms = 0;
  double value = 0;
};
struct String {
  int64_t ms = 0;
  std::string value;
};

struct Answer {
  std::variant<Scalar, Vector, Matrix, String> value;
  std::vector<std::string> warnings, infos;
};

/// Lets another thread end an evaluation.
struct Cancel {
  std::atomic<bool> requested{false};
};

/// Elements of a vector come in the order that the expression gives (sort, topk), else of the series' birth; a matrix
/// is sorted by labels. \errors kInvalid (an execution error, Prometheus' words), kTimeout when cancelled or past the
/// deadline, kRefused past max_samples.
base::Result<Answer> instant(const Expr& expr, const series::Source& source, int64_t at_ms, const Options& options = {},
                             const Cancel* cancel = nullptr);
/// `step_ms` is at least 1; `start_ms` to `end_ms` includes both.
base::Result<Answer> range(const Expr& expr, const series::Source& source, int64_t start_ms, int64_t end_ms,
                           int64_t step_ms, const Options& options = {}, const Cancel* cancel = nullptr);

/// The `data` of the Prometheus HTTP API: {resultType, result}.
model::Value to_value(const Answer& answer);

/// `reeve promql --stdio` (DRIVE): one request line, one reply line. Keeps its own series between calls.
class Drive {
 public:
  Drive();
  ~Drive();
  std::string answer(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve::promql
