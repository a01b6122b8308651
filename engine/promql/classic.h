/// \file
/// What do the buckets of a classic histogram say? Quantiles and fractions of cumulative counts by upper bound.
///
/// Source: Prometheus' promql/quantile.go.
#pragma once

#include <vector>

namespace reeve::promql {

struct ClassicBucket {
  double upper = 0;
  double count = 0;  ///< observations up to `upper`
};
/// What had to be repaired where a count was lower than the one before it.
struct Repair {
  bool forced = false;
  double lowest_bound = 0, highest_bound = 0, largest_drop = 0;
};

/// `buckets` are sorted, equal bounds joined, and made monotonic.
double classic_quantile(double q, std::vector<ClassicBucket>& buckets, Repair& repair);
double classic_fraction(double lower, double upper, std::vector<ClassicBucket>& buckets);

}  // namespace reeve::promql
