#include <sys/timex.h>
#include <sys/utsname.h>
#include <ctime>

#include "host/collectors.h"

namespace reeve::host {

namespace {

void load(const Source& source, Out& out) {
  std::string text = source.proc_file("loadavg");
  auto parts = words(text);
  if (parts.size() < 3) return;
  out.add("node_load1", to_number(parts[0]));
  out.add("node_load5", to_number(parts[1]));
  out.add("node_load15", to_number(parts[2]));
}

void files(const Source& source, Out& out) {
  std::string text = source.proc_file("sys/fs/file-nr");
  auto parts = words(text);
  if (parts.size() < 3) return;
  out.add("node_filefd_allocated", to_number(parts[0]));
  out.add("node_filefd_maximum", to_number(parts[2]));
}

void one_number(const Source& source, const char* path, const char* name, Out& out) {
  std::string text = source.proc_file(path);
  if (!trimmed(text).empty()) out.add(name, to_number(trimmed(text)));
}

void uname_info(const Source& source, Out& out) {
  utsname names{};
  uname(&names);
  // A recorded tree, or another machine's mounted one, tells its own release and name.
  std::string release = source.proc_file("sys/kernel/osrelease");
  std::string node = source.proc_file("sys/kernel/hostname");
  std::string version = source.proc_file("sys/kernel/version");
  std::string domain = source.proc_file("sys/kernel/domainname");
  out.add("node_uname_info",
          {{"domainname", domain.empty() ? names.domainname : trimmed(domain)},
           {"machine", names.machine},
           {"nodename", node.empty() ? names.nodename : trimmed(node)},
           {"release", release.empty() ? names.release : trimmed(release)},
           {"sysname", names.sysname},
           {"version", version.empty() ? names.version : trimmed(version)}},
          1);
}

void clock_state(Out& out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out.add("node_time_seconds", static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9);
  timex state{};
  int status = adjtimex(&state);
  if (status < 0) return;
  double per_second = (state.status & STA_NANO) != 0 ? 1e9 : 1e6;
  out.add("node_timex_sync_status", status == TIME_ERROR ? 0 : 1);
  out.add("node_timex_offset_seconds", static_cast<double>(state.offset) / per_second);
  out.add("node_timex_maxerror_seconds", static_cast<double>(state.maxerror) / 1e6);
  out.add("node_timex_estimated_error_seconds", static_cast<double>(state.esterror) / 1e6);
  out.add("node_timex_frequency_adjustment_ratio", 1 + static_cast<double>(state.freq) / 65536e6);
  out.add("node_timex_status", state.status);
}

}  // namespace

void collect_kernel(const Source& source, Out& out) {
  load(source, out);
  files(source, out);
  uname_info(source, out);
  clock_state(out);
  one_number(source, "sys/kernel/random/entropy_avail", "node_entropy_available_bits", out);
  one_number(source, "sys/kernel/random/poolsize", "node_entropy_pool_size_bits", out);
  one_number(source, "sys/net/netfilter/nf_conntrack_count", "node_nf_conntrack_entries", out);
  one_number(source, "sys/net/netfilter/nf_conntrack_max", "node_nf_conntrack_entries_limit", out);
}

}  // namespace reeve::host
