/// \file
/// How is work done that the core thread must not wait for? One thread that runs jobs in order and posts their answers.
///
/// A job hands over values: it runs on the worker's thread and returns what is to run on the core thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"

namespace reeve::base {

class Worker {
 public:
  /// Runs on the worker's thread; the task it returns is posted to the loop (an empty one is not).
  using Job = std::function<Task()>;

  /// `name` is the thread's (at most 15 letters). `capacity` bounds the jobs that wait.
  Worker(std::string name, Loop& loop, size_t capacity);
  /// Drops the jobs that wait, lets the running one end, joins.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Any thread. False: the queue is full (counted), the job is not taken.
  bool submit(Job job);
  size_t waiting() const;
  uint64_t refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve::base
