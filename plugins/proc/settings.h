/// \file
/// What is the process that an instance names, and how is it started and stopped? The configuration, read.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "common/process/spawn.h"
#include "reeve/lanes.hpp"

namespace reeve::proc {

struct Settings {
  std::string name;
  std::string pidfile;
  std::string match;  ///< POSIX extended regular expression over the command line
  std::vector<std::string> start, stop;
  std::string folder, output;
  std::vector<std::pair<std::string, std::string>> environment;
  Milliseconds start_timeout{10'000};
  Milliseconds stop_timeout{10'000};
  int stop_signal = 15;
  std::string proc = "/proc";

  /// Throws Error(kInvalid) for what the table of keys cannot say.
  static Settings of(const Config& config);
  /// "proc/<name>".
  std::string target() const { return "proc/" + name; }
  /// The start command; `key` is the idempotency key of the act, by which its process is known again.
  common::Command start_command(const std::string& key) const;
};

/// What a started process carries in its environment.
inline constexpr const char* kInstanceMark = "REEVE_PROC";
inline constexpr const char* kKeyMark = "REEVE_START";

/// "TERM", "SIGTERM" or "15". 0: there is none such.
int signal_number(const std::string& text);

}  // namespace reeve::proc
