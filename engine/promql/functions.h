/// \file
/// Which functions has PromQL, and what do they take and give? The table; what they do is in fn_*.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "promql/promql.h"

namespace reeve::promql {

// clang-format off
enum class Fn {
  kAbs, kAbsent, kAbsentOverTime, kAcos, kAcosh, kAsin, kAsinh, kAtan, kAtanh, kAvgOverTime, kCeil, kChanges, kClamp,
  kClampMax, kClampMin, kCos, kCosh, kCountOverTime, kDayOfMonth, kDayOfWeek, kDayOfYear, kDaysInMonth, kDeg, kDelta,
  kDeriv, kDoubleExponentialSmoothing, kEnd, kExp, kFirstOverTime, kFloor, kHistogramAvg, kHistogramCount,
  kHistogramFraction, kHistogramQuantile, kHistogramQuantiles, kHistogramStddev, kHistogramStdvar, kHistogramSum, kHour,
  kIdelta, kIncrease, kInfo, kIrate, kLabelJoin, kLabelReplace, kLastOverTime, kLn, kLog10, kLog2, kMadOverTime, kMaxOf,
  kMaxOverTime, kMinOf, kMinOverTime, kMinute, kMonth, kPi, kPredictLinear, kPresentOverTime, kQuantileOverTime, kRad,
  kRange, kRate, kResets, kRound, kScalar, kSgn, kSin, kSinh, kSort, kSortByLabel, kSortByLabelDesc, kSortDesc, kSqrt,
  kStart, kStartTimestamp, kStddevOverTime, kStdvarOverTime, kStep, kSumOverTime, kTan, kTanh, kTime, kTimestamp,
  kTsOfFirstOverTime, kTsOfLastOverTime, kTsOfMaxOverTime, kTsOfMinOverTime, kVector, kYear,
};
// clang-format on

struct Function {
  Fn id;
  std::string_view name;
  std::vector<ValueType> args;
  /// 0: exactly args.size() arguments; n > 0: the last kind 0 to n times; -1: any number of times.
  int variadic = 0;
  ValueType result = ValueType::kVector;
  bool experimental = false;
};

/// nullptr: there is none of that name (names are case-sensitive).
const Function* find_function(std::string_view name);
/// In alphabetical order.
const std::vector<Function>& all_functions();

}  // namespace reeve::promql
