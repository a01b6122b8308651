// Quantiles, fractions and the variance of native histograms.
#include <algorithm>
#include <cmath>

#include "promql/histogram_math.h"
#include "promql/numeric.h"

namespace reeve::promql {

namespace {
double counted(const std::vector<Bucket>& buckets) {
  double total = 0;
  for (const Bucket& bucket : buckets) total += bucket.count;
  return total;
}

// Where all observations have one sign, the zero bucket reaches only to that side.
void narrow_zero_bucket(const Histogram& h, Bucket& bucket) {
  if (h.negative.empty() && !h.positive.empty()) bucket.lower = 0;
  if (h.positive.empty() && !h.negative.empty()) bucket.upper = 0;
}

// The value a fraction of the way through a bucket: straight in custom and zero buckets, else on a logarithmic scale,
// where exponential buckets are equally wide.
double inside(const Histogram& h, const Bucket& bucket, double fraction) {
  if (h.custom() || (bucket.lower <= 0 && bucket.upper >= 0))
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  const double low = std::log2(std::fabs(bucket.lower)), high = std::log2(std::fabs(bucket.upper));
  if (bucket.lower > 0) return std::exp2(low + (high - low) * fraction);
  return -std::exp2(high + (low - high) * (1 - fraction));
}

// How many observations of a bucket lie below `value`.
double below(const Bucket& bucket, double value, bool linear) {
  if (linear) {
    // Nothing is known about the inside of a bucket without a lower end.
    if (std::isinf(bucket.lower)) return bucket.count;
    return bucket.count * (value - bucket.lower) / (bucket.upper - bucket.lower);
  }
  const double low = std::log2(std::fabs(bucket.lower)), high = std::log2(std::fabs(bucket.upper));
  const double at = std::log2(std::fabs(value));
  return bucket.count * (value > 0 ? (at - low) / (high - low) : 1 - (at - high) / (low - high));
}
}  // namespace

double histogram_quantile(double q, const Histogram& h, NanEffect& effect) {
  effect = NanEffect::kNone;
  if (q < 0) return -INFINITY;
  if (q > 1) return INFINITY;
  if (h.count == 0 || std::isnan(q)) return std::nan("");
  // NaN observations are in the count but in no bucket, so with them only counting from below is right.
  const bool has_nan = std::isnan(h.sum);
  const bool forward = has_nan || q < 0.5;
  std::vector<Bucket> buckets = all_buckets(h);
  const double in_buckets = counted(buckets);
  if (!forward) std::reverse(buckets.begin(), buckets.end());
  double rank = (forward ? q : 1 - q) * h.count;
  double count = 0;
  Bucket bucket;
  for (const Bucket& next : buckets) {
    if (next.count == 0) continue;
    bucket = next;
    count += next.count;
    if (count >= rank) break;
  }
  if (!h.custom() && bucket.lower < 0 && bucket.upper > 0) {
    narrow_zero_bucket(h, bucket);
  } else if (h.custom() && std::isinf(bucket.lower)) {
    if (bucket.upper <= 0) return bucket.upper;
    bucket.lower = 0;
  } else if (h.custom() && std::isinf(bucket.upper)) {
    return bucket.lower;
  }
  count = std::min(count, h.count);
  if (count < rank) {
    if (has_nan) effect = NanEffect::kResultNan;
    return std::nan("");
  }
  if (has_nan && in_buckets < h.count) effect = NanEffect::kSkewed;
  rank = forward ? rank - (count - bucket.count) : count - rank;
  return inside(h, bucket, rank / bucket.count);
}

double histogram_fraction(double lower, double upper, const Histogram& h, bool& has_nan) {
  has_nan = false;
  if (h.count == 0 || std::isnan(lower) || std::isnan(upper)) return std::nan("");
  if (lower >= upper) return 0;
  const std::vector<Bucket> buckets = all_buckets(h);
  has_nan = std::isnan(h.sum) && counted(buckets) < h.count;
  double rank = 0, lower_rank = h.count, upper_rank = h.count;
  bool lower_set = false, upper_set = false;
  const auto set_rank = [](bool& is_set, double& to, double value) {
    if (!is_set) to = value;
    is_set = true;
  };
  for (Bucket bucket : buckets) {
    const bool zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (zero) narrow_zero_bucket(h, bucket);
    const bool linear = h.custom() || zero;
    if (bucket.lower >= lower) set_rank(lower_set, lower_rank, rank);
    if (bucket.lower >= upper) set_rank(upper_set, upper_rank, rank);
    if (lower_set && upper_set) break;
    if (bucket.lower < lower && bucket.upper > lower)
      set_rank(lower_set, lower_rank, rank + below(bucket, lower, linear));
    if (bucket.lower < upper && bucket.upper > upper)
      set_rank(upper_set, upper_rank, rank + below(bucket, upper, linear));
    rank += bucket.count;
  }
  return (std::min(upper_rank, h.count) - std::min(lower_rank, h.count)) / h.count;
}

double histogram_variance(const Histogram& h) {
  const double mean = h.sum / h.count;
  Sum variance;
  for (const Bucket& bucket : all_buckets(h)) {
    if (bucket.count == 0) continue;
    double value = 0;  // the zero bucket
    if (h.custom()) {
      value = (bucket.upper + bucket.lower) / 2;
    } else if (bucket.lower > 0 || bucket.upper < 0) {
      value = std::sqrt(bucket.upper * bucket.lower);
      if (bucket.upper < 0) value = -value;
    }
    const double delta = value - mean;
    variance.add(bucket.count * delta * delta);
  }
  return (variance.sum + variance.lost) / h.count;
}

}  // namespace reeve::promql
