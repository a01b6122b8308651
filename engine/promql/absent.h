/// \file
/// What do absent() and absent_over_time() give when nothing is there?
#pragma once

#include "promql/eval.h"

namespace reeve::promql {

/// One row of ones where `grid` has no sample; its labels are those that the selector in `arg` names with `=`.
Grid absent_cells(Evaluation& eval, const Grid& grid, const Node& arg);

}  // namespace reeve::promql
