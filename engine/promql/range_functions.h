/// \file
/// What does each function of a range vector make of one window? The functions by family, and their table.
#pragma once

#include "promql/eval.h"
#include "promql/functions.h"

namespace reeve::promql {

/// The cell for one window that holds at least one sample; absent() when there is no result.
using RangeFunction = double (*)(Evaluation& eval, const RangeCall& call, const Window& window);

/// nullptr: not a function of a range vector.
RangeFunction range_function(Fn id);

// fn_rate.cpp
RangeFunction rate_function(Fn id);
// fn_trend.cpp
RangeFunction trend_function(Fn id);
// fn_over_time.cpp
RangeFunction over_time_function(Fn id);

/// The metric name that an annotation shows; empty when there is none.
std::string metric_of(const RangeCall& call);
void info_ignored_histograms(Evaluation& eval, const RangeCall& call);
void warn_mixed(Evaluation& eval, const RangeCall& call);

}  // namespace reeve::promql
