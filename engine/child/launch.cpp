#include "child/launch.h"

#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace reeve::child {

namespace {
constexpr int kCannotStart = 126, kNoProgram = 127;

bool complain(const char* what, const char* on) {
  std::fprintf(stderr, "reeve-child: %s %s: %s\n", what, on, std::strerror(errno));
  return false;
}

bool set_limit(__rlimit_resource which, const char* text) {
  const rlim_t value = std::strtoull(text, nullptr, 10);
  const rlimit limit{value, value};
  return ::setrlimit(which, &limit) == 0 || complain("cannot set a limit to", text);
}

// The parent may have died before prctl took effect: then nobody would ever end this process.
bool die_with(const char* parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return complain("cannot set", "PDEATHSIG");
  if (::getppid() == static_cast<pid_t>(std::strtol(parent, nullptr, 10))) return true;
  errno = ESRCH;
  return complain("the parent has gone:", parent);
}

bool apply_switch(const char* option) {
  if (std::strcmp(option, "--no-new-privs") == 0)
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 || complain("cannot set", "no_new_privs");
  if (std::strcmp(option, "--no-network") == 0) return filter_network() || complain("cannot filter", "the network");
  if (std::strcmp(option, "--script") == 0) return filter_script() || complain("cannot filter", "system calls");
  errno = EINVAL;
  return complain("unknown option", option);
}

bool apply_value(const char* option, const char* value) {
  if (std::strcmp(option, "--memory") == 0) return set_limit(RLIMIT_DATA, value);
  if (std::strcmp(option, "--cpu") == 0) return set_limit(RLIMIT_CPU, value);
  if (std::strcmp(option, "--files") == 0) return set_limit(RLIMIT_NOFILE, value);
  if (std::strcmp(option, "--parent") == 0) return die_with(value);
  if (std::strcmp(option, "--folder") == 0) return ::chdir(value) == 0 || complain("cannot enter", value);
  errno = EINVAL;
  return complain("unknown option", option);
}

bool takes_value(const char* option) {
  for (const char* known : {"--memory", "--cpu", "--files", "--parent", "--folder"})
    if (std::strcmp(option, known) == 0) return true;
  return false;
}

// Signals as a program expects to find them, and no descriptor beside the standard ones. posix_spawn cannot set the
// ignored SIGPIPE of the engine back in every libc, and what others opened without CLOEXEC would leak.
void clean() {
  ::signal(SIGPIPE, SIG_DFL);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
}
}  // namespace

Launched launch(int argc, char** argv, const std::string& self) {
  int at = 0;
  for (; at < argc && std::strcmp(argv[at], "--") != 0; ++at) {
    const bool value = takes_value(argv[at]);
    if (value && at + 1 >= argc) return {kCannotStart, {}};
    if (!(value ? apply_value(argv[at], argv[at + 1]) : apply_switch(argv[at]))) return {kCannotStart, {}};
    at += value;
  }
  if (at + 1 >= argc) {
    std::fprintf(stderr, "reeve-child: exec needs a program after --\n");
    return {kCannotStart, {}};
  }
  clean();
  char** program = argv + at + 1;
  if (self == program[0]) return {0, std::vector<char*>(program, argv + argc + 1)};
  ::execv(program[0], program);
  const int code = errno == ENOENT ? kNoProgram : kCannotStart;
  complain("cannot start", program[0]);
  return {code, {}};
}

}  // namespace reeve::child
