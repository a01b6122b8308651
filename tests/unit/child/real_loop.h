/// \file
/// How does a test wait for a real process? The real loop, run until something holds or patience ends.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "base/asio_loop.h"

namespace reeve::testing {

class RealLoop {
 public:
  RealLoop() : loop_(base::system_clock()) { base::declare_core_thread(true); }
  ~RealLoop() { base::declare_core_thread(false); }

  base::AsioLoop& loop() { return loop_; }

  /// True when `holds` became true before `patience` ended. Asked every millisecond.
  bool until(std::function<bool()> holds, base::Duration patience = base::seconds(20)) {
    holds_ = std::move(holds);
    end_ = loop_.clock().boot() + patience;
    met_ = false;
    loop_.context().restart();
    tick();
    loop_.run();
    base::declare_core_thread(true);
    return met_;
  }
  /// Runs the loop for so long.
  void run_for(base::Duration time) {
    until([] { return false; }, time);
  }

 private:
  void tick() {
    met_ = holds_();
    if (met_ || loop_.clock().boot() >= end_) return loop_.stop();
    loop_.after(base::millis(1), [this] { tick(); });
  }

  base::AsioLoop loop_;
  std::function<bool()> holds_;
  base::Boot end_;
  bool met_ = false;
};

}  // namespace reeve::testing
