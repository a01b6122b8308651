#include "app/clock_marks.h"

#include <algorithm>

namespace reeve::app {

model::Value clock_facts(const base::Clock& clock) {
  return model::Value::map()
      .set("wall_us", clock.wall().us)
      .set("boot_us", clock.boot().us)
      .set("boot_id", clock.boot_id());
}

ClockMark mark_of(const model::Entry& entry) {
  return {entry.seq, base::Time{entry.facts["wall_us"].as_int()}, base::Boot{entry.facts["boot_us"].as_int()},
          entry.facts["boot_id"].as_string()};
}

base::Boot boot_of(const std::vector<ClockMark>& marks, uint64_t seq, base::Time at, const base::Clock& clock) {
  const base::Boot now = clock.boot();
  const auto after = std::upper_bound(marks.begin(), marks.end(), seq,
                                      [](uint64_t wanted, const ClockMark& mark) { return wanted < mark.seq; });
  base::Boot then = now - (clock.wall() - at);
  if (after != marks.begin()) {
    const ClockMark& mark = *(after - 1);
    if (mark.boot_id == clock.boot_id()) then = mark.boot + (at - mark.wall);
  }
  return std::min(then, now);
}

}  // namespace reeve::app
