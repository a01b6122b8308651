#include "promql/histogram_buckets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reeve::promql {

BucketCounts counts_of(const std::vector<Histogram::Span>& spans, const std::vector<double>& buckets) {
  BucketCounts counts;
  int64_t index = 0;
  size_t at = 0;
  for (const Histogram::Span& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && at < buckets.size(); ++i)
      counts[static_cast<int32_t>(index++)] = buckets[at++];
  }
  return counts;
}

void store_counts(const BucketCounts& counts, std::vector<Histogram::Span>& spans, std::vector<double>& buckets) {
  spans.clear();
  buckets.clear();
  int64_t next = 0;
  for (const auto& [index, count] : counts) {
    if (count == 0) continue;
    if (spans.empty() || index != next) spans.push_back({static_cast<int32_t>(index - next), 0});
    ++spans.back().length;
    buckets.push_back(count);
    next = static_cast<int64_t>(index) + 1;
  }
}

BucketCounts at_schema(const BucketCounts& counts, int32_t from, int32_t to) {
  if (from <= to) return counts;
  BucketCounts merged;
  for (const auto& [index, count] : counts) merged[((index - 1) >> (from - to)) + 1] += count;
  return merged;
}

double exponential_bound(int32_t index, int32_t schema) {
  if (schema < 0) {
    const int64_t exponent = static_cast<int64_t>(index) << -schema;
    if (exponent == 1024) return std::numeric_limits<double>::max();
    return std::ldexp(1.0, static_cast<int>(std::clamp<int64_t>(exponent, -5000, 5000)));
  }
  const int32_t steps = 1 << schema;
  const int32_t part = index & (steps - 1);
  const double fraction = 0.5 * std::exp2(static_cast<double>(part) / steps);
  const int exponent = (index >> schema) + 1;
  // The last bucket of finite values ends at the largest of them.
  if (part == 0 && exponent == 1025) return std::numeric_limits<double>::max();
  return std::ldexp(fraction, exponent);
}

namespace {
Bucket custom_bucket(const Histogram& h, int32_t index, double count) {
  const auto i = static_cast<size_t>(index);
  Bucket bucket;
  bucket.count = count;
  bucket.lower = index <= 0 ? -INFINITY : i - 1 < h.bounds.size() ? h.bounds[i - 1] : INFINITY;
  bucket.upper = i < h.bounds.size() ? h.bounds[i] : INFINITY;
  bucket.lower_inclusive = index == 0;
  bucket.upper_inclusive = true;
  return bucket;
}
}  // namespace

std::vector<Bucket> positive_buckets(const Histogram& h) {
  std::vector<Bucket> buckets;
  for (const auto& [index, count] : counts_of(h.positive_spans, h.positive)) {
    buckets.push_back(h.custom() ? custom_bucket(h, index, count)
                                 : Bucket{exponential_bound(index - 1, h.schema), exponential_bound(index, h.schema),
                                          count, false, true});
  }
  return buckets;
}

std::vector<Bucket> negative_buckets(const Histogram& h) {
  std::vector<Bucket> buckets;
  for (const auto& [index, count] : counts_of(h.negative_spans, h.negative))
    buckets.push_back(
        {-exponential_bound(index, h.schema), -exponential_bound(index - 1, h.schema), count, true, false});
  return buckets;
}

std::vector<Bucket> all_buckets(const Histogram& h) {
  std::vector<Bucket> buckets = negative_buckets(h);
  std::reverse(buckets.begin(), buckets.end());
  if (h.zero_count > 0 && !h.custom())
    buckets.push_back({-h.zero_threshold, h.zero_threshold, h.zero_count, true, true});
  for (const Bucket& bucket : positive_buckets(h)) buckets.push_back(bucket);
  return buckets;
}

}  // namespace reeve::promql
