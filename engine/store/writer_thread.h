/// \file
/// How does one thread do a job again and again, when it is woken or a time has passed? The writer's thread.
///
/// Group commit comes by itself: one pass takes whatever has gathered since the one before.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/time.h"

namespace reeve::store {

class WriterThread {
 public:
  /// One pass on the worker's thread. Answers how long to wait for wake() before the next one; nullopt: for ever.
  using Pass = std::function<std::optional<base::Duration>()>;

  /// Starts the thread with a first pass. `name`: at most 15 characters, as `top -H` shows it.
  WriterThread(std::string name, Pass pass);
  ~WriterThread();
  WriterThread(const WriterThread&) = delete;
  WriterThread& operator=(const WriterThread&) = delete;

  /// Any thread. A pass begins after this call; several calls may have one pass.
  void wake();
  /// Ends the thread after the pass it is in; no pass begins after this. Once, or never (the destructor calls it).
  void stop();

 private:
  void run();

  std::string name_;
  Pass pass_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true, stopping_ = false;
  std::thread thread_;
};

}  // namespace reeve::store
