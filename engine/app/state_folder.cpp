#include "app/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/rights.h"
#include "cli/cli.h"

namespace reeve::app {

namespace {
base::Error failed(const std::string& what, const std::string& hint = "") {
  return {base::Fault::kUnavailable, what + ": " + std::strerror(errno) + hint};
}

std::string pid_file(const std::string& folder) {
  return folder + "/lock";
}

base::Error held_by_another(const std::string& folder) {
  std::string pid;
  std::ifstream(pid_file(folder)) >> pid;
  return {base::Fault::kConflict, "another engine (pid " + (pid.empty() ? "unknown" : pid) +
                                      ") runs on the state folder " + folder +
                                      ": one engine per folder; stop it, or give --state DIR"};
}

base::Status write_pid(const std::string& folder) {
  const std::string path = pid_file(folder), pid = std::to_string(getpid()) + "\n";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot open " + path, " (may this user write to the state folder?)");
  const bool written = write(fd, pid.data(), pid.size()) == static_cast<ssize_t>(pid.size());
  const int error = errno;
  close(fd);
  errno = error;
  return written ? base::Status() : failed("cannot write " + path);
}
}  // namespace

base::Result<StateFolder> StateFolder::take(const std::string& folder) {
  std::error_code made;
  if (std::filesystem::create_directories(folder, made)) chmod(folder.c_str(), 0700);
  if (made && made != std::errc::not_a_directory && made != std::errc::file_exists)
    return base::Error{base::Fault::kUnavailable, "cannot make the state folder " + folder + ": " + made.message() +
                                                      " (may this user write there?)"};
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed("cannot open the state folder " + folder);
  StateFolder held(folder, fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK
               ? held_by_another(folder)
               : failed("cannot lock the state folder " + folder, " (is it on a disk of this machine?)");
  REEVE_CHECK(write_pid(folder));
  for (const std::string& open : open_to_others({folder})) base::log_warn("the state folder is open", {{"what", open}});
  REEVE_CHECK(held.look());  // it may have been replaced in between
  return held;
}

base::Status StateFolder::look() const {
  struct stat here{}, ours{};
  const bool there = stat(folder_.c_str(), &here) == 0;
  if (!there && errno != ENOENT && errno != ENOTDIR) return {};  // cannot be told now
  if (!there || fstat(fd_, &ours) != 0 || here.st_ino != ours.st_ino || here.st_dev != ours.st_dev)
    return base::Error{base::Fault::kConflict,
                       "the state folder " + folder_ + (there ? " was replaced by another" : " is gone") +
                           " while this engine ran on it: nothing that it writes would be seen"};
  if (access(pid_file(folder_).c_str(), F_OK) != 0 && errno == ENOENT) return write_pid(folder_);
  return {};
}

base::Result<std::shared_ptr<void>> hold_state(const std::string& folder) {
  std::error_code ignored;  // what cannot be looked at cannot be taken either, and take() says why
  if (!std::filesystem::exists(folder, ignored) && !ignored) return std::shared_ptr<void>();
  REEVE_TRY(StateFolder held, StateFolder::take(folder));
  return std::shared_ptr<void>(std::make_shared<StateFolder>(std::move(held)));
}

std::string halt_for_doubt(const std::string& folder, const std::string& why) {
  const std::string reason = "the ledger is not as the engine left it: " + why +
                             ". Look (reeve audit verify), and put the right file back or go on with this one";
  if (const auto written = cli::add_halt(folder, "*", reason); !written.ok())
    base::log_error("the file HALT cannot be written", {{"error", written.error().text}});
  return reason + ". Until then nothing is done: reeve halt --lift";
}

StateFolder::~StateFolder() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace reeve::app
