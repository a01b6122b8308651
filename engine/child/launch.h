/// \file
/// What happens in a new process before it becomes the program? The launcher `reeve-child exec`, which sets what
/// posix_spawn cannot: PDEATHSIG, rlimits, no_new_privs, filters, closed descriptors.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "child/child.h"

namespace reeve::child {

/// Engine side: `exec OPTIONS -- ARGV...` as the launcher reads it. `parent` is the engine's pid.
std::vector<std::string> launcher_arguments(const Command& command, pid_t parent);

/// Child side, arguments after `exec`. Applies the limits to this process and replaces it with the program. When the
/// program is `self` (reeve-child in another mode) it returns at once with `next` set to that program's arguments,
/// which saves an exec. Else it returns the exit code of the failure, which it wrote to standard error.
struct Launched {
  int code = 0;
  std::vector<char*> next;  ///< argv of the mode to go on with, ended by a null pointer; empty: it failed
};
Launched launch(int argc, char** argv, const std::string& self);

/// Installs a seccomp filter in this process. No network: socket() knows only AF_UNIX. Script: no socket at all, no new
/// process, no signal to others, no mount. False: the kernel refused, errno says why.
bool filter_network();
bool filter_script();

}  // namespace reeve::child
