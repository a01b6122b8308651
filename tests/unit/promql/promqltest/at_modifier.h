/// \file
/// How does an expression read with `@ time` on every selector?
#pragma once

#include <optional>
#include <string>

#include "promql/promql.h"

namespace reeve::promqltest {

/// Its text; nothing when the answer would still depend on the evaluation time (time(), predict_linear and the like).
std::optional<std::string> with_at(const std::string& expr, int64_t at_ms);
/// Whether start(), end(), range() or step() stand in it: then a range query may answer otherwise.
bool looks_at_query(const std::string& expr);

}  // namespace reeve::promqltest
