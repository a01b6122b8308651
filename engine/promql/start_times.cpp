#include "promql/start_times.h"

#include <algorithm>

namespace reeve::promql {

int64_t start_of(const Window& window, int64_t ms) {
  const series::StartPoint* end = window.starts + window.start_count;
  const auto* found =
      std::lower_bound(window.starts, end, ms, [](const series::StartPoint& s, int64_t at) { return s.ms < at; });
  return found != end && found->ms == ms ? found->start_ms : 0;
}

bool began_anew(const Window& window, int64_t before_ms, int64_t now_ms) {
  if (window.start_count == 0) return false;
  const int64_t start = start_of(window, now_ms);
  // Not known, or its own time, by which OpenTelemetry says "not known".
  if (start == 0 || start >= now_ms || start < before_ms) return false;
  if (start > before_ms) return true;
  // It starts where the one before it ends: a delta when that one's start is known, else the same counter.
  const int64_t before = start_of(window, before_ms);
  return before != 0 && before < before_ms;
}

int64_t born_inside(const Window& window, int64_t first_ms) {
  const int64_t start = start_of(window, first_ms);
  return start > window.from_ms && start < first_ms ? start : 0;
}

}  // namespace reeve::promql
