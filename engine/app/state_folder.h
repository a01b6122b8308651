/// \file
/// How is a state folder kept to one engine? A lock file with the pid of its holder.
#pragma once

#include <string>

#include "base/base.h"

namespace reeve::app {

/// Holds `<folder>/lock`; released at destruction, and by the kernel when the process dies.
class StateFolder {
 public:
  /// Creates the folder (0700) when it is missing. \errors kConflict with the holder's pid, kUnavailable.
  static base::Result<StateFolder> take(const std::string& folder);
  StateFolder(StateFolder&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

 private:
  explicit StateFolder(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace reeve::app
