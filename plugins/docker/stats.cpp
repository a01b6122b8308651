#include "docker/stats.h"

#include <map>

namespace reeve::docker {

namespace {

Labels with(const Container& container, std::string name, std::string value) {
  Labels labels = container.labels();
  labels.emplace_back(std::move(name), std::move(value));
  return labels;
}

void cpu(const Container& container, const Json& stats, const Take& take) {
  constexpr double kNs = 1e-9;
  const Json& usage = stats["cpu_usage"];
  const Json& throttled = stats["throttling_data"];
  Labels labels = container.labels();
  take("container_cpu_usage_seconds_total", usage["total_usage"].number() * kNs, with(container, "cpu", "total"));
  take("container_cpu_user_seconds_total", usage["usage_in_usermode"].number() * kNs, labels);
  take("container_cpu_system_seconds_total", usage["usage_in_kernelmode"].number() * kNs, labels);
  take("container_cpu_cfs_periods_total", throttled["periods"].number(), labels);
  take("container_cpu_cfs_throttled_periods_total", throttled["throttled_periods"].number(), labels);
  take("container_cpu_cfs_throttled_seconds_total", throttled["throttled_time"].number() * kNs, labels);
}

/// The first of these keys that is there: the two cgroup versions name them differently.
double first_of(const Json& json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (json.has(key)) return json[key].number();
  }
  return 0;
}

void memory(const Container& container, const Json& stats, const Take& take) {
  if (!stats.has("usage")) return;  // it ended meanwhile
  const Json& parts = stats["stats"];
  double usage = stats["usage"].number();
  double inactive = first_of(parts, {"total_inactive_file", "inactive_file"});
  Labels labels = container.labels();
  take("container_memory_usage_bytes", usage, labels);
  take("container_memory_working_set_bytes", usage > inactive ? usage - inactive : 0, labels);
  take("container_memory_rss", first_of(parts, {"total_rss", "anon"}), labels);
  take("container_memory_cache", first_of(parts, {"total_cache", "file"}), labels);
  take("container_memory_failcnt", stats["failcnt"].number(), labels);
  take("container_memory_failures_total", first_of(parts, {"total_pgmajfault", "pgmajfault"}),
       with(container, "failure_type", "pgmajfault"));
  if (stats.has("max_usage")) take("container_memory_max_usage_bytes", stats["max_usage"].number(), labels);
}

struct Counter {
  const char* key;
  const char* name;
};
constexpr Counter kNetwork[] = {
    {"rx_bytes", "container_network_receive_bytes_total"},
    {"rx_packets", "container_network_receive_packets_total"},
    {"rx_errors", "container_network_receive_errors_total"},
    {"rx_dropped", "container_network_receive_packets_dropped_total"},
    {"tx_bytes", "container_network_transmit_bytes_total"},
    {"tx_packets", "container_network_transmit_packets_total"},
    {"tx_errors", "container_network_transmit_errors_total"},
    {"tx_dropped", "container_network_transmit_packets_dropped_total"},
};

void network(const Container& container, const Json& stats, const Take& take) {
  for (const auto& [interface, counters] : stats.pairs()) {
    Labels labels = with(container, "interface", interface);
    for (const Counter& counter : kNetwork) take(counter.name, counters[counter.key].number(), labels);
  }
}

void block(const Container& container, const Json& rows, const char* read_name, const char* write_name,
           const std::function<std::string(int, int)>& disk_name, const Take& take) {
  std::map<std::pair<std::string, bool>, double> sums;
  for (const Json& row : rows.items()) {
    std::string kind = row["op"].text();  // "Read" in version 1, "read" in version 2
    if (kind.empty()) continue;
    kind[0] = static_cast<char>(kind[0] | 0x20);
    if (kind != "read" && kind != "write") continue;
    std::string disk = disk_name(static_cast<int>(row["major"].integer()), static_cast<int>(row["minor"].integer()));
    sums[{disk, kind == "read"}] += row["value"].number();
  }
  for (const auto& [key, sum] : sums)
    take(key.second ? read_name : write_name, sum, with(container, "device", key.first));
}

}  // namespace

void stats_samples(const Container& container, const Json& stats, const std::function<std::string(int, int)>& disk_name,
                   const Take& take) {
  cpu(container, stats["cpu_stats"], take);
  memory(container, stats["memory_stats"], take);
  network(container, stats["networks"], take);
  const Json& disks = stats["blkio_stats"];
  block(container, disks["io_service_bytes_recursive"], "container_fs_reads_bytes_total",
        "container_fs_writes_bytes_total", disk_name, take);
  block(container, disks["io_serviced_recursive"], "container_fs_reads_total", "container_fs_writes_total", disk_name,
        take);
  take("container_processes", stats["pids_stats"]["current"].number(), container.labels());
}

void limit_samples(const Container& container, const Take& take) {
  const Json& limits = container.limits;
  Labels labels = container.labels();
  take("container_spec_memory_limit_bytes", limits["Memory"].number(), labels);
  take("container_spec_memory_reservation_limit_bytes", limits["MemoryReservation"].number(), labels);
  if (limits["CpuShares"].number() > 0) take("container_spec_cpu_shares", limits["CpuShares"].number(), labels);
  // --cpus is a quota in another spelling.
  double period = limits["CpuPeriod"].number() > 0 ? limits["CpuPeriod"].number() : 100'000;
  double quota = limits["CpuQuota"].number();
  if (limits["NanoCpus"].number() > 0) quota = limits["NanoCpus"].number() / 1e9 * period;
  if (quota <= 0) return;
  take("container_spec_cpu_period", period, labels);
  take("container_spec_cpu_quota", quota, labels);
}

}  // namespace reeve::docker
