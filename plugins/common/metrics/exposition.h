/// \file
/// What samples does a page of Prometheus text hold?
///
/// Source: the text exposition format 0.0.4 and OpenMetrics 1.0 (timestamps in seconds, exemplars skipped, `# EOF`),
/// and the quoted UTF-8 names of Prometheus 3. Comments, HELP, TYPE and UNIT lines are skipped. A line that does not
/// parse fails the whole page, as it does in Prometheus.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/fault.h"

namespace reeve::common::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
  std::optional<int64_t> at_ms;
};

enum class Format { kText, kOpenMetrics };
/// By the Content-Type of the answer.
Format format_of(std::string_view content_type);

/// Calls `take` for every sample, in order. Returns how many. \errors kInvalid with the line's number.
Try<size_t> parse(std::string_view page, Format format, const std::function<void(const Sample&)>& take);

/// One number as Go writes it: 1, -2.5e3, NaN, +Inf, -Inf. None when it is something else.
std::optional<double> number(std::string_view text);

}  // namespace reeve::common::metrics
