#include "ledger/head_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace reeve::ledger {

HeadMark::HeadMark(const std::string& folder)
    : path_(path(folder)),
      folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      thread_("reeve-mark", [this] { return pass(); }) {}

HeadMark::~HeadMark() {
  thread_.stop();
  (void)pass();  // logs what goes wrong
  if (folder_ >= 0) close(folder_);
}

void HeadMark::put(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    line_ = std::move(line);
  }
  thread_.wake();
}

// What cannot be written is not tried again: the next checkpoint brings a newer line.
std::optional<base::Duration> HeadMark::pass() {
  if (const base::Status done = write(); !done.ok())
    base::log_warn("ledger: the mark of its head is not written", {{"error", done.error().text}});
  return std::nullopt;
}

base::Status HeadMark::write() {
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    line = std::exchange(line_, {});
  }
  if (line.empty()) return {};
  line += '\n';
  constexpr const char* kFresh = "ledger.head.new";
  const int fd = ::openat(folder_, kFresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written = fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  written = written && ::renameat(folder_, kFresh, folder_, kName) == 0;
  const base::Error error{base::Fault::kUnavailable, path_ + ": " + std::strerror(errno)};
  if (fd >= 0) close(fd);
  if (written) return {};
  ::unlinkat(folder_, kFresh, 0);
  return error;
}

}  // namespace reeve::ledger
