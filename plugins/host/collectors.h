/// \file
/// Which parts does the picture of a machine have? One function per part, under node_exporter's names.
///
/// Each reads from the Source and adds its samples; what this kernel does not have is left out, as node_exporter does.
/// Source of names and units: node_exporter 1.5, checked against the real one by tests/e2e/plugins/host_test.cpp.
#pragma once

#include <memory>

#include "host/source.h"

namespace reeve::host {

void collect_stat(const Source& source, Out& out);       ///< /proc/stat: cpu, guest, switches, forks, interrupts, procs
void collect_memory(const Source& source, Out& out);     ///< /proc/meminfo, /proc/vmstat
void collect_pressure(const Source& source, Out& out);   ///< /proc/pressure/*
void collect_kernel(const Source& source, Out& out);     ///< load, files, uname, time, entropy, conntrack
void collect_disks(const Source& source, Out& out);      ///< /proc/diskstats, /proc/mdstat
void collect_network(const Source& source, Out& out);    ///< /proc/net/dev, /sys/class/net
void collect_sockets(const Source& source, Out& out);    ///< /proc/net/{netstat,snmp,snmp6,sockstat}
void collect_processes(const Source& source, Out& out);  ///< states, threads, limits
void collect_sensors(const Source& source, Out& out);    ///< /sys/class/hwmon: temperatures; edac

struct Mount {
  std::string device, point, type;
  bool read_only = false;
};
/// Mounts worth measuring, in order, the last one of each mount point: no pseudo file systems.
std::vector<Mount> measured_mounts(const Source& source);

/// Asks for the room of file systems. A network file system whose server is gone blocks statfs for ever: those are
/// asked on a thread of their own, and one that hangs is reported as device error until it answers.
class FileSystems {
 public:
  FileSystems();
  ~FileSystems();
  void collect(const Source& source, Out& out);

 private:
  struct Waiting;
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace reeve::host
