#include "common/process/pidfd.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

namespace reeve::common {

namespace {

// Debian 12's headers are older than these (linux/pidfd.h of 6.15).
struct PidfdInfo {
  uint64_t mask;
  uint64_t cgroup_id;
  uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
constexpr uint64_t kInfoExit = 1U << 3;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

std::optional<Death> told_by_status(int status) {
  if (WIFEXITED(status)) return Death{WEXITSTATUS(status), 0};
  if (WIFSIGNALED(status)) return Death{0, WTERMSIG(status)};
  return std::nullopt;
}

}  // namespace

Pidfd Pidfd::of(pid_t pid) {
  if (pid <= 0) return {};
  return Pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

bool Pidfd::ended() const {
  pollfd watched{fd_.get(), POLLIN, 0};
  return poll(&watched, 1, 0) == 1;
}

bool Pidfd::send(int signal) const {
  return syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0) == 0;
}

void Pidfd::reap() const {
  siginfo_t ignored{};
  waitid(P_PIDFD, static_cast<id_t>(fd_.get()), &ignored, WEXITED | WNOHANG);
}

std::optional<Death> Pidfd::death() const {
  siginfo_t info{};
  if (waitid(P_PIDFD, static_cast<id_t>(fd_.get()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    if (info.si_code == CLD_EXITED) return Death{info.si_status, 0};
    return Death{0, info.si_status};
  }
  // The kernel tells strangers only after the parent has reaped it: give that a moment.
  for (int tries = 0; tries < 20; ++tries) {
    PidfdInfo answer{};
    answer.mask = kInfoExit;
    bool asked = ioctl(fd_.get(), kGetInfo, &answer) == 0;
    if (asked && (answer.mask & kInfoExit) != 0) return told_by_status(answer.exit_code);
    if (!asked && errno != ESRCH) return std::nullopt;  // a kernel that cannot tell
    poll(nullptr, 0, 1);
  }
  return std::nullopt;
}

}  // namespace reeve::common
