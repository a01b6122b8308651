/// \file
/// How does one hold on to a process so that its number cannot come to mean another?
#pragma once

#include <sys/types.h>

#include <optional>

#include "common/net/socket.h"

namespace reeve::common {

/// How a process ended, as far as one may know.
struct Death {
  int code = 0;  ///< when signal is 0
  int signal = 0;
};

/// A handle on one process. It becomes readable when the process ends.
class Pidfd {
 public:
  Pidfd() = default;
  /// Not open when there is no such process.
  static Pidfd of(pid_t pid);
  bool open() const { return fd_.open(); }
  int fd() const { return fd_.get(); }
  bool ended() const;
  /// False when it has ended, or may not be signalled (errno).
  bool send(int signal) const;
  /// After its end: how. A child of ours stays a zombie for others to see, until reap(). For strangers a kernel from
  /// 6.15 on may know; else none.
  std::optional<Death> death() const;
  /// Takes note of the end of a child of ours; nothing for others and for those that live.
  void reap() const;

 private:
  explicit Pidfd(int fd) : fd_(fd) {}
  Descriptor fd_;
};

}  // namespace reeve::common
