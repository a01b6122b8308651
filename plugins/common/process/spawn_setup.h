/// \file
/// What does posix_spawn need to be told? Private to common/process.
#pragma once

#include <spawn.h>

#include "common/process/spawn.h"

namespace reeve::common {

class SpawnSetup {
 public:
  /// Negative descriptors stand for /dev/null.
  SpawnSetup(const Command& command, int input, int out, int err);
  ~SpawnSetup();
  SpawnSetup(const SpawnSetup&) = delete;
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }
  /// Where the program is; "" when it is nowhere.
  static std::string path(const std::string& program);

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Try<pid_t> spawn_with(const Command& command, int input, int out, int err);

}  // namespace reeve::common
