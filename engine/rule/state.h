/// \file
/// Which state does one alert go to after one evaluation? A pure function of what was seen and what is remembered.
///
/// No clock: the time that counts is handed in as *observed* time, see observed(). Source of the plain part:
/// Prometheus' alerting rules (a pending alert fires once it has been seen for `for`; `keep_firing_for` runs from the
/// first evaluation without it). Ours: needs, reset, absent, muted, warming, flapping (RULES).
#pragma once

#include <cstdint>

#include "base/base.h"
#include "model/alert.h"
#include "rule/rule.h"

namespace reeve::rule {

/// One instant on both clocks.
struct Moment {
  base::Time wall;
  base::Boot boot;
};

/// How much time an evaluation at `now` may count since the one at `before`: a set-back or put-forward wall clock is no
/// time (boot time decides then), and never more than `most`. Zero `most`: no limit (promtool's clock).
base::Duration observed(const Moment& before, const Moment& now, base::Duration most);

/// Whether an alert changes its state too often: the share of changes among the last 20 states, later ones weighing
/// more (0.8 to 1.2), with a threshold to begin and a lower one to end. Source: Icinga's flapping detection.
class Flapping {
 public:
  static constexpr int kStates = 20;

  void push(bool firing, const FlappingLimits& limits);
  bool on() const { return on_; }
  double percent() const;
  bool quiet() const { return changes_ == 0; }  ///< nothing worth remembering

 private:
  uint32_t changes_ = 0;  // bit i: the state i evaluations ago differed from the one before it
  bool last_ = false, on_ = false;
};

/// What is remembered of one alert between two evaluations.
struct Track {
  model::Alert alert;          ///< kInactive or kResolved: only the histories are kept
  base::Duration pending_for;  ///< observed since the episode began
  base::Duration kept_for;     ///< observed since the expression stopped giving it
  bool keeping = false;
  uint64_t history = 0;  ///< `needs`: bit 0 is the newest tick
  Flapping flapping;

  bool active() const {
    return alert.state == model::AlertState::kPending || alert.state == model::AlertState::kFiring;
  }
  /// True when nothing is lost by forgetting it.
  bool idle() const { return !active() && history == 0 && flapping.quiet(); }
};

/// What one evaluation saw of one alert.
struct Seen {
  bool matched = false;    ///< `expr` gave its element
  bool reset = false;      ///< `reset` gave an element for it
  bool data = true;        ///< its series have fresh samples; asked only when not matched
  bool muted = false;      ///< it may not go on to firing now
  bool tick = true;        ///< false: an arrival
  base::Duration elapsed;  ///< observed since the rule's last evaluation
};

/// Takes one evaluation into account and returns the state that follows; the caller writes it into track.alert.
/// An alert that is over comes back as kResolved when it was firing, as kInactive when it was pending.
model::AlertState advance(Track& track, const Rule& rule, const Seen& seen);

}  // namespace reeve::rule
