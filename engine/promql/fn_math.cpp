// Functions of one number, applied to every float of a vector.
#include <cmath>
#include <numbers>

#include "promql/calls.h"
#include "promql/numeric.h"

namespace reeve::promql {

namespace {
double deg(double v) {
  return v * 180 / std::numbers::pi;
}
double rad(double v) {
  return v * std::numbers::pi / 180;
}
double sgn(double v) {
  return v < 0 ? -1 : v > 0 ? 1 : v;
}

// Every float becomes f(value, step); histograms go.
template <class F>
Grid each_float(Evaluation& eval, const Node& arg, const Steps& steps, F&& f) {
  Grid grid = eval.vector(arg, steps);
  bool histograms = false;
  for (size_t i = 0; i < grid.size(); ++i) {
    double* cells = grid.row(i);
    for (size_t step = 0; step < grid.steps; ++step) {
      if (is_float(cells[step])) {
        cells[step] = f(cells[step], step);
      } else if (is_histogram(cells[step])) {
        cells[step] = absent();
        histograms = true;
      }
    }
  }
  if (histograms) grid.compact();
  eval.drop_names(grid);
  return grid;
}
}  // namespace

MathFunction math_function(Fn id) {
  switch (id) {
    case Fn::kAbs:
      return [](double v) { return std::fabs(v); };
    case Fn::kAcos:
      return [](double v) { return std::acos(v); };
    case Fn::kAcosh:
      return [](double v) { return std::acosh(v); };
    case Fn::kAsin:
      return [](double v) { return std::asin(v); };
    case Fn::kAsinh:
      return [](double v) { return std::asinh(v); };
    case Fn::kAtan:
      return [](double v) { return std::atan(v); };
    case Fn::kAtanh:
      return [](double v) { return std::atanh(v); };
    case Fn::kCeil:
      return [](double v) { return std::ceil(v); };
    case Fn::kCos:
      return [](double v) { return std::cos(v); };
    case Fn::kCosh:
      return [](double v) { return std::cosh(v); };
    case Fn::kDeg:
      return deg;
    case Fn::kExp:
      return [](double v) { return std::exp(v); };
    case Fn::kFloor:
      return [](double v) { return std::floor(v); };
    case Fn::kLn:
      return [](double v) { return std::log(v); };
    case Fn::kLog10:
      return [](double v) { return std::log10(v); };
    case Fn::kLog2:
      return [](double v) { return std::log2(v); };
    case Fn::kRad:
      return rad;
    case Fn::kSgn:
      return sgn;
    case Fn::kSin:
      return [](double v) { return std::sin(v); };
    case Fn::kSinh:
      return [](double v) { return std::sinh(v); };
    case Fn::kSqrt:
      return [](double v) { return std::sqrt(v); };
    case Fn::kTan:
      return [](double v) { return std::tan(v); };
    case Fn::kTanh:
      return [](double v) { return std::tanh(v); };
    default:
      return nullptr;
  }
}

Grid apply_math(Evaluation& eval, const CallNode& call, const Steps& steps, MathFunction function) {
  return each_float(eval, *call.args[0], steps, [function](double v, size_t) { return function(v); });
}

Grid apply_clamp(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::vector<double> first = eval.scalar(*call.args[1], steps);
  if (call.function->id == Fn::kClampMax)
    return each_float(eval, *call.args[0], steps, [&](double v, size_t i) { return least(first[i], v); });
  if (call.function->id == Fn::kClampMin)
    return each_float(eval, *call.args[0], steps, [&](double v, size_t i) { return greatest(first[i], v); });
  const std::vector<double> second = eval.scalar(*call.args[2], steps);
  Grid grid = each_float(eval, *call.args[0], steps, [&](double v, size_t i) {
    return first[i] > second[i] ? absent() : greatest(first[i], least(second[i], v));
  });
  grid.compact();
  return grid;
}

Grid apply_round(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::vector<double> nearest = call.args.size() > 1 ? eval.scalar(*call.args[1], steps)
                                                           : std::vector<double>(static_cast<size_t>(steps.count), 1.0);
  return each_float(eval, *call.args[0], steps, [&](double v, size_t i) {
    // Multiplying by the inverse loses fewer digits.
    const double inverse = 1 / nearest[i];
    return std::floor(v * inverse + 0.5) / inverse;
  });
}

}  // namespace reeve::promql
