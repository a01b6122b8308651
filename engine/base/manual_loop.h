/// \file
/// How do tests and the simulation run the core without waiting? A loop whose time moves only when told to.
#pragma once

#include <deque>
#include <map>

#include "base/loop.h"

namespace reeve::base {

/// One thread. File descriptors are never ready by themselves: call ready(fd).
class ManualLoop : public Loop {
 public:
  explicit ManualLoop(Time start = Time{0}) : clock_(start) { declare_core_thread(true); }
  ~ManualLoop() override { declare_core_thread(false); }

  void post(Task task) override { tasks_.push_back(std::move(task)); }
  Id after(Duration delay, Task task) override;
  void cancel(Id timer) override;
  Id watch(int fd, Interest interest, Task task) override;
  void unwatch(Id watch) override;
  /// Runs what is due now, until nothing is; does not advance time.
  void run() override;
  void stop() override { tasks_.clear(); }
  const Clock& clock() const override { return clock_; }

  ManualClock& manual_clock() { return clock_; }
  /// Moves time forward, running each timer at its own moment, in order.
  void advance(Duration by);
  void ready(int fd, Interest interest);

 private:
  struct Watched {
    int fd;
    Interest interest;
    Task task;
  };
  ManualClock clock_;
  std::deque<Task> tasks_;
  std::map<std::pair<Boot, Id>, Task> timers_;
  std::map<Id, Watched> watches_;
  Id next_id_ = 1;
};

}  // namespace reeve::base
