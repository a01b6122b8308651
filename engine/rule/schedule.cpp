#include "rule/schedule.h"

namespace reeve::rule {

base::Duration tick_offset(std::string_view file, std::string_view group, base::Duration interval) {
  // In whole milliseconds, as the times of samples are.
  const auto ms = static_cast<uint64_t>(interval.ms());
  return ms ? base::millis(static_cast<int64_t>(base::fnv1a(group, base::fnv1a(file)) % ms)) : base::Duration{};
}

base::Time next_tick(base::Time now, base::Duration interval, base::Duration offset) {
  const int64_t since = now.us - offset.us;
  int64_t ticks = since / interval.us;
  if (since % interval.us < 0) --ticks;  // before 1970
  return base::Time{offset.us + (ticks + 1) * interval.us};
}

}  // namespace reeve::rule
