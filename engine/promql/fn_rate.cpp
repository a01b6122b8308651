// rate, increase, delta and their instant forms.
#include <algorithm>
#include <optional>

#include "promql/histogram_math.h"
#include "promql/range_functions.h"
#include "promql/start_times.h"

namespace reeve::promql {

using series::Point;

namespace {
// What one float series rose by, with everything it lost in resets.
double raw_increase(const Window& w, bool counter) {
  double result = w.end[-1].value - w.begin->value;
  for (const Point* p = w.begin + 1; counter && p != w.end; ++p)
    if (p->value < p[-1].value || began_anew(w, p[-1].ms, p->ms)) result += p[-1].value;
  return result;
}

// What a window's samples say of its length.
struct Sampled {
  int64_t first_ms = 0, last_ms = 0;
  size_t count = 0;
  int64_t born_ms = 0;                    // when the counter was zero inside the window; 0: it was not
  std::optional<double> first_to_rise{};  // of a counter: the first value as a share of the rise
};

// By how much the rise is stretched to cover the range.
double stretch(const Window& w, const Sampled& s) {
  double sampled = static_cast<double>(s.last_ms - s.first_ms) / 1000;
  const double spacing = s.count > 1 ? sampled / static_cast<double>(s.count - 1) : 0;
  const double threshold = spacing * 1.1;
  double to_start = 0;
  if (s.born_ms != 0) {
    sampled = static_cast<double>(s.last_ms - s.born_ms) / 1000;
  } else {
    to_start = static_cast<double>(s.first_ms - w.from_ms) / 1000;
    if (to_start >= threshold) to_start = spacing / 2;
    if (s.first_to_rise) to_start = std::min(to_start, sampled * *s.first_to_rise);
  }
  double to_end = static_cast<double>(w.to_ms - s.last_ms) / 1000;
  if (to_end >= threshold) to_end = spacing / 2;
  return sampled == 0 ? 1 : (sampled + to_start + to_end) / sampled;
}

double histogram_rate(Evaluation& eval, const RangeCall& call, const Window& w, bool counter, bool per_second) {
  const series::HistogramPoint &first = w.histograms[0], &last = w.histograms[w.histogram_count - 1];
  Sampled sampled{first.ms, last.ms, w.histogram_count, counter ? born_inside(w, first.ms) : 0};
  if (w.histogram_count < 2 && sampled.born_ms == 0) return absent();
  auto rise = w.histogram_count < 2 ? first.value : histogram_increase(eval, call, w, counter);
  if (!rise) return absent();
  if (sampled.born_ms != 0 && w.histogram_count > 1) rise = added(*rise, *first.value).result;
  if (!rise) return absent();
  if (counter && rise->count > 0 && first.value->count >= 0) sampled.first_to_rise = first.value->count / rise->count;
  const double factor = stretch(w, sampled) / (per_second ? static_cast<double>(w.range_ms) / 1000 : 1);
  return eval.keep(scaled(*rise, factor));
}

double extrapolated_rate(Evaluation& eval, const RangeCall& call, const Window& w, bool counter, bool per_second) {
  if (w.histogram_count > 0 && w.count() > 0) return warn_mixed(eval, call), absent();
  if (w.histogram_count > 0) return histogram_rate(eval, call, w, counter, per_second);
  const Point &first = *w.begin, &last = w.end[-1];
  Sampled sampled{first.ms, last.ms, w.count(), counter ? born_inside(w, first.ms) : 0};
  if (w.count() < 2 && sampled.born_ms == 0) return absent();
  double rise = raw_increase(w, counter);
  if (sampled.born_ms != 0) rise += first.value;
  if (counter && rise > 0 && first.value >= 0) sampled.first_to_rise = first.value / rise;
  // In this order: the last bit is Prometheus' too.
  const double factor = stretch(w, sampled) / (per_second ? static_cast<double>(w.range_ms) / 1000 : 1);
  return rise * factor;
}

double rate(Evaluation& eval, const RangeCall& call, const Window& w) {
  return extrapolated_rate(eval, call, w, true, true);
}
double increase(Evaluation& eval, const RangeCall& call, const Window& w) {
  return extrapolated_rate(eval, call, w, true, false);
}
double delta(Evaluation& eval, const RangeCall& call, const Window& w) {
  return extrapolated_rate(eval, call, w, false, false);
}

// One of the last two samples of either kind.
struct Sample {
  int64_t ms = 0;
  double value = 0;
  const series::Histogram* histogram = nullptr;
};

std::vector<Sample> last_two(const Window& w) {
  std::vector<Sample> samples;
  for (const Point* p = w.count() > 2 ? w.end - 2 : w.begin; p != w.end; ++p)
    samples.push_back({p->ms, p->value, nullptr});
  for (size_t i = w.histogram_count > 2 ? w.histogram_count - 2 : 0; i < w.histogram_count; ++i)
    samples.push_back({w.histograms[i].ms, 0, w.histograms[i].value.get()});
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.ms < b.ms; });
  if (samples.size() > 2) samples.erase(samples.begin(), samples.end() - 2);
  return samples;
}

double instant_value(Evaluation& eval, const RangeCall& call, const Window& w, bool per_second) {
  if (w.count() + w.histogram_count < 2) return absent();
  const std::vector<Sample> samples = last_two(w);
  const Sample &before = samples[0], &after = samples[1];
  const double interval = static_cast<double>(after.ms - before.ms) / 1000;
  if (interval == 0) return absent();
  if ((before.histogram != nullptr) != (after.histogram != nullptr)) return warn_mixed(eval, call), absent();
  if (after.histogram) {
    const auto rise = histogram_instant(eval, call, *before.histogram, *after.histogram, per_second,
                                        began_anew(w, before.ms, after.ms));
    if (!rise) return absent();
    return eval.keep(per_second ? divided(*rise, interval) : rise);
  }
  // After a reset the counter stands for all that happened since.
  const bool reset = per_second && (after.value < before.value || began_anew(w, before.ms, after.ms));
  const double rise = reset ? after.value : after.value - before.value;
  return per_second ? rise / interval : rise;
}

double irate(Evaluation& eval, const RangeCall& call, const Window& w) {
  return instant_value(eval, call, w, true);
}
double idelta(Evaluation& eval, const RangeCall& call, const Window& w) {
  return instant_value(eval, call, w, false);
}
}  // namespace

RangeFunction rate_function(Fn id) {
  switch (id) {
    case Fn::kRate:
      return rate;
    case Fn::kIncrease:
      return increase;
    case Fn::kDelta:
      return delta;
    case Fn::kIrate:
      return irate;
    case Fn::kIdelta:
      return idelta;
    default:
      return nullptr;
  }
}

}  // namespace reeve::promql
