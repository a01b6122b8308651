/// \file
/// What does a child say on standard error, and how much of it is listened to? Lines within a budget a second.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace reeve::child {

/// Core thread. Owns the descriptor. Beyond the budget it stops reading until the next second: the child then waits in
/// its own write, which costs the engine nothing.
class ErrorLines {
 public:
  using OnLine = std::function<void(std::string_view)>;
  ErrorLines(base::Loop& loop, int fd, OnLine on_line);
  ~ErrorLines() { close(); }
  ErrorLines(const ErrorLines&) = delete;
  ErrorLines& operator=(const ErrorLines&) = delete;

  /// The process has ended: hands over what is left in the pipe, at most one more budget, and closes.
  void drain();
  void close();

 private:
  void listen();
  void rest();
  void on_readable();
  bool read_once();  ///< false: nothing more for now
  bool within_budget() const;
  void pause();
  void take(const std::string& bytes);
  void tell();

  base::Loop& loop_;
  int fd_;
  OnLine on_line_;
  base::Loop::Id watch_ = 0, timer_ = 0;
  base::Boot second_;
  size_t lines_ = 0, bytes_ = 0;  ///< of this second
  std::string line_;
  std::string held_;  ///< read, but beyond the budget
  bool cut_ = false;  ///< the rest of an over-long line is being skipped
};

}  // namespace reeve::child
