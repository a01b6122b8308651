/// \file
/// How far is a runbook's run?
#pragma once

#include <string>

#include "base/hash.h"
#include "base/time.h"
#include "model/value.h"

namespace reeve::model {

enum class RunState { kQueued, kRunning, kParked, kCleaning, kEnded };
/// "queued", "running", "parked", "cleaning", "ended".
const char* run_state_name(RunState state);

/// A run as people look at it: a row of the projection `runs`.
struct RunRow {
  std::string id;       ///< UUIDv7 text
  std::string runbook;  ///< `<pack>/<name>`
  RunState state = RunState::kQueued;
  /// Parked: wait, deferred, approval, refused, in_doubt, diverged, quarantined, limit, deadline, halted, plugin_gone,
  /// ledger. Ended because a restart could not take it up again: lost, in_doubt. Else empty. API.md tells each.
  std::string reason;
  std::string result;   ///< ended: succeeded, failed, escalated, cancelled; else empty
  std::string message;  ///< for people: why it is parked, what it ended with
  base::Uuid correlation{};
  base::Time started;
  base::Time ended;
  uint64_t started_seq = 0;
  uint64_t steps = 0;
  Value to_value() const;
};

}  // namespace reeve::model
