/// \file
/// Which buckets has a native histogram, and between which values do they lie?
///
/// Source: Prometheus' model/histogram.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "series/histogram.h"

namespace reeve::promql {

using series::Histogram;

/// Counts by bucket index.
using BucketCounts = std::map<int32_t, double>;
BucketCounts counts_of(const std::vector<Histogram::Span>& spans, const std::vector<double>& buckets);
/// Writes `counts` as spans and buckets; empty ones at the ends and gaps of empty ones are left out.
void store_counts(const BucketCounts& counts, std::vector<Histogram::Span>& spans, std::vector<double>& buckets);
/// The same counts in the buckets of a lower resolution.
BucketCounts at_schema(const BucketCounts& counts, int32_t from, int32_t to);

/// The upper bound of the bucket `index` of an exponential schema.
double exponential_bound(int32_t index, int32_t schema);

struct Bucket {
  double lower = 0, upper = 0, count = 0;
  bool lower_inclusive = false, upper_inclusive = false;
};
/// From the lowest to the highest; the zero bucket only when it has a count.
std::vector<Bucket> all_buckets(const Histogram& histogram);
std::vector<Bucket> positive_buckets(const Histogram& histogram);
/// From zero downwards.
std::vector<Bucket> negative_buckets(const Histogram& histogram);

}  // namespace reeve::promql
