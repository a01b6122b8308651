// rate, increase, delta, irate, idelta, sum_over_time and avg_over_time of native histograms.
#include <algorithm>

#include "promql/histogram_math.h"
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
