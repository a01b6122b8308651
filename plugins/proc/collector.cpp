#include "proc/collector.h"

#include <unistd.h>

#include "common/procfs/files.h"

namespace reeve::proc {

namespace {

/// `Max open files  1024  524288  files` in /proc/<pid>/limits: the soft one.
double open_files_limit(const std::string& folder) {
  std::string limits = common::read_file(folder + "/limits");
  for (std::string_view line : common::lines(limits)) {
    if (!line.starts_with("Max open files")) continue;
    auto parts = common::words(line);
    return parts.size() > 3 ? common::to_number(parts[3]) : 0;
  }
  return 0;
}

}  // namespace

void ProcCollector::collect(Samples& out) {
  auto process = find(settings_);
  Life now = process ? Life::of(*process) : Life{};
  if (now.up() && last_.up() && now != last_) ++restarts_;
  if (now.up()) last_ = now;
  out.add("proc_up", now.up() ? 1 : 0);
  out.add("proc_restarts_total", restarts_);
  if (!now.up()) return;
  double ticks = ticks_per_second();
  std::string folder = settings_.proc + "/" + std::to_string(process->pid);
  out.add("proc_cpu_seconds_total", static_cast<double>(process->user_ticks) / ticks, {{"mode", "user"}});
  out.add("proc_cpu_seconds_total", static_cast<double>(process->system_ticks) / ticks, {{"mode", "system"}});
  out.add("proc_resident_memory_bytes", static_cast<double>(process->resident_pages * sysconf(_SC_PAGESIZE)));
  out.add("proc_virtual_memory_bytes", static_cast<double>(process->virtual_bytes));
  out.add("proc_threads", static_cast<double>(process->threads));
  out.add("proc_start_time_seconds",
          common::boot_time_s(settings_.proc) + static_cast<double>(process->start_ticks) / ticks);
  out.add("proc_age_seconds", static_cast<double>(ticks_now() - process->start_ticks) / ticks);
  auto open = common::read_folder(folder + "/fd");
  if (open.empty()) return;  // another user's, and we are not root
  out.add("proc_open_fds", static_cast<double>(open.size()));
  out.add("proc_max_fds", open_files_limit(folder));
}

}  // namespace reeve::proc
