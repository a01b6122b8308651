/// \file
/// What does the engine remember of one rule between two evaluations?
///
/// Core thread.
#pragma once

#include <map>
#include <string>

#include "rule/outputs.h"
#include "rule/ranges.h"
#include "rule/state.h"

namespace reeve::rule {

/// One alert of an event rule.
struct EventTrack {
  model::Alert alert;
  base::Boot ends;            ///< when `keep` is over; meaningless without one, but see `ended_by`
  std::string ended_by;       ///< the engine's own step whose effect was the end; told when that has its outcome
  base::Time last_at;         ///< the source's time of the last matching event
  std::string last_instance;  ///< and where it came from
};

struct LiveRule {
  const Rule* rule = nullptr;
  const Group* group = nullptr;
  Need need;    ///< of `expr`, or of `verify` of an event rule
  Moment last;  ///< of the last evaluation
  bool evaluated = false;
  bool queued = false;    ///< an arrival waits for its turn
  bool nameless = false;  ///< one of the alerts may be
  bool static_labels = true, static_annotations = true;
  std::map<model::Labels, Track> tracks;       ///< by the alert's labels
  std::map<model::Labels, EventTrack> events;  ///< by identity
  Outputs outputs;
  std::string problem;  ///< last told; empty: all is well
};

}  // namespace reeve::rule
