/// \file
/// Do the types of an expression fit? And which parts of it are the same at every time?
#pragma once

#include "promql/ast.h"

namespace reeve::promql {

/// Completes the nodes (vector matching, `constant`). Throws ParseFailure in Prometheus' words at the first misfit.
void check(Node& node, std::string_view text);

}  // namespace reeve::promql
