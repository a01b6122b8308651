/// \file
/// What is one evaluation of an expression? Its inputs, what it made on the way, and a member per kind of node.
///
/// The plain evaluator, and the reference for any faster one: each node is evaluated for all steps at once into a Grid.
/// Used by one thread; no state outlives it. Throws EvalFailure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "promql/annotations.h"
#include "promql/ast.h"
#include "promql/fail.h"
#include "promql/grid.h"
#include "promql/promql.h"

namespace reeve::promql {

/// The samples that a function of a range sees at one step.
struct Window {
  const series::Point* begin = nullptr;
  const series::Point* end = nullptr;
  const series::HistogramPoint* histograms = nullptr;
  size_t histogram_count = 0;
  const series::StartPoint* starts = nullptr;
  size_t start_count = 0;
  int64_t from_ms = 0, to_ms = 0;  ///< samples are in (from, to]
  int64_t at_ms = 0;               ///< the step
  int64_t range_ms = 0;
  int32_t step = 0;  ///< its number
  size_t count() const { return static_cast<size_t>(end - begin); }
};

/// What belongs to all windows of one row, and to the call.
struct RangeCall {
  const CallNode* call = nullptr;
  /// Of the first argument, for annotations; as in Prometheus a subquery counts as at the very beginning.
  Position where;
  const LabelSet* labels = nullptr;
  std::vector<std::vector<double>> params;  ///< the scalar arguments, in order, at every step
};

class Evaluation {
 public:
  Evaluation(const Expr& expr, const series::Source& source, Steps steps, const Options& options, const Cancel* cancel);

  Answer instant();
  Answer range();

  // Nodes (eval.cpp). Each gives steps.count cells a row.
  Grid vector(const Node& node, const Steps& steps);
  std::vector<double> scalar(const Node& node, const Steps& steps);
  std::string text(const Node& node);

  // For the parts.
  Arena& arena() { return arena_; }
  Annotations& annotations() { return annotations_; }
  const Options& options() const { return options_; }
  const Steps& query() const { return query_; }
  bool is_range() const { return is_range_; }
  /// Counts towards max_samples, and ends a cancelled or late evaluation now and then.
  void count_samples(size_t samples);
  void poll();
  double keep(std::shared_ptr<const series::Histogram> histogram);
  const series::Histogram& histogram(double cell) const { return *histograms_[histogram_index(cell)]; }
  std::shared_ptr<const series::Histogram> shared_histogram(double cell) const {
    return histograms_[histogram_index(cell)];
  }
  /// Marks that every row loses its metric name (at once, without delayed name removal).
  void drop_names(Grid& grid);
  /// Refuses two rows with the same labels at one step.
  void refuse_duplicates(const Grid& grid);

  /// The window of a duration that may be computed.
  int64_t duration_ms(int64_t fixed_ms, const DurationPtr& computed, bool may_be_negative) const;
  int64_t offset_ms(const When& when) const;
  /// The time a selector looks at for the step at `ms`.
  int64_t reference_ms(const When& when, int64_t ms) const;
  std::vector<const series::SeriesView*> select(const series::Matchers& matchers);
  const LabelSet* labels_of(const series::SeriesView& series);

  // select.cpp
  Grid select(const SelectorNode& node, const Steps& steps);
  /// Cells are the samples' own times in seconds; or their start times.
  Grid select_times(const SelectorNode& node, const Steps& steps, bool start_times);
  // windows.cpp
  Grid call_with_range(const CallNode& call, const Steps& steps);
  /// All samples of the range vector at one time, as the answer of an instant query.
  Matrix matrix(const Node& node, int64_t at_ms);
  // call.cpp
  Grid call(const CallNode& call, const Steps& steps);
  // aggregate.cpp
  Grid aggregate(const AggregateNode& node, const Steps& steps);
  // binary.cpp
  Grid binary(const BinaryNode& node, const Steps& steps);
  std::vector<double> scalar_binary(const BinaryNode& node, const Steps& steps);

 private:
  Grid vector_at(const Node& node, const Steps& steps);
  Grid unary(const UnaryNode& node, const Steps& steps);
  Grid repeat(Grid once, int32_t count);
  void finish(Grid& grid);
  Answer instant_vector();

  const Expr& expr_;
  const series::Source& source_;
  Steps query_;
  const Options& options_;
  const Cancel* cancel_;
  bool is_range_ = false;
  Arena arena_;
  Annotations annotations_;
  std::vector<std::shared_ptr<const series::Histogram>> histograms_;
  int64_t samples_ = 0;
  uint32_t polls_ = 0;
};

/// Rows with equal labels become one where they are never there at the same step. \\errors throws
/// "vector cannot contain metrics with the same labelset" otherwise.
void merge_equal_rows(Grid& grid, const char* error);

}  // namespace reeve::promql
