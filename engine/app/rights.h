/// \file
/// Who else could change what the engine reads and runs? Rules, runbooks and plugins act with its rights, so whoever
/// may write to them has these rights too.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace reeve::app {

/// The configuration's files, its rules, runbooks and plugin folders, and the shipped ones.
std::vector<std::string> trusted_paths(const Config& config, const Places& places);

/// What of these files and folders (with all that is in them), or of the folders they lie in, others may write to:
/// everybody, another user than root and the engine's, and for an engine that runs as root a group that is not root's.
/// A sentence each, with who may and what to type; after twenty the rest is counted. What is not there is nothing.
/// Blocking.
std::vector<std::string> open_to_others(const std::vector<std::string>& paths);

}  // namespace reeve::app
