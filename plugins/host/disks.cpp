#include <array>
#include <cctype>
#include <optional>

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

struct Array {
  std::string device, state;
  double failed = 0, spare = 0;
  std::optional<double> required, active;
};

void tell(const Array& array, Out& out) {
  if (array.device.empty()) return;
  for (std::string_view state : {"active", "inactive", "recovering", "resync", "check"}) {
    out.add("node_md_state", {{"device", array.device}, {"state", state}}, array.state == state ? 1 : 0);
  }
  if (!array.required) return;  // no redundancy, nothing that could be missing
  out.add("node_md_disks_required", {{"device", array.device}}, *array.required);
  out.add("node_md_disks", {{"device", array.device}, {"state", "active"}}, *array.active);
  out.add("node_md_disks", {{"device", array.device}, {"state", "failed"}}, array.failed);
  out.add("node_md_disks", {{"device", array.device}, {"state", "spare"}}, array.spare);
}

/// `... [2/1] [U_]`: how many members it should have, and has.
void read_members(std::string_view line, Array& array) {
  size_t bracket = line.find(" [");
  if (array.required || bracket == std::string_view::npos) return;
  size_t slash = line.find('/', bracket);
  size_t end = line.find(']', bracket);
  if (end == std::string_view::npos || slash > end) return;
  array.required = to_number(line.substr(bracket + 2, slash - bracket - 2));
  array.active = to_number(line.substr(slash + 1, end - slash - 1));
}

/// `md0 : active raid1 sdb1[1] sda1[0](F)`, then its members, then what it is busy with: `recovery = 12.6% ...`.
void arrays(const Source& source, Out& out) {
  std::string text = source.proc_file("mdstat");
  Array array;
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() > 2 && parts[1] == ":" && parts[0].starts_with("md")) {
      tell(array, out);
      array = {std::string(parts[0]), std::string(parts[2])};
      for (std::string_view part : parts) {
        array.failed += part.ends_with("(F)") ? 1 : 0;
        array.spare += part.ends_with("(S)") ? 1 : 0;
      }
      continue;
    }
    read_members(line, array);
    for (auto [word, state] : {std::pair{"recovery", "recovering"}, {"resync", "resync"}, {"check", "check"}}) {
      if (line.find(word) != std::string_view::npos && line.find('=') != std::string_view::npos) array.state = state;
    }
  }
  tell(array, out);
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
