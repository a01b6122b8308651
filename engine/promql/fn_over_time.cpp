// The *_over_time functions.
#include <cmath>

#include "promql/histogram_math.h"
#include "promql/numeric.h"
#include "promql/quote.h"
#include "promql/range_functions.h"

namespace reeve::promql {

using series::Point;

std::string metric_of(const RangeCall& call) {
  return std::string(call.labels->value(metric_name_label()));
}

void info_ignored_histograms(Evaluation& eval, const RangeCall& call) {
  eval.annotations().info(
      "ignored histograms in a range containing both floats and histograms" + for_metric(metric_of(call)), call.where);
}

void warn_mixed(Evaluation& eval, const RangeCall& call) {
  eval.annotations().warn("encountered a mix of histograms and floats for metric name " + quote(metric_of(call)),
                          call.where);
}

namespace {
double seconds(int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

// Functions of floats only: absent without one, with an info where histograms stand beside them.
bool floats_only(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (w.count() == 0) return false;
  if (w.histogram_count > 0) info_ignored_histograms(eval, call);
  return true;
}

bool last_is_histogram(const Window& w) {
  if (w.histogram_count == 0) return false;
  return w.count() == 0 || w.histograms[w.histogram_count - 1].ms > w.end[-1].ms;
}
bool first_is_histogram(const Window& w) {
  if (w.histogram_count == 0) return false;
  return w.count() == 0 || w.histograms[0].ms < w.begin->ms;
}

double count_over_time(Evaluation&, const RangeCall&, const Window& w) {
  return static_cast<double>(w.count() + w.histogram_count);
}
double present_over_time(Evaluation&, const RangeCall&, const Window&) {
  return 1;
}
double last_over_time(Evaluation& eval, const RangeCall&, const Window& w) {
  return last_is_histogram(w) ? eval.keep(w.histograms[w.histogram_count - 1].value) : w.end[-1].value;
}
double first_over_time(Evaluation& eval, const RangeCall&, const Window& w) {
  return first_is_histogram(w) ? eval.keep(w.histograms[0].value) : w.begin->value;
}
double ts_of_last_over_time(Evaluation&, const RangeCall&, const Window& w) {
  return seconds(last_is_histogram(w) ? w.histograms[w.histogram_count - 1].ms : w.end[-1].ms);
}
double ts_of_first_over_time(Evaluation&, const RangeCall&, const Window& w) {
  return seconds(first_is_histogram(w) ? w.histograms[0].ms : w.begin->ms);
}

double sum_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (w.histogram_count > 0 && w.count() > 0) return warn_mixed(eval, call), absent();
  if (w.histogram_count > 0) return histogram_total(eval, call, w, false);
  Sum sum;
  for (const Point* p = w.begin; p != w.end; ++p) sum.add(p->value);
  return sum.value();
}

double avg_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (w.histogram_count > 0 && w.count() > 0) return warn_mixed(eval, call), absent();
  if (w.histogram_count > 0) return histogram_total(eval, call, w, true);
  Mean mean;
  for (const Point* p = w.begin; p != w.end; ++p) mean.add(p->value);
  return mean.value();
}

template <class Better>
const Point* extreme(const Window& w, Better&& better) {
  const Point* best = w.begin;
  for (const Point* p = w.begin; p != w.end; ++p)
    if (better(p->value, best->value) || std::isnan(best->value)) best = p;
  return best;
}

double max_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  return extreme(w, [](double a, double b) { return a > b; })->value;
}
double min_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  return extreme(w, [](double a, double b) { return a < b; })->value;
}
double ts_of_max_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  return seconds(extreme(w, [](double a, double b) { return a >= b; })->ms);
}
double ts_of_min_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  return seconds(extreme(w, [](double a, double b) { return a <= b; })->ms);
}

double stdvar_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  Variance variance;
  for (const Point* p = w.begin; p != w.end; ++p) variance.add(p->value);
  return variance.value();
}
double stddev_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  const double variance = stdvar_over_time(eval, call, w);
  return is_absent(variance) ? variance : std::sqrt(variance);
}

std::vector<double> values_of(const Window& w) {
  std::vector<double> values;
  values.reserve(w.count());
  for (const Point* p = w.begin; p != w.end; ++p) values.push_back(p->value);
  return values;
}

double quantile_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  const double q = call.params[0][static_cast<size_t>(w.step)];
  if (!(q >= 0 && q <= 1))
    eval.annotations().warn("quantile value should be between 0 and 1, got " + short_number(q),
                            call.call->args[0]->position);
  std::vector<double> values = values_of(w);
  return quantile(q, values);
}

double mad_over_time(Evaluation& eval, const RangeCall& call, const Window& w) {
  if (!floats_only(eval, call, w)) return absent();
  std::vector<double> values = values_of(w);
  if (std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return std::nan("");
  const double median = quantile(0.5, values);
  for (double& value : values) value = std::fabs(value - median);
  return quantile(0.5, values);
}
}  // namespace

RangeFunction over_time_function(Fn id) {
  switch (id) {
    case Fn::kAbsentOverTime:
    case Fn::kPresentOverTime:
      return present_over_time;
    case Fn::kAvgOverTime:
      return avg_over_time;
    case Fn::kCountOverTime:
      return count_over_time;
    case Fn::kFirstOverTime:
      return first_over_time;
    case Fn::kLastOverTime:
      return last_over_time;
    case Fn::kMadOverTime:
      return mad_over_time;
    case Fn::kMaxOverTime:
      return max_over_time;
    case Fn::kMinOverTime:
      return min_over_time;
    case Fn::kQuantileOverTime:
      return quantile_over_time;
    case Fn::kStddevOverTime:
      return stddev_over_time;
    case Fn::kStdvarOverTime:
      return stdvar_over_time;
    case Fn::kSumOverTime:
      return sum_over_time;
    case Fn::kTsOfFirstOverTime:
      return ts_of_first_over_time;
    case Fn::kTsOfLastOverTime:
      return ts_of_last_over_time;
    case Fn::kTsOfMaxOverTime:
      return ts_of_max_over_time;
    case Fn::kTsOfMinOverTime:
      return ts_of_min_over_time;
    default:
      return nullptr;
  }
}

}  // namespace reeve::promql
