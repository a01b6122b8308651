/// \file
/// Where do this program's own things lie? Beside the binary, in a build tree as when installed; REEVE_HOME overrides.
#pragma once

#include <string>
#include <vector>

namespace reeve::app {

struct Places {
  std::string child_program;                ///< reeve-child
  std::vector<std::string> plugin_folders;  ///< of the shipped plugins
  std::vector<std::string> shares;          ///< folders that hold rules/ and runbooks/, first match wins
};

/// From the path of the running binary, the sources it was built from (a build tree only) and REEVE_HOME.
Places find_places();

/// The shipped folder of a pack (`kind` is "rules" or "runbooks"), or empty.
std::string pack_folder(const Places& places, const std::string& kind, const std::string& pack);
/// The names of all shipped packs, sorted.
std::vector<std::string> packs(const Places& places);

}  // namespace reeve::app
