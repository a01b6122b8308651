/// \file
/// Who runs what when? The port to the one event loop of a process; the core thread is the thread inside run().
///
/// Implementations: AsioLoop (base/asio_loop.h, real), ManualLoop (base/manual_loop.h, virtual time).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/time.h"

namespace reeve::base {

using Task = std::function<void()>;
enum class Interest { kRead, kWrite };

class Loop {
 public:
  using Id = uint64_t;  ///< never 0, never used twice

  virtual ~Loop() = default;

  /// Any thread. Runs `task` on the core thread, after the tasks posted before it.
  virtual void post(Task task) = 0;

  /// Core thread. Runs `task` once, `delay` of boot time from now (0: the next turn).
  virtual Id after(Duration delay, Task task) = 0;
  /// Core thread. The task will not run any more; an id that has run is no error.
  virtual void cancel(Id timer) = 0;

  /// Core thread. Calls `task` each time `fd` is ready, until unwatch(). One watch per fd and interest. The fd stays
  /// the caller's and must outlive the watch.
  virtual Id watch(int fd, Interest interest, Task task) = 0;
  virtual void unwatch(Id watch) = 0;

  /// Blocks until stop(); what is posted later is dropped.
  virtual void run() = 0;
  /// Any thread.
  virtual void stop() = 0;

  virtual const Clock& clock() const = 0;
};

/// True on the thread that is inside Loop::run() (or that a test declared to be it).
bool on_core();
/// For loop implementations and tests.
void declare_core_thread(bool is_core);

}  // namespace reeve::base
