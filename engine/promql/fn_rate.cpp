// rate, increase, delta and their instant forms.
#include <algorithm>

#include "promql/histogram_math.h"
#include "promql/range_functions.h"

namespace reeve::promql {

using series::Point;

namespace {
// What one float series rose by, with everything it lost in resets. A sample whose start timestamp is later than the
// sample before it began anew, even when its value is not lower.
double raw_increase(const Window& w, bool counter) {
  double result = w.end[-1].value - w.begin->value;
  if (!counter) return result;
  double previous = w.begin->value;
  if (w.start_count == 0) {
    for (const Point* p = w.begin + 1; p != w.end; ++p) {
      if (p->value < previous) result += previous;
      previous = p->value;
    }
    return result;
  }
  const series::StartPoint* start = w.starts;
  const series::StartPoint* starts_end = w.starts + w.start_count;
  for (const Point* p = w.begin + 1; p != w.end; ++p) {
    while (start != starts_end && start->ms < p->ms) ++start;
    const bool began_anew = start != starts_end && start->ms == p->ms && start->start_ms != 0 &&
                            start->start_ms >= p[-1].ms && start->start_ms <= p->ms;
    if (p->value < previous || began_anew) result += previous;
    previous = p->value;
  }
  return result;
}

// By how much the rise between the first and the last sample is stretched to cover the range.
double extrapolation(const Window& w, int64_t first_ms, int64_t last_ms, size_t samples, double to_zero_s,
                     bool has_zero) {
  double to_start = static_cast<double>(first_ms - w.from_ms) / 1000;
  double to_end = static_cast<double>(w.to_ms - last_ms) / 1000;
  const double sampled = static_cast<double>(last_ms - first_ms) / 1000;
  const double spacing = sampled / static_cast<double>(samples - 1);
  const double threshold = spacing * 1.1;
  if (to_start >= threshold) to_start = spacing / 2;
  if (has_zero) to_start = std::min(to_start, to_zero_s);
  if (to_end >= threshold) to_end = spacing / 2;
  return (sampled + to_start + to_end) / sampled;
}

double extrapolated_rate(Evaluation& eval, const RangeCall& call, const Window& w, bool counter, bool per_second) {
  if (w.histogram_count > 0 && w.count() > 0) return warn_mixed(eval, call), absent();
  const double range_s = static_cast<double>(w.range_ms) / 1000;
  if (w.histogram_count > 1) {
    const auto rise = histogram_increase(eval, call, w, counter);
    if (!rise) return absent();
    const int64_t first_ms = w.histograms[0].ms, last_ms = w.histograms[w.histogram_count - 1].ms;
    const double sampled = static_cast<double>(last_ms - first_ms) / 1000;
    const bool has_zero = counter && rise->count > 0 && w.histograms[0].value->count >= 0;
    const double to_zero = has_zero ? sampled * (w.histograms[0].value->count / rise->count) : 0;
    double factor = extrapolation(w, first_ms, last_ms, w.histogram_count, to_zero, has_zero);
    if (per_second) factor /= range_s;
    return eval.keep(scaled(*rise, factor));
  }
  if (w.count() < 2) return absent();
  const double rise = raw_increase(w, counter);
  const int64_t first_ms = w.begin->ms, last_ms = w.end[-1].ms;
  const double sampled = static_cast<double>(last_ms - first_ms) / 1000;
  const bool has_zero = counter && rise > 0 && w.begin->value >= 0;
  const double to_zero = has_zero ? sampled * (w.begin->value / rise) : 0;
  double factor = extrapolation(w, first_ms, last_ms, w.count(), to_zero, has_zero);
  if (per_second) factor /= range_s;
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
    const auto rise = histogram_instant(eval, call, *before.histogram, *after.histogram, per_second);
    if (!rise) return absent();
    return eval.keep(per_second ? divided(*rise, interval) : rise);
  }
  // After a reset the counter stands for all that happened since.
  const bool reset = per_second && after.value < before.value;
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
