/// \file
/// What did the Actor of an instance start, that its Watcher must hold on to from the first moment?
///
/// A daemon may die before it shows itself in a pid file; both lanes live in one process, so the one can tell the
/// other. The one piece of state that instances of this plugin share; locked inside.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/net/socket.h"

namespace reeve::proc {

/// The listening side, one per Watcher.
class Starts {
 public:
  explicit Starts(std::string instance);
  ~Starts();
  Starts(const Starts&) = delete;
  /// Readable when there is something to take.
  int fd() const { return wake_.get(); }
  std::vector<pid_t> take();

  /// How many acts the Actor has begun: one that began since a process was held explains its end.
  int acts() const;

  /// Tells the Watcher of this instance, if there is one.
  static void tell(const std::string& instance, pid_t pid);
  /// A stop, start or restart begins.
  static void begin(const std::string& instance);

 private:
  std::string instance_;
  common::Descriptor wake_;
  std::vector<pid_t> told_;
  int acts_ = 0;
};

}  // namespace reeve::proc
