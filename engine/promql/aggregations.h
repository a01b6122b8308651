/// \file
/// How do many rows become few? The aggregations by family.
#pragma once

#include "promql/eval.h"
#include "promql/grouping.h"

namespace reeve::promql {

/// What an aggregation works on.
struct Aggregation {
  const AggregateNode& node;
  const Steps& steps;
  const Grid& in;
  const Groups& groups;
  const Subset& subset;
  std::vector<double> parameter;  ///< at every step; empty without one
};

// aggregate_fold.cpp: sum, avg, count, min, max, group, stddev, stdvar, quantile
Grid fold(Evaluation& eval, const Aggregation& a);
// aggregate_pick.cpp: topk, bottomk, limitk, limit_ratio
Grid pick(Evaluation& eval, const Aggregation& a);
// aggregate_histogram.cpp: sum and avg where histograms are among the samples
Grid fold_histograms(Evaluation& eval, const Aggregation& a);
// aggregate_values.cpp
Grid count_values(Evaluation& eval, const AggregateNode& node, const Grid& in);

/// An empty result with a row for each group.
Grid group_grid(Evaluation& eval, const Aggregation& a);
void info_ignored_histogram(Evaluation& eval, const AggregateNode& node, Position where);

}  // namespace reeve::promql
