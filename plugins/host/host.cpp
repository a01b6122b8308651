/// \file
/// The plugin `host`: this machine under node_exporter's names, and who runs on it.
#include <algorithm>

#include "host/collectors.h"
#include "host/ps.h"
#include "reeve/plugin.hpp"

namespace reeve::host {

namespace {

Source source_of(const Config& config) {
  return {config.text("proc"), config.text("sys"), config.text("root")};
}

struct Part {
  const char* name;
  void (*collect)(const Source&, Out&);
};
constexpr Part kParts[] = {
    {"stat", collect_stat},       {"memory", collect_memory},       {"pressure", collect_pressure},
    {"kernel", collect_kernel},   {"disks", collect_disks},         {"network", collect_network},
    {"sockets", collect_sockets}, {"processes", collect_processes}, {"sensors", collect_sensors},
};
constexpr const char* kFileSystems = "filesystems";

bool known_part(const std::string& name) {
  return name == kFileSystems ||
         std::any_of(std::begin(kParts), std::end(kParts), [&](const Part& part) { return name == part.name; });
}

class HostCollector : public Collector {
 public:
  explicit HostCollector(const Config& config) : source_(source_of(config)), without_(config.texts("without")) {}

  void collect(Samples& samples) override {
    if (source_.proc_folder("").empty()) throw Error(Fault::kTransient, "nothing could be read below " + source_.proc);
    Out out;
    for (const Part& part : kParts) {
      if (wanted(part.name)) part.collect(source_, out);
    }
    if (wanted(kFileSystems)) file_systems_.collect(source_, out);
    for (const auto& sample : out.samples) samples.add(sample.name, sample.value, sample.labels);
  }

 private:
  bool wanted(const char* part) const { return std::find(without_.begin(), without_.end(), part) == without_.end(); }
  Source source_;
  std::vector<std::string> without_;
  FileSystems file_systems_;
};

class HostActor : public Actor {
 public:
  explicit HostActor(const Config& config) : source_(source_of(config)) {}

  Json invoke(const Action& action) override {
    Question question;
    std::string order = action.args.text("sort", "cpu");
    if (order != "cpu" && order != "memory" && order != "pid") {
      throw Error(Fault::kInvalid, "sort is cpu, memory or pid, not \"" + order + "\"");
    }
    question.order = order == "cpu" ? Order::kCpu : order == "memory" ? Order::kMemory : Order::kPid;
    question.limit = static_cast<size_t>(std::clamp<int64_t>(action.args.integer("limit", 20), 1, 1000));
    question.match = action.args.text("match");
    return ps(source_, question);
  }

 private:
  Source source_;
};

struct Host {
  using CollectorLane = HostCollector;
  using ActorLane = HostActor;
  static void describe(Manifest& m);
  static void check(const Config& config) {
    for (const std::string& part : config.texts("without")) {
      if (!known_part(part)) throw Error(Fault::kInvalid, "without: there is no part \"" + part + "\"");
    }
  }
};

void describe_metrics(Manifest& m) {
  m.metrics({
      Metric("node_cpu_seconds_total", "counter", "Seconds each CPU spent in each mode.").labels({"cpu", "mode"}),
      Metric("node_load1", "gauge", "Load average over one minute; also node_load5 and node_load15."),
      Metric("node_memory_MemTotal_bytes", "gauge", "Memory; and every other line of /proc/meminfo.").unit("bytes"),
      Metric("node_vmstat_oom_kill", "counter", "Processes killed for lack of memory; also paging and faults."),
      Metric("node_pressure_memory_waiting_seconds_total", "counter", "Pressure stall; also cpu and io, stalled.")
          .unit("seconds"),
      Metric("node_filesystem_avail_bytes", "gauge", "Room for everybody; also size, free, files, readonly.")
          .unit("bytes")
          .labels({"device", "fstype", "mountpoint"}),
      Metric("node_disk_io_time_seconds_total", "counter", "Time with requests in flight; also reads, writes, bytes.")
          .labels({"device"}),
      Metric("node_md_disks", "gauge", "Members of a RAID array by state.").labels({"device", "state"}),
      Metric("node_network_receive_bytes_total", "counter", "Received; also sent, packets, errors, drops.")
          .labels({"device"}),
      Metric("node_network_up", "gauge", "1 when the interface is up.").labels({"device"}),
      Metric("node_netstat_Tcp_CurrEstab", "gauge", "Protocol counters of the kernel; also node_sockstat_*."),
      Metric("node_filefd_allocated", "gauge", "Open files of the machine; also node_filefd_maximum."),
      Metric("node_processes_state", "gauge", "Processes by state; also threads and limits.").labels({"state"}),
      Metric("node_procs_running", "gauge", "Runnable processes; also node_procs_blocked."),
      Metric("node_boot_time_seconds", "gauge", "When the machine started, Unix time.").unit("seconds"),
      Metric("node_time_seconds", "gauge", "Its clock, Unix time.").unit("seconds"),
      Metric("node_timex_sync_status", "gauge", "1 when the clock is synchronised; also offset and errors."),
      Metric("node_uname_info", "gauge", "Name, kernel and machine, in its labels.")
          .labels({"domainname", "machine", "nodename", "release", "sysname", "version"}),
      Metric("node_hwmon_temp_celsius", "gauge", "Temperatures; also max and crit.").labels({"chip", "sensor"}),
  });
}

void Host::describe(Manifest& m) {
  m.name("host", "1.0.0")
      .doc("This machine: CPU, memory, disks, network, load, processes, as node_exporter names them.");
  m.config({
      ConfigKey("proc", Type::kText, "Where /proc is mounted.").by_default("/proc"),
      ConfigKey("sys", Type::kText, "Where /sys is mounted.").by_default("/sys"),
      ConfigKey("root", Type::kText, "Put before mount points, when the machine's root is mounted elsewhere.")
          .by_default(""),
      ConfigKey("without", Type::kList,
                "Parts to leave out: stat, memory, pressure, kernel, disks, network, sockets, processes, sensors, "
                "filesystems.")
          .by_default(Json::list()),
  });
  describe_metrics(m);
  m.actions({ActionType("ps", "The processes that use the most.")
                 .arg("sort", Type::kText, "cpu (default), memory or pid")
                 .arg("limit", Type::kInteger, "How many rows (20)")
                 .arg("match", Type::kText, "Only those with this text in name or command line")});
  m.capabilities({"files"});
}

}  // namespace

}  // namespace reeve::host

REEVE_PLUGIN(reeve::host::Host)
