// changes, resets, and the functions that lay a line or a smoothed curve through a range.
#include <cmath>
#include <cstdio>

#include "promql/histogram_math.h"
#include "promql/numeric.h"
#include "promql/range_functions.h"
#include "promql/start_times.h"

namespace reeve::promql {

using series::HistogramPoint;
using series::Point;

namespace {
// Walks through floats and histograms in the order of time and counts the pairs for which `differs` holds; a change of
// kind always counts.
template <class Floats, class Histograms>
double count_pairs(const Window& w, Floats&& floats_differ, Histograms&& histograms_differ) {
  const Point* p = w.begin;
  size_t h = 0;
  const Point* last_point = nullptr;
  const series::HistogramPoint* last_histogram = nullptr;
  double count = 0;
  while (p != w.end || h < w.histogram_count) {
    const bool histogram_next = p == w.end || (h < w.histogram_count && w.histograms[h].ms < p->ms);
    if (histogram_next) {
      const series::HistogramPoint* now = &w.histograms[h++];
      if (last_point || (last_histogram && histograms_differ(*last_histogram, *now))) ++count;
      last_histogram = now;
      last_point = nullptr;
    } else {
      if (last_histogram || (last_point && floats_differ(*last_point, *p))) ++count;
      last_point = p++;
      last_histogram = nullptr;
    }
  }
  return count;
}

double changes(Evaluation&, const RangeCall&, const Window& w) {
  return count_pairs(
      w,
      [](const Point& a, const Point& b) {
        return a.value != b.value && !(std::isnan(a.value) && std::isnan(b.value));
      },
      [](const HistogramPoint& a, const HistogramPoint& b) { return !equal(*a.value, *b.value); });
}

double resets(Evaluation&, const RangeCall&, const Window& w) {
  return count_pairs(
      w, [&](const Point& a, const Point& b) { return b.value < a.value || began_anew(w, a.ms, b.ms); },
      [&](const HistogramPoint& a, const HistogramPoint& b) {
        return began_anew(w, a.ms, b.ms) || is_reset(*b.value, *a.value);
      });
}

struct LinePoint {
  double slope = 0, at_origin = 0;
};

// Least squares; `origin_ms` is where the line's value is wanted. Near the samples, so that no digits are lost.
LinePoint regression(const Window& w, int64_t origin_ms) {
  Sum x_sum, y_sum, xy_sum, xx_sum;
  bool constant = true;
  for (const Point* p = w.begin; p != w.end; ++p) {
    constant = constant && p->value == w.begin->value;
    const double x = static_cast<double>(p->ms - origin_ms) / 1000;
    x_sum.add(x);
    y_sum.add(p->value);
    xy_sum.add(x * p->value);
    xx_sum.add(x * x);
  }
  if (constant) {
    if (std::isinf(w.begin->value)) return {std::nan(""), std::nan("")};
    return {0, w.begin->value};
  }
  const double n = static_cast<double>(w.count());
  const double sx = x_sum.sum + x_sum.lost, sy = y_sum.sum + y_sum.lost;
  const double covariance = (xy_sum.sum + xy_sum.lost) - sx * sy / n;
  const double variance = (xx_sum.sum + xx_sum.lost) - sx * sx / n;
  const double slope = covariance / variance;
  return {slope, sy / n - slope * sx / n};
}

// At least two floats; an info where there are floats and histograms.
bool two_floats(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (w.count() > 0 && w.histogram_count > 0) info_ignored_histograms(eval, call);
  return w.count() >= 2;
}

double deriv(Evaluation& eval, const RangeCall& call, const Window& w) {
  return two_floats(eval, call, w) ? regression(w, w.begin->ms).slope : absent();
}

double predict_linear(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!two_floats(eval, call, w)) return absent();
  const LinePoint line = regression(w, w.at_ms);
  return line.slope * call.params[0][static_cast<size_t>(w.step)] + line.at_origin;
}

void check_factor(const char* what, const char* sign, double factor) {
  if (factor > 0 && factor < 1) return;
  char text[500];
  std::snprintf(text, sizeof text, "invalid %s factor. Expected: 0 < %s < 1, got: %f", what, sign, factor);
  fail(text);
}

double double_exponential_smoothing(Evaluation& eval, const RangeCall& call, const Window& w) {
  const double smoothing = call.params[0][static_cast<size_t>(w.step)];
  const double trend_factor = call.params[1][static_cast<size_t>(w.step)];
  check_factor("smoothing", "sf", smoothing);
  check_factor("trend", "tf", trend_factor);
  if (!two_floats(eval, call, w)) return absent();
  double before = 0, level = w.begin->value, trend = w.begin[1].value - w.begin[0].value;
  for (const Point* p = w.begin + 1; p != w.end; ++p) {
    if (p != w.begin + 1) trend = trend_factor * (level - before) + (1 - trend_factor) * trend;
    const double next = smoothing * p->value + (1 - smoothing) * (level + trend);
    before = level;
    level = next;
  }
  return level;
}
}  // namespace

RangeFunction trend_function(Fn id) {
  switch (id) {
    case Fn::kChanges:
      return changes;
    case Fn::kResets:
      return resets;
    case Fn::kDeriv:
      return deriv;
    case Fn::kPredictLinear:
      return predict_linear;
    case Fn::kDoubleExponentialSmoothing:
      return double_exponential_smoothing;
    default:
      return nullptr;
  }
}

}  // namespace reeve::promql
