/// \file
/// How are native histograms added, compared and scaled? Values in, new values out.
///
/// Source: Prometheus' model/histogram/float_histogram.go.
#pragma once

#include <memory>
#include <string>

#include "promql/annotations.h"
#include "promql/histogram_buckets.h"

namespace reeve::promql {

struct RangeCall;
struct Window;
class Evaluation;
using HistogramPtr = std::shared_ptr<const Histogram>;

HistogramPtr scaled(const Histogram& h, double factor);
HistogramPtr divided(const Histogram& h, double divisor);
HistogramPtr with_hint(const Histogram& h, Histogram::ResetHint hint);

/// A sum or difference, and what was odd about it.
struct Combined {
  HistogramPtr result;             ///< null: one has custom buckets, the other has not
  bool reset_collision = false;    ///< one was a counter reset, the other was none
  bool bounds_reconciled = false;  ///< custom bounds differed: only the common ones are left
};
Combined added(const Histogram& a, const Histogram& b);
Combined subtracted(const Histogram& a, const Histogram& b);
/// Says what was odd; `operation` is "addition", "subtraction" or "aggregation".
void annotate(Annotations& annotations, const Combined& combined, const char* operation, Position where);

/// Equal buckets, counts and sums; empty buckets do not count.
bool equal(const Histogram& a, const Histogram& b);
/// Whether a counter histogram began anew between `before` and `now`.
bool is_reset(const Histogram& now, const Histogram& before);
/// `h` at a lower resolution.
HistogramPtr at_schema(const Histogram& h, int32_t schema);

// histogram_trim.cpp
/// Without the observations above (`upper`) or below `at`, as far as buckets can tell.
HistogramPtr trimmed(const Histogram& h, double at, bool upper);

// histogram_quantile.cpp
/// How NaN observations (which no bucket counts) bent a result.
enum class NanEffect { kNone, kSkewed, kResultNan };
double histogram_quantile(double q, const Histogram& h, NanEffect& effect);
double histogram_fraction(double lower, double upper, const Histogram& h, bool& has_nan);
double histogram_variance(const Histogram& h);

// histogram_text.cpp
/// As people read it: `{count:4, sum:5, (0.5,1]:1, ...}`.
std::string histogram_text(const Histogram& h);
/// As promqltest writes it: `{{schema:0 count:4 sum:5 buckets:[1 2 1]}}`.
std::string histogram_notation(const Histogram& h);

// fn_rate_histogram.cpp: over the histograms of a window; they annotate, and give null or absent() without a result.
HistogramPtr histogram_increase(Evaluation& eval, const RangeCall& call, const Window& window, bool counter);
HistogramPtr histogram_instant(Evaluation& eval, const RangeCall& call, const Histogram& before, const Histogram& after,
                               bool counter, bool began_anew);
/// Between the edges of an extended range (interpolate.h).
HistogramPtr extended_histogram_increase(Evaluation& eval, const RangeCall& call, const Window& window, bool smoothed,
                                         bool counter);
double histogram_total(Evaluation& eval, const RangeCall& call, const Window& window, bool average);

}  // namespace reeve::promql
