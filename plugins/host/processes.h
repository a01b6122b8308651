/// \file
/// What is one process, as /proc tells it?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/source.h"

namespace reeve::host {

/// One line of /proc/<pid>/stat. Times in clock ticks, memory in pages, as the kernel gives them.
struct ProcessStat {
  int pid = 0;
  int parent = 0;
  std::string name;  ///< may hold anything, at most 15 bytes
  char state = '?';
  long long user_ticks = 0;
  long long system_ticks = 0;
  long long threads = 0;
  long long start_ticks = 0;  ///< since boot
  long long resident_pages = 0;
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// All processes that could be read, by pid.
std::vector<ProcessStat> all_processes(const Source& source);

}  // namespace reeve::host
