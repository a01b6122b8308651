/// \file
/// What do the binary operators make of two samples?
#pragma once

#include "promql/eval.h"

namespace reeve::promql {

/// Between two numbers; comparisons give 1 or 0.
double scalar_operation(Tok op, double left, double right);
/// The metric name goes with arithmetic, not with comparison.
bool drops_name(Tok op);

/// One operation between two samples of any kind: the result, or absent() when a comparison does not hold or the kinds
/// do not fit (then an annotation says so).
class SampleOperation {
 public:
  SampleOperation(Evaluation& eval, const BinaryNode& node) : eval_(eval), node_(node) {}
  double operator()(double left, double right) const;

 private:
  double with_histogram(double left, double right) const;
  double bool_of(bool holds, double kept) const;
  double incompatible(const char* left, const char* right) const;
  Evaluation& eval_;
  const BinaryNode& node_;
};

// binary_match.cpp
Grid match_vectors(Evaluation& eval, const BinaryNode& node, const Grid& left, const Grid& right);
// binary_set.cpp
Grid set_operation(Evaluation& eval, const BinaryNode& node, const Grid& left, const Grid& right);

}  // namespace reeve::promql
