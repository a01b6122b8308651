/// \file
/// How do several threads share the one way back to the engine? A lock around whole frames.
#pragma once

#include <atomic>
#include <mutex>
#include <string_view>

#include "child/frame.h"

namespace reeve::plugin {

/// Any thread. Blocks while the engine does not read.
class Writer {
 public:
  explicit Writer(int fd) : fd_(fd) {}
  void write(std::string_view frame, std::string_view more = {}) {
    const std::scoped_lock lock(mutex_);
    if (!gone_ && !child::write_frame(fd_, frame, more)) gone_ = true;
  }
  /// The engine does not listen any more.
  bool gone() const { return gone_; }

 private:
  int fd_;
  std::mutex mutex_;
  std::atomic<bool> gone_ = false;
};

}  // namespace reeve::plugin
