/// \file
/// Which words does `reeve` know? The grammar as data: parsing, help and completion are made from this one table.
#pragma once

#include <string>
#include <vector>

namespace reeve::cli {

class Arguments;
struct Context;

struct Option {
  std::string name;   ///< "--reason", or "-f,--follow"
  std::string value;  ///< what stands for it in the help ("TEXT"); empty: a switch
  std::string help;
  bool repeated = false;
  std::vector<std::string> choices;

  /// "--reason": the name under which Arguments has it.
  std::string key() const;
};

struct Positional {
  std::string name;  ///< "PATH"
  std::string help;
  bool required = false;
  bool many = false;
  std::vector<std::string> choices;
};

struct Command {
  std::string path;  ///< "status", "audit list"
  std::string help;
  std::vector<Option> options;
  std::vector<Positional> positionals;
  int (*run)(const Arguments&, Context&) = nullptr;  ///< nullptr: only groups others
  bool hidden = false;
  bool takes_anything = false;  ///< a word of a later version: its arguments are not judged

  /// "list" of "audit list", and "audit".
  std::string word() const;
  std::string parent() const;
};

/// Every command, parents before their children.
const std::vector<Command>& grammar();
/// --config, --state, --server, -o.
const std::vector<Option>& global_options();

}  // namespace reeve::cli
