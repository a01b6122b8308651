#include "promql/functions.h"

#include <algorithm>

namespace reeve::promql {

namespace {
constexpr ValueType kS = ValueType::kScalar, kV = ValueType::kVector, kM = ValueType::kMatrix, kT = ValueType::kString;
constexpr bool kExperimental = true;

std::vector<Function> table() {
  return {
      {Fn::kAbs, "abs", {kV}},
      {Fn::kAbsent, "absent", {kV}},
      {Fn::kAbsentOverTime, "absent_over_time", {kM}},
      {Fn::kAcos, "acos", {kV}},
      {Fn::kAcosh, "acosh", {kV}},
      {Fn::kAsin, "asin", {kV}},
      {Fn::kAsinh, "asinh", {kV}},
      {Fn::kAtan, "atan", {kV}},
      {Fn::kAtanh, "atanh", {kV}},
      {Fn::kAvgOverTime, "avg_over_time", {kM}},
      {Fn::kCeil, "ceil", {kV}},
      {Fn::kChanges, "changes", {kM}},
      {Fn::kClamp, "clamp", {kV, kS, kS}},
      {Fn::kClampMax, "clamp_max", {kV, kS}},
      {Fn::kClampMin, "clamp_min", {kV, kS}},
      {Fn::kCos, "cos", {kV}},
      {Fn::kCosh, "cosh", {kV}},
      {Fn::kCountOverTime, "count_over_time", {kM}},
      {Fn::kDayOfMonth, "day_of_month", {kV}, 1},
      {Fn::kDayOfWeek, "day_of_week", {kV}, 1},
      {Fn::kDayOfYear, "day_of_year", {kV}, 1},
      {Fn::kDaysInMonth, "days_in_month", {kV}, 1},
      {Fn::kDeg, "deg", {kV}},
      {Fn::kDelta, "delta", {kM}},
      {Fn::kDeriv, "deriv", {kM}},
      {Fn::kDoubleExponentialSmoothing, "double_exponential_smoothing", {kM, kS, kS}, 0, kV, kExperimental},
      {Fn::kEnd, "end", {}, 0, kS, kExperimental},
      {Fn::kExp, "exp", {kV}},
      {Fn::kFirstOverTime, "first_over_time", {kM}},
      {Fn::kFloor, "floor", {kV}},
      {Fn::kHistogramAvg, "histogram_avg", {kV}},
      {Fn::kHistogramCount, "histogram_count", {kV}},
      {Fn::kHistogramFraction, "histogram_fraction", {kS, kS, kV}},
      {Fn::kHistogramQuantile, "histogram_quantile", {kS, kV}},
      {Fn::kHistogramQuantiles, "histogram_quantiles", {kV, kT, kS, kS}, 9, kV, kExperimental},
      {Fn::kHistogramStddev, "histogram_stddev", {kV}},
      {Fn::kHistogramStdvar, "histogram_stdvar", {kV}},
      {Fn::kHistogramSum, "histogram_sum", {kV}},
      {Fn::kHour, "hour", {kV}, 1},
      {Fn::kIdelta, "idelta", {kM}},
      {Fn::kIncrease, "increase", {kM}},
      {Fn::kInfo, "info", {kV, kV}, 1, kV, kExperimental},
      {Fn::kIrate, "irate", {kM}},
      {Fn::kLabelJoin, "label_join", {kV, kT, kT, kT}, -1},
      {Fn::kLabelReplace, "label_replace", {kV, kT, kT, kT, kT}},
      {Fn::kLastOverTime, "last_over_time", {kM}},
      {Fn::kLn, "ln", {kV}},
      {Fn::kLog10, "log10", {kV}},
      {Fn::kLog2, "log2", {kV}},
      {Fn::kMadOverTime, "mad_over_time", {kM}, 0, kV, kExperimental},
      {Fn::kMaxOf, "max_of", {kS, kS}, 0, kS, kExperimental},
      {Fn::kMaxOverTime, "max_over_time", {kM}},
      {Fn::kMinOf, "min_of", {kS, kS}, 0, kS, kExperimental},
      {Fn::kMinOverTime, "min_over_time", {kM}},
      {Fn::kMinute, "minute", {kV}, 1},
      {Fn::kMonth, "month", {kV}, 1},
      {Fn::kPi, "pi", {}, 0, kS},
      {Fn::kPredictLinear, "predict_linear", {kM, kS}},
      {Fn::kPresentOverTime, "present_over_time", {kM}},
      {Fn::kQuantileOverTime, "quantile_over_time", {kS, kM}},
      {Fn::kRad, "rad", {kV}},
      {Fn::kRange, "range", {}, 0, kS, kExperimental},
      {Fn::kRate, "rate", {kM}},
      {Fn::kResets, "resets", {kM}},
      {Fn::kRound, "round", {kV, kS}, 1},
      {Fn::kScalar, "scalar", {kV}, 0, kS},
      {Fn::kSgn, "sgn", {kV}},
      {Fn::kSin, "sin", {kV}},
      {Fn::kSinh, "sinh", {kV}},
      {Fn::kSort, "sort", {kV}},
      {Fn::kSortByLabel, "sort_by_label", {kV, kT}, -1, kV, kExperimental},
      {Fn::kSortByLabelDesc, "sort_by_label_desc", {kV, kT}, -1, kV, kExperimental},
      {Fn::kSortDesc, "sort_desc", {kV}},
      {Fn::kSqrt, "sqrt", {kV}},
      {Fn::kStart, "start", {}, 0, kS, kExperimental},
      {Fn::kStartTimestamp, "start_timestamp", {kV}, 0, kV, kExperimental},
      {Fn::kStddevOverTime, "stddev_over_time", {kM}},
      {Fn::kStdvarOverTime, "stdvar_over_time", {kM}},
      {Fn::kStep, "step", {}, 0, kS, kExperimental},
      {Fn::kSumOverTime, "sum_over_time", {kM}},
      {Fn::kTan, "tan", {kV}},
      {Fn::kTanh, "tanh", {kV}},
      {Fn::kTime, "time", {}, 0, kS},
      {Fn::kTimestamp, "timestamp", {kV}},
      {Fn::kTsOfFirstOverTime, "ts_of_first_over_time", {kM}, 0, kV, kExperimental},
      {Fn::kTsOfLastOverTime, "ts_of_last_over_time", {kM}, 0, kV, kExperimental},
      {Fn::kTsOfMaxOverTime, "ts_of_max_over_time", {kM}, 0, kV, kExperimental},
      {Fn::kTsOfMinOverTime, "ts_of_min_over_time", {kM}, 0, kV, kExperimental},
      {Fn::kVector, "vector", {kS}},
      {Fn::kYear, "year", {kV}, 1},
  };
}
}  // namespace

const std::vector<Function>& all_functions() {
  static const std::vector<Function> functions = table();
  return functions;
}

const Function* find_function(std::string_view name) {
  const std::vector<Function>& functions = all_functions();
  const auto found = std::lower_bound(functions.begin(), functions.end(), name,
                                      [](const Function& f, std::string_view wanted) { return f.name < wanted; });
  return found != functions.end() && found->name == name ? &*found : nullptr;
}

}  // namespace reeve::promql
