/// \file
/// When, in this machine's boot time, was an entry written? From the marks (wall, boot, boot id) in the ledger.
#pragma once

#include <vector>

#include "base/base.h"
#include "model/entry.h"

namespace reeve::app {

/// One `engine.start` or `clock.stepped` entry.
struct ClockMark {
  uint64_t seq = 0;
  base::Time wall;
  base::Boot boot;
  std::string boot_id;
};

/// The facts of such an entry, and back.
model::Value clock_facts(const base::Clock& clock);
ClockMark mark_of(const model::Entry& entry);

/// Same boot id as now: exact. Another boot: by wall time; when the wall clock now stands before the entry, the entry
/// counts as written now, so that a cool-down starts anew rather than being lost. Never later than now.
base::Boot boot_of(const std::vector<ClockMark>& marks, uint64_t seq, base::Time at, const base::Clock& clock);

}  // namespace reeve::app
