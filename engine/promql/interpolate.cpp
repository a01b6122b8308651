#include "promql/interpolate.h"

#include <algorithm>

#include "promql/functions.h"
#include "promql/histogram_math.h"

namespace reeve::promql {

using series::HistogramPoint;
using series::Point;

namespace {
double left_value(const Point* points, size_t first, int64_t from_ms, bool smoothed, bool counter) {
  if (smoothed && points[first].ms < from_ms)
    return interpolate(points[first], points[first + 1], from_ms, counter, true);
  return points[first].value;
}

double right_value(const Point* points, size_t last, int64_t to_ms, bool smoothed, bool counter) {
  if (smoothed && last > 0 && points[last].ms > to_ms)
    return interpolate(points[last - 1], points[last], to_ms, counter, false);
  return points[last].value;
}

// What was lost in resets between the values at both edges.
double lost_in_resets(double left, double right, const Point* begin, const Point* end) {
  double lost = 0, previous = left;
  for (const Point* p = begin; p < end; ++p) {
    if (p->value < previous) lost += previous;
    previous = p->value;
  }
  return right < previous ? lost + previous : lost;
}
}  // namespace

double interpolate(const Point& a, const Point& b, int64_t ms, bool counter, bool left_edge) {
  double from = a.value, to = b.value;
  if (counter && to < from) {
    if (left_edge) {
      from = 0;
    } else {
      to += from;
    }
  }
  return from + (to - from) * static_cast<double>(ms - a.ms) / static_cast<double>(b.ms - a.ms);
}

void fail_extended_histograms() {
  fail("smoothed and anchored modifiers do not work with native histograms");
}

void refuse_histograms(const series::SeriesView& series, const std::vector<Point>& points) {
  std::vector<series::HistogramPoint> histograms;
  const int64_t from = points.empty() ? INT64_MIN : points.front().ms - 1;
  const int64_t to = points.empty() ? INT64_MAX : points.back().ms;
  series.histograms(from, to, histograms);
  if (!histograms.empty()) fail_extended_histograms();
}

std::vector<Point> extend_to_range(const Point* begin, const Point* end, int64_t from_ms, int64_t to_ms,
                                   bool smoothed) {
  std::vector<Point> out;
  Edges edges;
  if (!find_edges(begin, static_cast<size_t>(end - begin), from_ms, to_ms, smoothed, edges)) return out;
  out.push_back({from_ms, left_value(begin, edges.first, from_ms, smoothed, false)});
  for (size_t i = edges.first; i <= edges.last; ++i)
    if (begin[i].ms > from_ms && begin[i].ms < to_ms) out.push_back(begin[i]);
  out.push_back({to_ms, right_value(begin, edges.last, to_ms, smoothed, false)});
  return out;
}

namespace {
// rate, increase and delta over floats; absent when there is nothing.
double extended_rate(const Window& window, bool smoothed, bool counter, bool per_second) {
  const Point* points = window.begin;
  Edges edges;
  if (!find_edges(points, window.count(), window.from_ms, window.to_ms, smoothed, edges)) return absent();
  const double left = left_value(points, edges.first, window.from_ms, smoothed, counter);
  const double right = right_value(points, edges.last, window.to_ms, smoothed, counter);
  double result = right - left;
  if (counter) {
    // The edges have their own values: only what lies strictly inside can hold further resets.
    const Point* first = points + edges.first + (points[edges.first].ms <= window.from_ms ? 1 : 0);
    const Point* last = points + edges.last + (points[edges.last].ms >= window.to_ms ? 0 : 1);
    result += lost_in_resets(left, right, first, last);
  }
  return per_second ? result / (static_cast<double>(window.range_ms) / 1000) : result;
}

// The window from its anchor on: the newest sample at or before its beginning. False: nothing follows the beginning.
bool from_anchor(Window& w) {
  const Point* point = std::find_if(w.begin, w.end, [&](const Point& p) { return p.ms > w.from_ms; });
  const HistogramPoint* histograms_end = w.histograms + w.histogram_count;
  const HistogramPoint* histogram =
      std::find_if(w.histograms, histograms_end, [&](const HistogramPoint& h) { return h.ms > w.from_ms; });
  if (point == w.end && histogram == histograms_end) return false;
  const bool has_point = point != w.begin, has_histogram = histogram != w.histograms;
  if (has_point && (!has_histogram || point[-1].ms >= histogram[-1].ms)) {
    --point;
  } else if (has_histogram) {
    --histogram;
  }
  w.begin = point;
  w.histograms = histogram;
  w.histogram_count = static_cast<size_t>(histograms_end - histogram);
  return true;
}
}  // namespace

double extended_cell(Evaluation& eval, const RangeCall& call, const Window& window, const SelectorNode& selector,
                     RangeFunction function) {
  const Fn id = call.call->function->id;
  const bool rate = id == Fn::kRate || id == Fn::kIncrease || id == Fn::kDelta;
  if (rate && window.histogram_count > 0) {
    if (window.count() > 0) return warn_mixed(eval, call), absent();
    const auto rise = extended_histogram_increase(eval, call, window, selector.smoothed, id != Fn::kDelta);
    if (!rise) return absent();
    return eval.keep(id == Fn::kRate ? divided(*rise, static_cast<double>(window.range_ms) / 1000) : rise);
  }
  if (rate) return extended_rate(window, selector.smoothed, id != Fn::kDelta, id == Fn::kRate);
  Window extended = window;
  if (!from_anchor(extended)) return absent();
  return function(eval, call, extended);
}

}  // namespace reeve::promql
