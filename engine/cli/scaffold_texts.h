/// \file
/// What does `reeve new` write? The files of a first rule, runbook and plugin.
#pragma once

#include <string>
#include <vector>

namespace reeve::cli {

/// `@name@` stands for the name, `@Name@` for it in CamelCase, `@name_@` for it with underscores.
struct ScaffoldFile {
  const char* path;
  const char* text;
  bool runs = false;  ///< is made executable
};

/// `kind` is rule, runbook or plugin; `lang` of a plugin cpp, python or sh. Empty for what there is not.
std::vector<ScaffoldFile> scaffold_files(const std::string& kind, const std::string& lang);
/// What to do next, one line each.
std::vector<std::string> scaffold_hints(const std::string& kind, const std::string& lang);

}  // namespace reeve::cli
