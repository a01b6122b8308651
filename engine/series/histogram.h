/// \file
/// What is a native histogram? Plain data; the arithmetic is in promql/histogram.
///
/// Source: Prometheus' model/histogram (FloatHistogram): exponential schemas -4..8, or custom bounds (schema -53).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace reeve::series {

struct Histogram {
  static constexpr int kCustomSchema = -53;
  enum class ResetHint { kUnknown, kReset, kNotReset, kGauge };
  /// `length` buckets follow `offset` absent ones (the first offset is the index of the first bucket).
  struct Span {
    int32_t offset = 0;
    uint32_t length = 0;
    bool operator==(const Span&) const = default;
  };
  ResetHint hint = ResetHint::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0, zero_count = 0, count = 0, sum = 0;
  std::vector<Span> positive_spans, negative_spans;
  std::vector<double> positive, negative;  ///< absolute counts, one for each bucket that the spans name
  std::vector<double> bounds;              ///< the upper bounds of custom buckets, without +Inf

  bool custom() const { return schema == kCustomSchema; }
};

struct HistogramPoint {
  int64_t ms = 0;
  std::shared_ptr<const Histogram> value;
};

}  // namespace reeve::series
