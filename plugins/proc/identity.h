/// \file
/// Which process is it now? Found by its pid file, by its command line, or by the mark that a start left on it.
#pragma once

#include <optional>
#include <string>

#include "common/process/pidfd.h"
#include "common/procfs/process.h"
#include "proc/settings.h"

namespace reeve::proc {

/// One life of the process: the number alone comes back, number, start and boot together do not.
struct Life {
  int pid = 0;  ///< 0: there is none
  long long start_ticks = 0;
  std::string boot;

  bool up() const { return pid != 0; }
  bool operator==(const Life&) const = default;
  /// "1234 567890 <boot id>"; "0" when there is none.
  std::string text() const;
  static Life parse(const std::string& text);
  static Life of(const common::ProcessStat& process);
};

/// The id of this boot.
std::string boot_id();
double ticks_per_second();
/// Ticks since boot, as /proc counts process starts.
long long ticks_now();

/// The living process of the instance; none: it is down.
std::optional<common::ProcessStat> find(const Settings& settings);
/// Likewise, by pid file or command line only: what the process itself, or its starter, shows.
std::optional<common::ProcessStat> find_shown(const Settings& settings);
/// A session leader that has this in its environment.
std::optional<common::ProcessStat> find_marked(const Settings& settings, const std::string& name,
                                               const std::string& value);
/// A handle on just this process; not open when it has ended meanwhile, whoever has its number now.
common::Pidfd hold(const Settings& settings, const common::ProcessStat& process);
/// The number in the pid file; 0: no such file, or no number in it.
int pid_in_file(const std::string& path);
/// Writes it so that no reader sees half of it. False: it could not (errno).
bool write_pid(const std::string& path, int pid);

}  // namespace reeve::proc
