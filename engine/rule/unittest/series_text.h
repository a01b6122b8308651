/// \file
/// Which samples does promtool's series notation stand for? `up{job="x"}` and `1+1x5 _ stale`.
///
/// Pure. Source: prometheus promql/parser (the series part of its grammar).
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "base/base.h"
#include "model/labels.h"
#include "series/histogram.h"

namespace reeve::rule::unittest {

/// Nothing (a gap), a number (a stale marker too), or a native histogram.
using Cell = std::variant<std::monostate, double, std::shared_ptr<const series::Histogram>>;

/// `name{label="value", ...}`; each part may be missing. \errors kInvalid: `1:8: parse error: ...`.
base::Result<model::Labels> parse_metric(std::string_view text);

/// One cell an interval, from the start. \errors kInvalid: `1:8: parse error: ...`.
base::Result<std::vector<Cell>> parse_values(std::string_view text);

}  // namespace reeve::rule::unittest
