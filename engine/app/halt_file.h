/// \file
/// Has somebody pulled the kill switch by hand? `<state>/HALT`, looked at before each decision.
#pragma once

#include <string>
#include <vector>

#include "guard/guard.h"

namespace reeve::app {

/// Core thread. One stat a look; the file is read again only when it has changed (its inode is in memory: no disk
/// wait).
class HaltFile {
 public:
  explicit HaltFile(std::string state_folder) : path_(std::move(state_folder) + "/HALT") {}
  /// True when the switches changed since the last look.
  bool look();
  /// Their owner is `file:uid:N`, the owner of the file.
  const std::vector<guard::State::Switch>& switches() const { return switches_; }

 private:
  std::string path_;
  bool there_ = false;
  int64_t changed_ns_ = 0;
  unsigned long inode_ = 0;
  int64_t size_ = 0;
  std::vector<guard::State::Switch> switches_;
};

}  // namespace reeve::app
