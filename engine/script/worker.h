/// \file
/// What does `reeve-child script` do? It runs the scripts of many runs, one at a time, and asks the engine for
/// everything else.
///
/// Frames on descriptors 0 and 1 (child::Channel::kFrames); ends when descriptor 0 does.
#pragma once

namespace reeve::script {

/// Returns the exit code of the process. `argv` is that of reeve-child ("script" is argv[1]).
int worker_main(int argc, char** argv);

}  // namespace reeve::script
