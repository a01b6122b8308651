/// \file
/// Which command was meant? From the arguments to a command of the grammar; CLI11 behind our own words.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/grammar.h"

namespace reeve::cli {

struct Parsed {
  const Command* command = nullptr;  ///< nullptr: print `text` and exit with `exit`
  Arguments arguments;
  Globals globals;  ///< as typed; the environment is not yet looked at
  std::string text;
  int exit = 0;  ///< with kOk the text is what was asked for (help, version), else a usage error
};

/// `arguments` without the program's name.
Parsed parse(const std::vector<std::string>& arguments, const std::string& version);
/// What `reeve COMMAND --help` prints; empty path: the whole program's.
std::string help_of(const std::string& path);

}  // namespace reeve::cli
