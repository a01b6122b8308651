#include "host/ps.h"

#include <unistd.h>

#include <algorithm>

#include "common/procfs/process.h"

namespace reeve::host {

using common::ProcessStat;

namespace {

int64_t user_of(const Source& source, const ProcessStat& process) {
  std::string status = source.proc_file(std::to_string(process.pid) + "/status");
  for (std::string_view line : lines(status)) {
    auto parts = words(line);
    if (parts.size() > 1 && parts[0] == "Uid:") return static_cast<int64_t>(to_number(parts[1]));
  }
  return -1;
}

void sort(std::vector<ProcessStat>& processes, Order order) {
  auto rank = [order](const ProcessStat& p) -> long long {
    if (order == Order::kCpu) return -(p.user_ticks + p.system_ticks);
    return order == Order::kMemory ? -p.resident_pages : p.pid;
  };
  std::stable_sort(processes.begin(), processes.end(),
                   [&](const ProcessStat& a, const ProcessStat& b) { return rank(a) < rank(b); });
}

}  // namespace

Json ps(const Source& source, const Question& question) {
  double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  double booted = common::boot_time_s(source.proc);
  auto processes = common::all_processes(source.proc);
  sort(processes, question.order);
  Json rows = Json::list();
  int64_t total = 0;
  for (const ProcessStat& each : processes) {
    std::string command = common::command_line(source.proc, each, 512);
    bool wanted = question.match.empty() || command.find(question.match) != std::string::npos ||
                  each.name.find(question.match) != std::string::npos;
    if (!wanted) continue;
    ++total;
    if (rows.size() >= question.limit) continue;
    Json row = Json::map();
    row.set("pid", each.pid).set("parent", each.parent).set("name", each.name).set("command", command);
    row.set("state", std::string(1, each.state)).set("user_id", user_of(source, each)).set("threads", each.threads);
    row.set("cpu_seconds", static_cast<double>(each.user_ticks + each.system_ticks) / ticks);
    row.set("resident_bytes", each.resident_pages * sysconf(_SC_PAGESIZE));
    row.set("started_at", booted + static_cast<double>(each.start_ticks) / ticks);
    rows.push(std::move(row));
  }
  return Json::map().set("processes", std::move(rows)).set("total", total);
}

}  // namespace reeve::host
