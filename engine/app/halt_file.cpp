#include "app/halt_file.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace reeve::app {

bool HaltFile::look() {
  struct stat info{};
  const bool there = stat(path_.c_str(), &info) == 0;
  const int64_t changed = static_cast<int64_t>(info.st_mtim.tv_sec) * 1000000000 + info.st_mtim.tv_nsec;
  if (there == there_ && (!there || (changed == changed_ns_ && info.st_ino == inode_ && info.st_size == size_)))
    return false;
  there_ = there;
  changed_ns_ = changed;
  inode_ = info.st_ino;
  size_ = info.st_size;
  const std::vector<guard::State::Switch> before = std::move(switches_);
  switches_.clear();
  if (there) {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    switches_ = guard::read_halt_file(text.str());
    for (guard::State::Switch& one : switches_) one.owner = "file:uid:" + std::to_string(info.st_uid);
  }
  return before != switches_;
}

}  // namespace reeve::app
