#include "common/process/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <algorithm>

#include "common/process/spawn_setup.h"

namespace reeve::common {

Try<pid_t> spawn_with(const Command& command, int input, int out, int err) {
  if (command.argv.empty() || command.argv[0].empty()) return Fault{Kind::kInvalid, "there is no program to start"};
  std::vector<std::string> environment = {std::string("PATH=") + kSearchPath, "LANG=C.UTF-8"};
  for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
  auto with_zero = [](const std::string& word) { return word.find('\0') != std::string::npos; };
  if (std::any_of(command.argv.begin(), command.argv.end(), with_zero) ||
      std::any_of(environment.begin(), environment.end(), with_zero)) {
    return Fault{Kind::kInvalid, "an argument holds a zero byte"};
  }
  auto pointers = [](const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
  };
  SpawnSetup setup(command, input, out, err);
  std::vector<char*> argv = pointers(command.argv);
  std::vector<char*> variables = pointers(environment);
  pid_t pid = -1;
  int error = setup.path(command.argv[0]).empty()
                  ? ENOENT
                  : posix_spawn(&pid, setup.path(command.argv[0]).c_str(), setup.actions(), setup.attributes(),
                                argv.data(), variables.data());
  if (error == 0) return pid;
  Kind kind = error == ENOENT ? Kind::kNotFound : error == EACCES || error == EPERM ? Kind::kDenied : Kind::kTransient;
  return Fault{kind, "start " + command.argv[0] + ": " + std::strerror(error)};
}

Try<pid_t> spawn(const Command& command) {
  Descriptor output;
  if (!command.output_file.empty()) {
    output = Descriptor(open(command.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!output.open()) {
      return Fault{errno == EACCES ? Kind::kDenied : Kind::kInvalid,
                   "open " + command.output_file + ": " + std::strerror(errno)};
    }
  }
  return spawn_with(command, -1, output.get(), output.get());
}

SpawnSetup::SpawnSetup(const Command& command, int input, int out, int err) {
  posix_spawn_file_actions_init(&actions_);
  posix_spawnattr_init(&attributes_);
  int targets[] = {input, out, err};
  for (int fd = 0; fd < 3; ++fd) {
    if (targets[fd] >= 0) {
      posix_spawn_file_actions_adddup2(&actions_, targets[fd], fd);
    } else {
      posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
    }
  }
  posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  posix_spawn_file_actions_addchdir_np(&actions_, command.folder.c_str());
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setsigdefault(&attributes_, &all);
  posix_spawnattr_setpgroup(&attributes_, 0);
  int group = command.own_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
}

SpawnSetup::~SpawnSetup() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

std::string SpawnSetup::path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  std::string_view rest = kSearchPath;
  while (!rest.empty()) {
    std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    std::string candidate = std::string(folder) + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

}  // namespace reeve::common
