#include "app/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace reeve::app {

namespace {
std::string content(int fd) {
  char text[32] = {};
  const ssize_t n = pread(fd, text, sizeof text - 1, 0);
  return std::string(base::trim(std::string_view(text, n > 0 ? static_cast<size_t>(n) : 0)));
}
}  // namespace

base::Result<StateFolder> StateFolder::take(const std::string& folder) {
  std::error_code made;
  if (std::filesystem::create_directories(folder, made)) chmod(folder.c_str(), 0700);
  const std::string path = folder + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return base::Error{base::Fault::kUnavailable, "cannot open " + path + ": " + std::strerror(errno) +
                                                      " (may this user write to the state folder?)"};
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = content(fd);
    close(fd);
    return base::Error{base::Fault::kConflict, "another engine (pid " + holder + ") runs on the state folder " +
                                                   folder + ": one engine per folder; stop it, or give --state DIR"};
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const std::string why = std::strerror(errno);
    close(fd);
    return base::Error{base::Fault::kUnavailable, "cannot write " + path + ": " + why};
  }
  return StateFolder(fd);
}

StateFolder::~StateFolder() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace reeve::app
