/// \file
/// How is a native histogram written in tests? `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`, read.
#pragma once

#include <string_view>

#include "base/result.h"
#include "series/histogram.h"

namespace reeve::promql {

/// Keys: schema sum count z_bucket z_bucket_w buckets offset n_buckets n_offset custom_values counter_reset_hint.
/// \errors kInvalid, naming what is wrong.
base::Result<series::Histogram> parse_histogram(std::string_view text);

}  // namespace reeve::promql
