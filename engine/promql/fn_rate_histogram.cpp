// rate, increase, delta, irate, idelta, sum_over_time and avg_over_time of native histograms.
#include <algorithm>

#include "promql/histogram_math.h"
#include "promql/interpolate.h"
#include "promql/quote.h"
#include "promql/range_functions.h"
#include "promql/start_times.h"

namespace reeve::promql {

namespace {
using Hint = Histogram::ResetHint;

void warn_not_counter(Evaluation& eval, const RangeCall& call) {
  eval.annotations().warn("this native histogram metric is not a counter: " + quote(metric_of(call)), call.where);
}
void warn_not_gauge(Evaluation& eval, const RangeCall& call) {
  eval.annotations().warn("this native histogram metric is not a gauge: " + quote(metric_of(call)), call.where);
}
HistogramPtr warn_mixed_schemas(Evaluation& eval, const RangeCall& call) {
  eval.annotations().warn(
      "vector contains a mix of histograms with exponential and custom buckets schemas" + for_metric(metric_of(call)),
      call.where);
  return nullptr;
}
void info_reconciled(Evaluation& eval, const RangeCall& call, const Combined& combined, const char* operation) {
  Combined bounds;
  bounds.bounds_reconciled = combined.bounds_reconciled;
  annotate(eval.annotations(), bounds, operation, call.where);
}
}  // namespace

HistogramPtr histogram_increase(Evaluation& eval, const RangeCall& call, const Window& w, bool counter) {
  const Histogram* first = w.histograms[0].value.get();
  const Histogram& last = *w.histograms[w.histogram_count - 1].value;
  if (counter && (first->hint == Hint::kGauge || last.hint == Hint::kGauge)) warn_not_counter(eval, call);
  // After a reset at once the first one does not matter, whatever its buckets.
  Histogram empty;
  if (const Histogram& second = *w.histograms[1].value;
      counter && (began_anew(w, w.histograms[0].ms, w.histograms[1].ms) || is_reset(second, *first))) {
    empty.schema = second.schema;
    empty.bounds = second.bounds;
    first = &empty;
  }
  if (last.custom() != first->custom()) return warn_mixed_schemas(eval, call);
  int32_t schema = std::min(last.schema, first->schema);
  for (size_t i = 1; counter && i + 1 < w.histogram_count; ++i) {
    const Histogram& h = *w.histograms[i].value;
    if (h.hint == Hint::kGauge) warn_not_counter(eval, call);
    schema = std::min(schema, h.schema);
    if (h.custom() != last.custom()) return warn_mixed_schemas(eval, call);
  }
  Combined rise = subtracted(*at_schema(last, schema), *first);
  if (!rise.result) return warn_mixed_schemas(eval, call);
  info_reconciled(eval, call, rise, "subtraction");
  const Histogram* before = first;
  for (size_t i = 1; counter && i < w.histogram_count; ++i) {
    const Histogram& now = *w.histograms[i].value;
    if (began_anew(w, w.histograms[i - 1].ms, w.histograms[i].ms) || is_reset(now, *before)) {
      Combined with_lost = added(*rise.result, *before);
      if (!with_lost.result) return warn_mixed_schemas(eval, call);
      info_reconciled(eval, call, with_lost, "addition");
      rise = std::move(with_lost);
    }
    before = &now;
  }
  const Histogram& oldest = *w.histograms[0].value;
  if (!counter && (oldest.hint != Hint::kGauge || last.hint != Hint::kGauge)) warn_not_gauge(eval, call);
  return with_hint(*rise.result, Hint::kGauge);
}

namespace {
using series::HistogramPoint;

// The histogram at `ms` on the line from `a` to `b`; null: they cannot be combined. After a reset the line begins at
// zero.
HistogramPtr between(Evaluation& eval, const RangeCall& call, const HistogramPoint& a, const HistogramPoint& b,
                     int64_t ms, bool counter) {
  if (ms == a.ms) return a.value;
  if (ms == b.ms) return b.value;
  const double share = static_cast<double>(ms - a.ms) / static_cast<double>(b.ms - a.ms);
  if (counter && is_reset(*b.value, *a.value)) return scaled(*b.value, share);
  const Combined rise = subtracted(*b.value, *a.value);
  if (!rise.result) return warn_mixed_schemas(eval, call);
  info_reconciled(eval, call, rise, "subtraction");
  const Combined at = added(*scaled(*rise.result, share), *a.value);
  if (!at.result) return warn_mixed_schemas(eval, call);
  info_reconciled(eval, call, at, "addition");
  return with_hint(*at.result, b.value->hint);
}

// What was lost in resets between the edges of a range; null: nothing. False: it cannot be added up.
bool lost_in_resets(Evaluation& eval, const RangeCall& call, const Window& w, const Edges& edges, HistogramPtr before,
                    const Histogram& right, bool line_from_before, HistogramPtr& lost) {
  const HistogramPoint* h = w.histograms;
  size_t next = edges.first + 1;
  // The line to the left edge has passed that reset already.
  if (line_from_before && is_reset(*h[next].value, *h[edges.first].value)) before = h[next++].value;
  if (next > edges.last) return true;
  const auto add = [&](const Histogram& now) {
    if (!is_reset(now, *before)) return true;
    const Combined sum = lost ? added(*lost, *before) : Combined{};
    if (lost && !sum.result) return warn_mixed_schemas(eval, call), false;
    if (lost) info_reconciled(eval, call, sum, "addition");
    lost = lost ? sum.result : before;
    return true;
  };
  for (; next < edges.last; ++next) {
    if (!add(*h[next].value)) return false;
    before = h[next].value;
  }
  return add(right);
}
}  // namespace

HistogramPtr extended_histogram_increase(Evaluation& eval, const RangeCall& call, const Window& w, bool smoothed,
                                         bool counter) {
  const HistogramPoint* h = w.histograms;
  Edges edges;
  if (!find_edges(h, w.histogram_count, w.from_ms, w.to_ms, smoothed, edges)) return nullptr;
  for (size_t i = edges.first; i <= edges.last; ++i) {
    if (h[i].value->custom() != h[edges.first].value->custom()) return warn_mixed_schemas(eval, call);
    if (counter && h[i].value->hint == Hint::kGauge) warn_not_counter(eval, call);
  }
  const bool left_line = smoothed && h[edges.first].ms < w.from_ms;
  const bool right_line = smoothed && edges.last > 0 && h[edges.last].ms > w.to_ms;
  const HistogramPtr left =
      left_line ? between(eval, call, h[edges.first], h[edges.first + 1], w.from_ms, counter) : h[edges.first].value;
  const HistogramPtr right =
      right_line ? between(eval, call, h[edges.last - 1], h[edges.last], w.to_ms, counter) : h[edges.last].value;
  if (!left || !right) return nullptr;
  if (!counter && (left->hint != Hint::kGauge || right->hint != Hint::kGauge)) warn_not_gauge(eval, call);
  Combined rise = subtracted(*right, *left);
  if (!rise.result) return warn_mixed_schemas(eval, call);
  info_reconciled(eval, call, rise, "subtraction");
  HistogramPtr lost;
  if (counter && !lost_in_resets(eval, call, w, edges, left, *right, left_line, lost)) return nullptr;
  if (lost) {
    rise = added(*rise.result, *lost);
    if (!rise.result) return warn_mixed_schemas(eval, call);
    info_reconciled(eval, call, rise, "addition");
  }
  return with_hint(*rise.result, Hint::kGauge);
}

HistogramPtr histogram_instant(Evaluation& eval, const RangeCall& call, const Histogram& before, const Histogram& after,
                               bool counter, bool anew) {
  const bool any_gauge = before.hint == Hint::kGauge || after.hint == Hint::kGauge;
  const bool all_gauge = before.hint == Hint::kGauge && after.hint == Hint::kGauge;
  if (counter && any_gauge) warn_not_counter(eval, call);
  if (!counter && !all_gauge) warn_not_gauge(eval, call);
  if (counter && (anew || is_reset(after, before))) return with_hint(after, Hint::kGauge);
  const Combined rise = subtracted(after, before);
  if (!rise.result) return warn_mixed_schemas(eval, call);
  info_reconciled(eval, call, rise, "subtraction");
  return with_hint(*rise.result, Hint::kGauge);
}

double histogram_total(Evaluation& eval, const RangeCall& call, const Window& w, bool average) {
  HistogramPtr total = w.histograms[0].value;
  bool resets = false, no_resets = false;
  for (size_t i = 0; i < w.histogram_count; ++i) {
    const Histogram& h = *w.histograms[i].value;
    resets = resets || h.hint == Hint::kReset;
    no_resets = no_resets || h.hint == Hint::kNotReset;
    if (i == 0) continue;
    const auto count = static_cast<double>(i + 1);
    // The mean moves by a share of the difference, so that no sum can overflow.
    const Combined change = average ? subtracted(*divided(h, count), *divided(*total, count)) : Combined{};
    if (average && !change.result) return warn_mixed_schemas(eval, call), absent();
    const Combined next = added(*total, average ? *change.result : h);
    if (!next.result) return warn_mixed_schemas(eval, call), absent();
    info_reconciled(eval, call, next, "aggregation");
    total = next.result;
  }
  if (resets && no_resets)
    eval.annotations().warn("conflicting counter resets during histogram aggregation", call.where);
  return eval.keep(at_schema(*total, total->schema));
}

}  // namespace reeve::promql
