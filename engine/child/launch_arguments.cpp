#include "child/launch.h"

namespace reeve::child {

std::vector<std::string> launcher_arguments(const Command& command, pid_t parent) {
  const Limits& limits = command.limits;
  std::vector<std::string> out{"exec"};
  const auto number = [&](const char* option, int64_t value) {
    if (value <= 0) return;
    out.emplace_back(option);
    out.push_back(std::to_string(value));
  };
  number("--memory", limits.memory_bytes);
  number("--cpu", limits.cpu_seconds);
  number("--files", limits.open_files);
  if (limits.dies_with_parent) number("--parent", parent);
  if (limits.no_new_privs || limits.no_network || limits.seccomp_script) out.emplace_back("--no-new-privs");
  if (limits.no_network) out.emplace_back("--no-network");
  if (limits.seccomp_script) out.emplace_back("--script");
  out.emplace_back("--folder");
  out.push_back(command.folder.empty() ? "/" : command.folder);
  out.emplace_back("--");
  out.insert(out.end(), command.argv.begin(), command.argv.end());
  return out;
}

}  // namespace reeve::child
