#include "promql/forced_monotonic.h"

#include <cstdio>

#include "base/time.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
std::string whole_seconds(int64_t ms) {
  std::string text = base::format_time(base::time_from_ms(ms));
  const size_t dot = text.find('.');
  return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
}
}  // namespace

void ForcedMonotonic::annotate(Annotations& annotations, std::string_view metric, Position where) const {
  if (samples_ == 0) return;
  char drop[64];
  std::snprintf(drop, sizeof drop, "%.2g", first_.largest_drop);
  annotations.info(
      "input to histogram_quantile needed to be fixed for monotonicity (see "
      "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" +
          for_metric(metric) + ", from buckets " + short_number(first_.lowest_bound) + " to " +
          short_number(first_.highest_bound) + ", with a max diff of " + drop + ", over " + std::to_string(samples_) +
          " samples from " + whole_seconds(from_ms_) + " to " + whole_seconds(to_ms_),
      where);
}

}  // namespace reeve::promql
