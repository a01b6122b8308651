/// \file
/// How are many numbers added without losing digits, which one is least, and which one stands at a quantile?
///
/// Source: Neumaier's variant of Kahan's summation, as Prometheus uses it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace reeve::promql {

/// A running sum and what it has lost so far.
struct Sum {
  double sum = 0, lost = 0;
  void add(double value) {
    const double total = sum + value;
    if (std::isinf(total)) {
      lost = 0;
    } else if (std::fabs(sum) >= std::fabs(value)) {
      lost += (sum - total) + value;
    } else {
      lost += (value - total) + sum;
    }
    sum = total;
  }
  double value() const { return std::isinf(sum) ? sum : sum + lost; }
};

/// A mean: by the sum as long as that does not overflow, then step by step.
struct Mean {
  Sum total;
  double count = 0;
  bool stepwise = false;  ///< then total is the mean itself
  void add(double value) {
    ++count;
    if (!stepwise) {
      Sum next = total;
      next.add(value);
      if (count == 1 || !std::isinf(next.sum)) {
        total = next;
        return;
      }
      stepwise = true;
      total = {total.sum / (count - 1), total.lost / (count - 1)};
    }
    const double share = (count - 1) / count;
    total = {total.sum * share, total.lost * share};
    total.add(value / count);
  }
  double value() const { return stepwise ? total.sum + total.lost : total.sum / count + total.lost / count; }
};

/// Welford's running variance.
struct Variance {
  Sum mean, squares;
  double count = 0;
  void add(double value) {
    ++count;
    const double delta = value - (mean.sum + mean.lost);
    mean.add(delta / count);
    squares.add(delta * (value - (mean.sum + mean.lost)));
  }
  double value() const { return (squares.sum + squares.lost) / count; }
};

/// As Go's math.Min and math.Max: an infinity on its own side wins over NaN, NaN over the rest; -0 is less than 0.
inline double least(double a, double b) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}
inline double greatest(double a, double b) {
  return -least(-a, -b);
}

/// The φ-quantile of `values`, which are reordered; NaNs count as smallest. Out of [0, 1]: an infinity.
inline double quantile(double q, std::vector<double>& values) {
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::sort(values.begin(), values.end(), [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double n = static_cast<double>(values.size());
  const double rank = q * (n - 1);
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(n - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[static_cast<size_t>(lower)] * (1 - weight) + values[static_cast<size_t>(upper)] * weight;
}

}  // namespace reeve::promql
