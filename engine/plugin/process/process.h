/// \file
/// What runs in a plugin's own process? `reeve-child plugin X.so`: loads it, gives each lane a thread, speaks frames.
#pragma once

#include <string>

namespace reeve::plugin {

/// Speaks on descriptors 0 and 1 until the engine closes them. Returns the exit code.
int process_main(const std::string& path);

}  // namespace reeve::plugin
