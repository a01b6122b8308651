/// \file
/// Where is the plugin of this name? Looks through the plugin folders.
#pragma once

#include <string>
#include <vector>

#include "base/base.h"
#include "child/child.h"
#include "plugin/plugin.h"

namespace reeve::plugin {

/// A plugin's file.
struct Program {
  std::string name;
  std::string path;
  bool exec = false;        ///< speaks the exec protocol; else a shared object
  std::string fingerprint;  ///< changes when the file does
  bool operator==(const Program&) const = default;
};

/// \errors kNotFound with the folders and the nearest name.
base::Result<Program> find_program(const Search& search, const std::string& name);
/// Every plugin in the folders, the first of a name only, sorted.
std::vector<Program> list_programs(const Search& search);

}  // namespace reeve::plugin
