#include <array>
#include <cctype>

#include "host/collectors.h"

namespace reeve::host {

namespace {

struct Counter {
  const char* name;
  double scale;
};
constexpr double kSector = 512;
constexpr double kMs = 0.001;
/// The numbers after the device's name, in the kernel's order (Documentation/admin-guide/iostats.rst).
constexpr std::array<Counter, 17> kCounters = {{
    {"node_disk_reads_completed_total", 1},
    {"node_disk_reads_merged_total", 1},
    {"node_disk_read_bytes_total", kSector},
    {"node_disk_read_time_seconds_total", kMs},
    {"node_disk_writes_completed_total", 1},
    {"node_disk_writes_merged_total", 1},
    {"node_disk_written_bytes_total", kSector},
    {"node_disk_write_time_seconds_total", kMs},
    {"node_disk_io_now", 1},
    {"node_disk_io_time_seconds_total", kMs},
    {"node_disk_io_time_weighted_seconds_total", kMs},
    {"node_disk_discards_completed_total", 1},
    {"node_disk_discards_merged_total", 1},
    {"node_disk_discarded_sectors_total", 1},
    {"node_disk_discard_time_seconds_total", kMs},
    {"node_disk_flush_requests_total", 1},
    {"node_disk_flush_requests_time_seconds_total", kMs},
}};

bool digits(std::string_view text) {
  for (char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return !text.empty();
}

/// node_exporter's default: no ram, loop and fd devices, no partitions.
bool ignored_disk(std::string_view name) {
  for (std::string_view prefix : {"ram", "loop", "fd"}) {
    if (name.starts_with(prefix) && digits(name.substr(prefix.size()))) return true;
  }
  size_t p = name.rfind('p');
  if (name.starts_with("nvme") && p != std::string_view::npos && digits(name.substr(p + 1))) return true;
  for (std::string_view prefix : {"hd", "sd", "vd", "xvd"}) {
    if (!name.starts_with(prefix) || name.size() <= prefix.size() + 1) continue;
    if (std::isalpha(static_cast<unsigned char>(name[prefix.size()])) != 0 && digits(name.substr(prefix.size() + 1))) {
      return true;
    }
  }
  return false;
}

void disk_line(const std::vector<std::string_view>& parts, Out& out) {
  out.add("node_disk_info", {{"device", parts[2]}, {"major", parts[0]}, {"minor", parts[1]}}, 1);
  for (size_t i = 0; i < kCounters.size() && i + 3 < parts.size(); ++i) {
    out.add(kCounters[i].name, {{"device", parts[2]}}, to_number(parts[i + 3]) * kCounters[i].scale);
  }
}

/// `md0 : active raid1 sdb1[1] sda1[0](F)`, then `... [2/1] [U_]`.
void arrays(const Source& source, Out& out) {
  std::string text = source.proc_file("mdstat");
  std::string device;
  double failed = 0;
  double spare = 0;
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() > 2 && parts[1] == ":" && parts[0].starts_with("md")) {
      device = parts[0];
      failed = spare = 0;
      for (std::string_view part : parts) {
        failed += part.ends_with("(F)") ? 1 : 0;
        spare += part.ends_with("(S)") ? 1 : 0;
      }
      for (std::string_view state : {"active", "inactive", "recovering", "resync", "check"}) {
        out.add("node_md_state", {{"device", device}, {"state", state}}, parts[2] == state ? 1 : 0);
      }
      continue;
    }
    size_t bracket = line.find(" [");
    size_t slash = line.find('/', bracket == std::string_view::npos ? 0 : bracket);
    size_t end = line.find(']', bracket == std::string_view::npos ? 0 : bracket);
    if (device.empty() || bracket == std::string_view::npos || slash > end || slash == std::string_view::npos) continue;
    double required = to_number(line.substr(bracket + 2, slash - bracket - 2));
    double active = to_number(line.substr(slash + 1, end - slash - 1));
    out.add("node_md_disks_required", {{"device", device}}, required);
    out.add("node_md_disks", {{"device", device}, {"state", "active"}}, active);
    out.add("node_md_disks", {{"device", device}, {"state", "failed"}}, failed);
    out.add("node_md_disks", {{"device", device}, {"state", "spare"}}, spare);
    device.clear();
  }
}

}  // namespace

void collect_disks(const Source& source, Out& out) {
  std::string text = source.proc_file("diskstats");
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() >= 14 && !ignored_disk(parts[2])) disk_line(parts, out);
  }
  arrays(source, out);
}

}  // namespace reeve::host
