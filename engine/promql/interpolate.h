/// \file
/// What lies between two samples? For the extended range selectors, anchored and smoothed.
///
/// Source: Prometheus' promql/engine.go and functions.go (extended range selectors).
#pragma once

#include <algorithm>
#include <vector>

#include "promql/range_functions.h"

namespace reeve::promql {

struct Edges {
  size_t first = 0, last = 0;
};
/// The newest sample at or before the beginning (else the first of all), and the one that ends the range. False: there
/// is nothing in it.
template <class T>
bool find_edges(const T* samples, size_t count, int64_t from_ms, int64_t to_ms, bool smoothed, Edges& edges) {
  if (count == 0) return false;
  const T* last = samples + count - 1;
  const T* after = std::find_if(samples, last, [&](const T& s) { return s.ms > from_ms; });
  edges.first = after == samples ? 0 : static_cast<size_t>(after - samples) - 1;
  edges.last = count - 1;
  if (smoothed)
    edges.last = static_cast<size_t>(std::find_if(samples, last, [&](const T& s) { return s.ms >= to_ms; }) - samples);
  return samples[edges.last].ms > from_ms && !(smoothed && samples[edges.first].ms > to_ms);
}

/// The value at `ms` on the line from `a` to `b`. A counter that was reset between them counts from zero: before `ms`
/// on the left edge of a range, after the old value on the right one.
double interpolate(const series::Point& a, const series::Point& b, int64_t ms, bool counter, bool left_edge);
/// Native histograms have no smoothed or anchored form: throws when `series` has some around `points`.
void refuse_histograms(const series::SeriesView& series, const std::vector<series::Point>& points);
[[noreturn]] void fail_extended_histograms();
/// `points` (from before the range to its end or after it) cut to [from_ms, to_ms] with a point on each boundary. Empty
/// when all of them are at or before the beginning.
std::vector<series::Point> extend_to_range(const series::Point* begin, const series::Point* end, int64_t from_ms,
                                           int64_t to_ms, bool smoothed);
/// What a function gives for an extended range: rates have a form of their own, the others look at pairs of samples.
double extended_cell(Evaluation& eval, const RangeCall& call, const Window& window, const SelectorNode& selector,
                     RangeFunction function);

}  // namespace reeve::promql
