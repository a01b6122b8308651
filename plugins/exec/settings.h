/// \file
/// Which checks and which commands does an instance have? The configuration, read and checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/process/spawn.h"
#include "reeve/lanes.hpp"

namespace reeve::exec {

using Argv = std::vector<std::string>;

/// A Nagios plugin, run at every collect.
struct Check {
  std::string name;
  Argv argv;
  Milliseconds timeout{10'000};
};

/// An argument of an action: handed over as one more word of argv, and in the environment.
struct Argument {
  std::string name;
  std::string match;  ///< POSIX extended regular expression, of the whole value
  bool required = true;
  std::string doc;
};

/// A command of the allow-list.
struct Allowed {
  std::string name;
  Argv argv, plan, probe;
  std::string effect = "change", cls;
  std::vector<Argument> arguments;
  Milliseconds timeout{60'000};
  std::optional<Milliseconds> settles;
  std::string doc;
};

struct Settings {
  std::string name;
  std::vector<Check> checks;
  std::map<std::string, Allowed> actions;
  std::string folder = "/";
  std::vector<std::pair<std::string, std::string>> environment;

  /// Throws Error(kInvalid) for what the table of keys cannot say.
  static Settings of(const Config& config);
  const Allowed& action(const std::string& name) const;  ///< throws Error(kInvalid)
  const Check& check(const std::string& name) const;     ///< throws Error(kNotFound)
  common::Command command(const Argv& argv) const;
};

/// What a value may look like when nothing else is said: no leading dash, no blanks, no quotes, at most 128 signs.
inline constexpr const char* kPlainValue = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}";

/// Does the whole text match this POSIX extended regular expression? A text with a zero byte or a newline never does.
bool matches_whole(const std::string& pattern, const std::string& text);

}  // namespace reeve::exec
