/// \file
/// What is one process, as /proc tells it?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::common {

/// One line of /proc/<pid>/stat. Times in clock ticks, memory in pages, as the kernel gives them.
struct ProcessStat {
  int pid = 0;
  int parent = 0;
  int session = 0;
  std::string name;  ///< may hold anything, at most 15 bytes
  char state = '?';
  long long user_ticks = 0;
  long long system_ticks = 0;
  long long threads = 0;
  long long start_ticks = 0;  ///< since boot
  long long virtual_bytes = 0;
  long long resident_pages = 0;

  bool ended() const { return state == 'Z' || state == 'X' || state == 'x'; }
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// The process with this number below a folder like /proc; none when there is none.
std::optional<ProcessStat> process_of(const std::string& proc, int pid);
/// Its command line with blanks between the words; "[name]" for one that has none.
std::string command_line(const std::string& proc, const ProcessStat& process, size_t room);
/// All processes that could be read, by pid.
std::vector<ProcessStat> all_processes(const std::string& proc);
/// When this machine booted, Unix time in seconds; 0 when unknown.
double boot_time_s(const std::string& proc);

}  // namespace reeve::common
