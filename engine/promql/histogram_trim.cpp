// The trim operators: what is left of a native histogram below or above a value.
#include <algorithm>
#include <cmath>

#include "promql/histogram_math.h"

namespace reeve::promql {

namespace {
struct Kept {
  double count = 0;
  double middle = 0;  // where those observations lie, as far as anyone knows
};

double middle_of(double lower, double upper, bool positive, bool linear) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (linear) return (lower + upper) / 2;
  const double mean = std::sqrt(std::fabs(lower * upper));
  return positive ? mean : -mean;
}

double below(const Bucket& b, double at, bool positive, bool linear) {
  if (at <= b.lower) return 0;
  if (at >= b.upper) return b.count;
  if (linear) return b.count * (at - b.lower) / (b.upper - b.lower);
  const double low = std::log2(std::fabs(b.lower)), high = std::log2(std::fabs(b.upper)), v = std::log2(std::fabs(at));
  return b.count * (positive ? (v - low) / (high - low) : 1 - (v - high) / (low - high));
}

double zero_if_infinite(double v) {
  return std::isinf(v) ? 0 : v;
}

// A bucket that is open to one side: nothing is known about its inside, so it stays or goes whole; the lowest custom
// bucket counts as beginning at zero where that makes sense.
Kept trim_open(const Bucket& b, double at, bool upper) {
  if (std::isinf(b.lower)) {
    const bool from_zero = b.upper > 0 && std::isfinite(b.upper);
    if (upper) {
      if (at >= b.upper) return {b.count, 0};
      if (at > 0 && from_zero) return {b.count * at / b.upper, at / 2};
      if (b.upper <= 0) return {b.count, at};
      return {0, zero_if_infinite(b.upper)};
    }
    if (at <= b.lower) return {b.count, 0};
    if (at >= 0 && b.upper > at && from_zero) return {b.count * (1 - at / b.upper), (at + b.upper) / 2};
    return {0, zero_if_infinite(b.upper)};
  }
  if (upper) return {0, zero_if_infinite(b.lower)};
  return at >= b.lower ? Kept{b.count, at} : Kept{0, zero_if_infinite(b.lower)};
}

Kept trim(const Bucket& b, double at, bool upper, bool positive, bool linear) {
  const bool all = upper ? b.upper <= at : b.lower >= at;
  const bool none = upper ? b.lower >= at : b.upper <= at;
  if (all) return {b.count, middle_of(b.lower, b.upper, positive, linear)};
  if (none) return {0, 0};
  if (std::isinf(b.lower) || std::isinf(b.upper)) return trim_open(b, at, upper);
  const double under = below(b, at, positive, linear);
  if (upper) return {under, middle_of(b.lower, at, positive, linear)};
  return {b.count - under, middle_of(at, b.upper, positive, linear)};
}

Kept trim_zero(const Histogram& h, double at, bool upper) {
  const bool only_negative = !h.negative.empty() && h.positive.empty();
  const bool only_positive = !h.positive.empty() && h.negative.empty();
  const double low = only_positive ? 0 : -h.zero_threshold, high = only_negative ? 0 : h.zero_threshold;
  if (upper ? at >= high : at <= low) return {h.zero_count, (low + high) / 2};
  if (upper ? at <= low : at >= high) return {0, 0};
  if (upper) return {h.zero_count * (at - low) / (high - low), (low + at) / 2};
  return {h.zero_count * (high - at) / (high - low), (at + high) / 2};
}

// What all buckets together keep.
struct Totals {
  double count = 0, sum = 0;
  bool changed = false;
  double add(double before, const Kept& kept) {
    count += kept.count;
    sum += kept.count * kept.middle;
    changed = changed || kept.count != before;
    return kept.count;
  }
};
}  // namespace

HistogramPtr trimmed(const Histogram& h, double at, bool upper) {
  auto result = std::make_shared<Histogram>(h);
  Totals totals;
  const std::vector<Bucket> positive = positive_buckets(h), negative = negative_buckets(h);
  for (size_t i = 0; i < positive.size(); ++i)
    if (positive[i].count != 0)
      result->positive[i] = totals.add(positive[i].count, trim(positive[i], at, upper, true, h.custom()));
  for (size_t i = 0; i < negative.size(); ++i)
    if (negative[i].count != 0)
      result->negative[i] = totals.add(negative[i].count, trim(negative[i], at, upper, false, h.custom()));
  if (h.zero_count > 0) result->zero_count = totals.add(h.zero_count, trim_zero(h, at, upper));
  if (!totals.changed) return result;
  result->count = totals.count;
  result->sum = totals.sum;
  return at_schema(*result, result->schema);
}

}  // namespace reeve::promql
