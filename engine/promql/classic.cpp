#include "promql/classic.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reeve::promql {

namespace {
// Differences this small come from rounding, not from counters.
constexpr double kTolerance = 1e-12;

bool almost_equal(double a, double b) {
  if (a == b) return true;
  const double sum = std::fabs(a) + std::fabs(b), difference = std::fabs(a - b);
  constexpr double kLeastNormal = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kLeastNormal) return difference < kTolerance * kLeastNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kTolerance;
}

// Sorts and adds up what has the same bound. False: there is no bucket for everything.
bool arrange(std::vector<ClassicBucket>& buckets) {
  std::sort(buckets.begin(), buckets.end(),
            [](const ClassicBucket& a, const ClassicBucket& b) { return a.upper < b.upper; });
  if (buckets.empty() || buckets.back().upper != INFINITY) return false;
  size_t last = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper == buckets[last].upper) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  buckets.resize(last + 1);
  return true;
}

void make_monotonic(std::vector<ClassicBucket>& buckets, Repair& repair) {
  double before = buckets[0].count;
  for (size_t i = 1; i < buckets.size(); ++i) {
    const double now = buckets[i].count;
    if (now == before) continue;
    if (almost_equal(before, now)) {
      buckets[i].count = before;
    } else if (now < before) {
      buckets[i].count = before;
      if (!repair.forced) repair.lowest_bound = buckets[i].upper;
      repair.forced = true;
      repair.highest_bound = buckets[i].upper;
      repair.largest_drop = std::max(repair.largest_drop, before - now);
    } else {
      before = now;
    }
  }
}
}  // namespace

double classic_quantile(double q, std::vector<ClassicBucket>& buckets, Repair& repair) {
  if (std::isnan(q)) return std::nan("");
  if (q < 0) return -INFINITY;
  if (q > 1) return INFINITY;
  if (!arrange(buckets)) return std::nan("");
  make_monotonic(buckets, repair);
  if (buckets.size() < 2) return std::nan("");
  const double observations = buckets.back().count;
  if (observations == 0) return std::nan("");
  double rank = q * observations;
  const auto last = buckets.end() - 1;
  const auto bucket = std::find_if(buckets.begin(), last, [&](const ClassicBucket& b) { return b.count >= rank; });
  if (bucket == last) return last[-1].upper;
  if (bucket == buckets.begin() && bucket->upper <= 0) return bucket->upper;
  double start = 0, count = bucket->count;
  if (bucket != buckets.begin()) {
    start = bucket[-1].upper;
    count -= bucket[-1].count;
    rank -= bucket[-1].count;
  }
  return start + (bucket->upper - start) * (rank / count);
}

double classic_fraction(double lower, double upper, std::vector<ClassicBucket>& buckets) {
  if (!arrange(buckets)) return std::nan("");
  const double count = buckets.back().count;
  if (count == 0 || std::isnan(lower) || std::isnan(upper)) return std::nan("");
  if (lower >= upper) return 0;
  double rank = 0, lower_rank = count, upper_rank = count;
  bool lower_set = false, upper_set = false;
  const auto set_rank = [](bool& is_set, double& to, double value) {
    if (!is_set) to = value;
    is_set = true;
  };
  for (size_t i = 0; i < buckets.size() && !(lower_set && upper_set); ++i) {
    const double to = buckets[i].upper;
    const double from = i > 0 ? buckets[i - 1].upper : to > 0 ? 0 : -INFINITY;
    const auto below = [&](double value) {
      if (std::isinf(from)) return buckets[i].count;
      return rank + (buckets[i].count - rank) * (value - from) / (to - from);
    };
    if (from >= lower) set_rank(lower_set, lower_rank, rank);
    if (from >= upper) set_rank(upper_set, upper_rank, rank);
    if (from < lower && to > lower) set_rank(lower_set, lower_rank, below(lower));
    if (from < upper && to > upper) set_rank(upper_set, upper_rank, below(upper));
    rank = buckets[i].count;
  }
  return (std::min(upper_rank, count) - std::min(lower_rank, count)) / count;
}

}  // namespace reeve::promql
