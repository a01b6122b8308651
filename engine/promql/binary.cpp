// Binary operators: scalars with each other, a vector with a scalar, and the two kinds of vector matching.
#include "promql/operators.h"

namespace reeve::promql {

namespace {
// Every sample of `vector` against the scalar of its step. `scalar_left`: the scalar stands on the left.
Grid with_scalar(Evaluation& eval, const BinaryNode& node, Grid grid, const std::vector<double>& scalar,
                 bool scalar_left) {
  const SampleOperation operation(eval, node);
  const bool filters = is_comparison(node.op) && !node.return_bool;
  for (size_t i = 0; i < grid.size(); ++i) {
    double* cells = grid.row(i);
    for (size_t step = 0; step < grid.steps; ++step) {
      const double cell = cells[step];
      if (is_absent(cell)) continue;
      const double result = scalar_left ? operation(scalar[step], cell) : operation(cell, scalar[step]);
      // A comparison that holds keeps the vector's value, on whichever side it stands.
      cells[step] = filters && !is_absent(result) ? cell : result;
    }
  }
  grid.compact();
  if (!filters) {
    const bool trims = node.op == Tok::kTrimUpper || node.op == Tok::kTrimLower;
    if (!trims) eval.drop_names(grid);
  }
  return grid;
}
}  // namespace

std::vector<double> Evaluation::scalar_binary(const BinaryNode& node, const Steps& steps) {
  std::vector<double> values = scalar(*node.left, steps);
  const std::vector<double> right = scalar(*node.right, steps);
  for (size_t i = 0; i < values.size(); ++i) values[i] = scalar_operation(node.op, values[i], right[i]);
  return values;
}

Grid Evaluation::binary(const BinaryNode& node, const Steps& steps) {
  if (node.right->type == ValueType::kScalar)
    return with_scalar(*this, node, vector(*node.left, steps), scalar(*node.right, steps), false);
  if (node.left->type == ValueType::kScalar) {
    const std::vector<double> left = scalar(*node.left, steps);
    return with_scalar(*this, node, vector(*node.right, steps), left, true);
  }
  const Grid left = vector(*node.left, steps);
  const Grid right = vector(*node.right, steps);
  return is_set_operator(node.op) ? set_operation(*this, node, left, right) : match_vectors(*this, node, left, right);
}

}  // namespace reeve::promql
