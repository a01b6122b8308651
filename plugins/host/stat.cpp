#include <unistd.h>

#include <array>

#include "host/collectors.h"

namespace reeve::host {

namespace {

constexpr std::array<std::string_view, 8> kModes = {"user",   "nice", "system",  "idle",
                                                    "iowait", "irq",  "softirq", "steal"};

void cpu_line(const std::vector<std::string_view>& parts, double per_second, Out& out) {
  std::string_view cpu = parts[0].substr(3);
  for (size_t i = 0; i < kModes.size() && i + 1 < parts.size(); ++i) {
    out.add("node_cpu_seconds_total", {{"cpu", cpu}, {"mode", kModes[i]}}, to_number(parts[i + 1]) / per_second);
  }
  if (parts.size() < 11) return;
  out.add("node_cpu_guest_seconds_total", {{"cpu", cpu}, {"mode", "user"}}, to_number(parts[9]) / per_second);
  out.add("node_cpu_guest_seconds_total", {{"cpu", cpu}, {"mode", "nice"}}, to_number(parts[10]) / per_second);
}

struct Field {
  std::string_view key;
  const char* name;
};
constexpr Field kFields[] = {
    {"ctxt", "node_context_switches_total"}, {"btime", "node_boot_time_seconds"},     {"processes", "node_forks_total"},
    {"procs_running", "node_procs_running"}, {"procs_blocked", "node_procs_blocked"}, {"intr", "node_intr_total"},
};

}  // namespace

void collect_stat(const Source& source, Out& out) {
  std::string text = source.proc_file("stat");
  double per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() < 2) continue;
    if (parts[0].starts_with("cpu") && parts[0].size() > 3) cpu_line(parts, per_second, out);
    for (const Field& field : kFields) {
      if (parts[0] == field.key) out.add(field.name, to_number(parts[1]));
    }
  }
}

}  // namespace reeve::host
