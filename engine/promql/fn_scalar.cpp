// Functions that give scalars, and vector().
#include <cmath>
#include <numbers>

#include "promql/calls.h"
#include "promql/numeric.h"

namespace reeve::promql {

namespace {
// The one float at each step; NaN where there is none or more than one.
std::vector<double> only_float(const Grid& grid) {
  std::vector<double> values(grid.steps, std::nan(""));
  for (size_t step = 0; step < grid.steps; ++step) {
    int found = 0;
    for (size_t i = 0; i < grid.size() && found < 2; ++i) {
      const double cell = grid.row(i)[step];
      if (!is_float(cell)) continue;
      values[step] = cell;
      ++found;
    }
    if (found != 1) values[step] = std::nan("");
  }
  return values;
}

double range_seconds(const Evaluation& eval) {
  return static_cast<double>(eval.query().last() - eval.query().start) / 1000;
}

}  // namespace

std::vector<double> scalar_call(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const auto count = static_cast<size_t>(steps.count);
  switch (call.function->id) {
    case Fn::kScalar:
      return only_float(eval.vector(*call.args[0], steps));
    case Fn::kPi:
      return std::vector<double>(count, std::numbers::pi);
    case Fn::kStart:
      return std::vector<double>(count, static_cast<double>(eval.query().start) / 1000);
    case Fn::kEnd:
      return std::vector<double>(count, static_cast<double>(eval.query().last()) / 1000);
    case Fn::kStep:
      return std::vector<double>(count, eval.is_range() ? static_cast<double>(eval.query().step) / 1000 : 0.0);
    case Fn::kRange:
      return std::vector<double>(count, range_seconds(eval));
    case Fn::kTime: {
      std::vector<double> values(count);
      for (int32_t i = 0; i < steps.count; ++i)
        values[static_cast<size_t>(i)] = static_cast<double>(steps.at(i)) / 1000;
      return values;
    }
    case Fn::kMinOf:
    case Fn::kMaxOf: {
      std::vector<double> values = eval.scalar(*call.args[0], steps);
      const std::vector<double> others = eval.scalar(*call.args[1], steps);
      const bool min = call.function->id == Fn::kMinOf;
      for (size_t i = 0; i < count; ++i) values[i] = min ? least(values[i], others[i]) : greatest(values[i], others[i]);
      return values;
    }
    default:
      fail("function " + std::string(call.function->name) + " is not known to the evaluator");
  }
}

Grid apply_vector(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::vector<double> values = eval.scalar(*call.args[0], steps);
  Grid grid(steps.count);
  double* cells = grid.add(eval.arena().set(model::Labels{}), false);
  std::copy(values.begin(), values.end(), cells);
  return grid;
}

}  // namespace reeve::promql
