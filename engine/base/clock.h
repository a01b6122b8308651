/// \file
/// What time is it? The one port to the clock; nothing else in the engine may ask (tests/lint holds it).
#pragma once

#include <string>

#include "base/time.h"

namespace reeve::base {

/// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time wall() const = 0;
  virtual Boot boot() const = 0;
  /// Changes with every start of the machine (/proc/sys/kernel/random/boot_id).
  virtual std::string boot_id() const = 0;
};

/// The real clock; lives for ever.
Clock& system_clock();

/// A clock that moves only when told to: tests, simulation, rule tests.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Time start = Time{0}) : wall_(start) {}
  Time wall() const override { return wall_; }
  Boot boot() const override { return boot_; }
  std::string boot_id() const override { return "manual"; }
  void advance(Duration d) {
    wall_ = wall_ + d;
    boot_ = boot_ + d;
  }
  /// Somebody set the wall clock; boot time goes on.
  void step_wall(Time to) { wall_ = to; }

 private:
  Time wall_;
  Boot boot_{seconds(1000).us};
};

}  // namespace reeve::base
