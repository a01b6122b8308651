#include "promql/histogram_math.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace reeve::promql {

namespace {
using Hint = Histogram::ResetHint;

// A histogram taken apart, so that buckets can be reached by index.
struct Parts {
  explicit Parts(const Histogram& histogram)
      : h(histogram),
        positive(counts_of(h.positive_spans, h.positive)),
        negative(counts_of(h.negative_spans, h.negative)) {}
  HistogramPtr done() {
    store_counts(positive, h.positive_spans, h.positive);
    store_counts(negative, h.negative_spans, h.negative);
    return std::make_shared<const Histogram>(std::move(h));
  }
  Histogram h;
  BucketCounts positive, negative;
};

// The zero bucket's count when it reaches further; `threshold` grows where it would end inside a populated bucket.
double zero_count_within(const Parts& p, double& threshold) {
  for (bool again = true; again;) {
    again = false;
    double count = p.h.zero_count;
    if (threshold == p.h.zero_threshold) return count;
    for (const auto& [index, n] : p.positive) {
      const double lower = exponential_bound(index - 1, p.h.schema), upper = exponential_bound(index, p.h.schema);
      if (lower >= threshold) break;
      count += n;
      if (upper <= threshold) continue;
      if (n != 0) threshold = upper;
      break;
    }
    for (const auto& [index, n] : p.negative) {
      const double near = exponential_bound(index - 1, p.h.schema), far = exponential_bound(index, p.h.schema);
      if (near >= threshold) break;
      count += n;
      if (far <= threshold) continue;
      if (n != 0) {
        threshold = far;
        again = true;  // the positive side was counted for the smaller threshold
      }
      break;
    }
    if (!again) return count;
  }
  return p.h.zero_count;
}

void widen_zero_bucket(Parts& p, double threshold, double count) {
  p.h.zero_count = count;
  p.h.zero_threshold = threshold;
  const auto inside = [&](const auto& entry) { return exponential_bound(entry.first - 1, p.h.schema) < threshold; };
  std::erase_if(p.positive, inside);
  std::erase_if(p.negative, inside);
}

// Gives both the same zero bucket, the smallest that fits both.
void reconcile_zero_buckets(Parts& a, Parts& b) {
  while (a.h.zero_threshold != b.h.zero_threshold) {
    Parts& smaller = a.h.zero_threshold < b.h.zero_threshold ? a : b;
    double threshold = std::max(a.h.zero_threshold, b.h.zero_threshold);
    const double count = zero_count_within(smaller, threshold);
    widen_zero_bucket(smaller, threshold, count);
  }
}

// Returns whether a reset and a non-reset met.
bool combine_hints(Histogram& a, const Histogram& b) {
  if (a.hint == b.hint || a.hint == Hint::kGauge) return false;
  if (b.hint == Hint::kGauge) {
    a.hint = Hint::kGauge;
    return false;
  }
  const bool collision = a.hint != Hint::kUnknown && b.hint != Hint::kUnknown;
  a.hint = Hint::kUnknown;
  return collision;
}

std::vector<double> common_bounds(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  return common;
}

// The counts of custom buckets in the buckets of fewer bounds, all of which are among the old ones.
BucketCounts to_bounds(const BucketCounts& counts, const std::vector<double>& from, const std::vector<double>& to) {
  BucketCounts moved;
  for (const auto& [index, n] : counts) {
    const auto i = static_cast<size_t>(index);
    const double upper = i < from.size() ? from[i] : INFINITY;
    moved[static_cast<int32_t>(std::lower_bound(to.begin(), to.end(), upper) - to.begin())] += n;
  }
  return moved;
}

void to_schema(Parts& p, int32_t schema) {
  if (schema >= p.h.schema) return;
  p.positive = at_schema(p.positive, p.h.schema, schema);
  p.negative = at_schema(p.negative, p.h.schema, schema);
  p.h.schema = schema;
}

Combined combine(const Histogram& left, const Histogram& right, double sign) {
  Combined combined;
  if (left.custom() != right.custom()) return combined;
  Parts a(left), b(right);
  combined.reset_collision = combine_hints(a.h, b.h);
  if (left.custom()) {
    if (left.bounds != right.bounds) {
      combined.bounds_reconciled = true;
      const std::vector<double> bounds = common_bounds(left.bounds, right.bounds);
      a.positive = to_bounds(a.positive, left.bounds, bounds);
      b.positive = to_bounds(b.positive, right.bounds, bounds);
      a.h.bounds = bounds;
    }
  } else {
    reconcile_zero_buckets(a, b);
    const int32_t schema = std::min(left.schema, right.schema);
    to_schema(a, schema);
    to_schema(b, schema);
    a.h.zero_count += sign * b.h.zero_count;
  }
  a.h.count += sign * b.h.count;
  a.h.sum += sign * b.h.sum;
  for (const auto& [index, n] : b.positive) a.positive[index] += sign * n;
  for (const auto& [index, n] : b.negative) a.negative[index] += sign * n;
  combined.result = a.done();
  return combined;
}

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) || a == b;
}

bool same_counts(BucketCounts a, BucketCounts b) {
  std::erase_if(a, [](const auto& entry) { return entry.second == 0; });
  std::erase_if(b, [](const auto& entry) { return entry.second == 0; });
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && same_bits(x.second, y.second); });
}

// A bucket that lost some of what it had.
bool any_fell(const BucketCounts& now, const BucketCounts& before) {
  return std::any_of(before.begin(), before.end(), [&](const auto& entry) {
    const auto found = now.find(entry.first);
    return found == now.end() ? entry.second != 0 : found->second < entry.second;
  });
}

BucketCounts beyond(const BucketCounts& counts, int32_t schema, double threshold) {
  BucketCounts left;
  for (const auto& [index, n] : counts)
    if (exponential_bound(index, schema) > threshold) left[index] = n;
  return left;
}

bool is_custom_reset(const Histogram& now, const Histogram& before) {
  Parts a(now), b(before);
  if (now.bounds != before.bounds) {
    const std::vector<double> bounds = common_bounds(now.bounds, before.bounds);
    a.positive = to_bounds(a.positive, now.bounds, bounds);
    b.positive = to_bounds(b.positive, before.bounds, bounds);
  }
  return any_fell(a.positive, b.positive);
}
}  // namespace

HistogramPtr scaled(const Histogram& h, double factor) {
  auto result = std::make_shared<Histogram>(h);
  result->zero_count *= factor;
  result->count *= factor;
  result->sum *= factor;
  for (double& bucket : result->positive) bucket *= factor;
  for (double& bucket : result->negative) bucket *= factor;
  if (factor < 0) result->hint = Hint::kGauge;
  return result;
}

HistogramPtr divided(const Histogram& h, double divisor) {
  auto result = std::make_shared<Histogram>(h);
  result->zero_count /= divisor;
  result->count /= divisor;
  result->sum /= divisor;
  if (divisor == 0) {
    result->positive.clear();
    result->negative.clear();
    result->positive_spans.clear();
    result->negative_spans.clear();
    return result;
  }
  for (double& bucket : result->positive) bucket /= divisor;
  for (double& bucket : result->negative) bucket /= divisor;
  if (divisor < 0) result->hint = Hint::kGauge;
  return result;
}

HistogramPtr with_hint(const Histogram& h, Hint hint) {
  auto result = std::make_shared<Histogram>(h);
  result->hint = hint;
  return result;
}

Combined added(const Histogram& a, const Histogram& b) {
  return combine(a, b, 1);
}
Combined subtracted(const Histogram& a, const Histogram& b) {
  return combine(a, b, -1);
}

void annotate(Annotations& annotations, const Combined& combined, const char* operation, Position where) {
  if (combined.reset_collision)
    annotations.warn(std::string("conflicting counter resets during histogram ") + operation, where);
  if (combined.bounds_reconciled)
    annotations.info(std::string("mismatched custom buckets were reconciled during ") + operation, where);
}

bool equal(const Histogram& a, const Histogram& b) {
  if (a.schema != b.schema || !same_bits(a.count, b.count) || !same_bits(a.sum, b.sum)) return false;
  if (a.custom() && a.bounds != b.bounds) return false;
  if (!a.custom() && (a.zero_threshold != b.zero_threshold || !same_bits(a.zero_count, b.zero_count))) return false;
  return same_counts(counts_of(a.positive_spans, a.positive), counts_of(b.positive_spans, b.positive)) &&
         same_counts(counts_of(a.negative_spans, a.negative), counts_of(b.negative_spans, b.negative));
}

bool is_reset(const Histogram& now, const Histogram& before) {
  if (now.hint == Hint::kReset) return true;
  if (now.hint == Hint::kNotReset) return false;
  if (now.count < before.count || now.custom() != before.custom()) return true;
  if (now.custom()) return is_custom_reset(now, before);
  if (now.schema > before.schema || now.zero_threshold < before.zero_threshold) return true;
  Parts a(now), b(before);
  double threshold = now.zero_threshold;
  const double zero_before = zero_count_within(b, threshold);
  if (threshold != now.zero_threshold || now.zero_count < zero_before) return true;
  to_schema(b, now.schema);
  const auto outside = [&](const BucketCounts& counts) { return beyond(counts, now.schema, now.zero_threshold); };
  return any_fell(outside(a.positive), outside(b.positive)) || any_fell(outside(a.negative), outside(b.negative));
}

HistogramPtr at_schema(const Histogram& h, int32_t schema) {
  Parts parts(h);
  if (!h.custom()) to_schema(parts, schema);
  return parts.done();
}

}  // namespace reeve::promql
