/// \file
/// Did a counter begin anew between two samples, judged by when it says that it started?
///
/// Source: Prometheus' promql/functions.go (start timestamps).
#pragma once

#include "promql/eval.h"

namespace reeve::promql {

/// The start time that came with the sample at `ms`; 0: none is known.
int64_t start_of(const Window& window, int64_t ms);
/// The sample at `now_ms` started after the one before it, though its value may not have fallen.
bool began_anew(const Window& window, int64_t before_ms, int64_t now_ms);
/// The start time of the window's first sample when it lies inside the window: there the counter was zero. Else 0.
int64_t born_inside(const Window& window, int64_t first_ms);

}  // namespace reeve::promql
