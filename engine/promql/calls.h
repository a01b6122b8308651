/// \file
/// What do the functions of instant vectors and scalars give? One function a family, each in its own file.
///
/// Those of range vectors are in range_functions.h.
#pragma once

#include "promql/eval.h"
#include "promql/functions.h"

namespace reeve::promql {

// fn_math.cpp
using MathFunction = double (*)(double);
/// abs, sin, ln and the like; nullptr: none of them.
MathFunction math_function(Fn id);
Grid apply_math(Evaluation& eval, const CallNode& call, const Steps& steps, MathFunction function);
Grid apply_clamp(Evaluation& eval, const CallNode& call, const Steps& steps);
Grid apply_round(Evaluation& eval, const CallNode& call, const Steps& steps);

// fn_time.cpp
using TimeFunction = double (*)(int64_t unix_seconds);
/// year, hour and the like; nullptr: none of them.
TimeFunction time_function(Fn id);
Grid apply_time(Evaluation& eval, const CallNode& call, const Steps& steps, TimeFunction function);
Grid apply_timestamp(Evaluation& eval, const CallNode& call, const Steps& steps, bool start_times);

// fn_labels.cpp
Grid apply_label_replace(Evaluation& eval, const CallNode& call, const Steps& steps);
Grid apply_label_join(Evaluation& eval, const CallNode& call, const Steps& steps);

// fn_sort.cpp
Grid apply_sort(Evaluation& eval, const CallNode& call, const Steps& steps, bool descending);
Grid apply_sort_by_label(Evaluation& eval, const CallNode& call, const Steps& steps, bool descending);

// fn_histogram.cpp
bool is_histogram_function(Fn id);
Grid apply_histogram(Evaluation& eval, const CallNode& call, const Steps& steps);

// fn_info.cpp
Grid apply_info(Evaluation& eval, const CallNode& call, const Steps& steps);
/// What info() selects beside its argument. `selector` may be null.
series::Matchers info_matchers(const SelectorNode* selector);

// fn_scalar.cpp
std::vector<double> scalar_call(Evaluation& eval, const CallNode& call, const Steps& steps);
Grid apply_vector(Evaluation& eval, const CallNode& call, const Steps& steps);

}  // namespace reeve::promql
