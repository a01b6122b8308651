/// \file
/// How do bytes get to a child that may not be reading? A bounded queue before a non-blocking descriptor.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/base.h"

namespace reeve::child {

/// Core thread. Owns the descriptor; closing it is the child's end of input.
class Outlet {
 public:
  Outlet(base::Loop& loop, int fd) : loop_(loop), fd_(fd) {}
  ~Outlet() { close(); }
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  /// Writes at once what fits and queues the rest. False: the queue is full or the child does not read any more; then
  /// nothing of `bytes` is taken.
  bool write(std::string bytes);
  /// Closes when the queue has been written.
  void finish();
  void close();

 private:
  void on_writable();
  bool push();  ///< false: it cannot be written to any more

  base::Loop& loop_;
  int fd_;
  std::deque<std::string> queue_;
  size_t queued_ = 0, written_ = 0;  ///< bytes in the queue; of its first element
  base::Loop::Id watch_ = 0;
  bool finishing_ = false;
};

}  // namespace reeve::child
