#include "host/collectors.h"

namespace reeve::host {

namespace {

/// "Active(anon)" is node_memory_Active_anon_bytes.
std::string metric_of(std::string_view key, bool bytes) {
  std::string name = "node_memory_";
  for (char c : key) {
    if (c == ')') continue;
    name += c == '(' ? '_' : c;
  }
  return bytes ? name + "_bytes" : name;
}

bool wanted_vmstat(std::string_view key) {
  return key.starts_with("oom_kill") || key.starts_with("pgpg") || key.starts_with("pswp") ||
         (key.starts_with("pg") && key.find("fault") != std::string_view::npos && key.size() <= 10);
}

}  // namespace

void collect_memory(const Source& source, Out& out) {
  std::string text = source.proc_file("meminfo");
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() < 2 || parts[0].back() != ':') continue;
    bool kilobytes = parts.size() > 2 && parts[2] == "kB";
    std::string_view key = parts[0].substr(0, parts[0].size() - 1);
    out.add(metric_of(key, kilobytes), to_number(parts[1]) * (kilobytes ? 1024 : 1));
  }
  std::string counters = source.proc_file("vmstat");
  for (std::string_view line : lines(counters)) {
    auto parts = words(line);
    if (parts.size() == 2 && wanted_vmstat(parts[0]))
      out.add("node_vmstat_" + std::string(parts[0]), to_number(parts[1]));
  }
}

void collect_pressure(const Source& source, Out& out) {
  for (std::string_view resource : {"cpu", "io", "memory"}) {
    std::string text = source.proc_file("pressure/" + std::string(resource));
    for (std::string_view line : lines(text)) {
      auto parts = words(line);
      if (parts.size() < 5 || !parts[4].starts_with("total=")) continue;
      bool some = parts[0] == "some";
      if (!some && resource == "cpu") continue;  // "full" of the whole machine's CPU says nothing
      double seconds = to_number(parts[4].substr(6)) / 1e6;
      out.add("node_pressure_" + std::string(resource) + (some ? "_waiting" : "_stalled") + "_seconds_total", seconds);
    }
  }
}

}  // namespace reeve::host
