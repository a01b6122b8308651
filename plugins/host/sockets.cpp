#include <unistd.h>

#include <algorithm>
#include <array>

#include "host/collectors.h"

namespace reeve::host {

namespace {

/// What node_exporter keeps by default of the kernel's hundreds.
constexpr std::array<std::string_view, 42> kKept = {"Icmp_InErrors",
                                                    "Icmp_InMsgs",
                                                    "Icmp_OutMsgs",
                                                    "Icmp6_InErrors",
                                                    "Icmp6_InMsgs",
                                                    "Icmp6_OutMsgs",
                                                    "Ip_Forwarding",
                                                    "Ip6_InOctets",
                                                    "Ip6_OutOctets",
                                                    "IpExt_InOctets",
                                                    "IpExt_OutOctets",
                                                    "Tcp_ActiveOpens",
                                                    "Tcp_CurrEstab",
                                                    "Tcp_InErrs",
                                                    "Tcp_InSegs",
                                                    "Tcp_OutRsts",
                                                    "Tcp_OutSegs",
                                                    "Tcp_PassiveOpens",
                                                    "Tcp_RetransSegs",
                                                    "TcpExt_ListenDrops",
                                                    "TcpExt_ListenOverflows",
                                                    "TcpExt_SyncookiesFailed",
                                                    "TcpExt_SyncookiesRecv",
                                                    "TcpExt_SyncookiesSent",
                                                    "TcpExt_TCPSynRetrans",
                                                    "TcpExt_TCPTimeouts",
                                                    "TcpExt_TCPOFOQueue",
                                                    "TcpExt_TCPRcvQDrop",
                                                    "Udp_InDatagrams",
                                                    "Udp_InErrors",
                                                    "Udp_NoPorts",
                                                    "Udp_OutDatagrams",
                                                    "Udp_RcvbufErrors",
                                                    "Udp_SndbufErrors",
                                                    "Udp6_InDatagrams",
                                                    "Udp6_InErrors",
                                                    "Udp6_NoPorts",
                                                    "Udp6_OutDatagrams",
                                                    "Udp6_RcvbufErrors",
                                                    "Udp6_SndbufErrors",
                                                    "UdpLite_InErrors",
                                                    "UdpLite6_InErrors"};

void add_kept(const std::string& key, std::string_view value, Out& out) {
  if (std::find(kKept.begin(), kKept.end(), key) != kKept.end()) out.add("node_netstat_" + key, to_number(value));
}

/// Pairs of lines: `Tcp: InSegs OutSegs`, `Tcp: 10 20`.
void paired(std::string_view text, Out& out) {
  auto all = lines(text);
  for (size_t i = 0; i + 1 < all.size(); i += 2) {
    auto names = words(all[i]);
    auto values = words(all[i + 1]);
    if (names.empty() || values.size() != names.size() || names[0] != values[0]) continue;
    std::string protocol(names[0].substr(0, names[0].size() - 1));
    for (size_t k = 1; k < names.size(); ++k) add_kept(protocol + "_" + std::string(names[k]), values[k], out);
  }
}

/// `Udp6InDatagrams   12`.
void joined(std::string_view text, Out& out) {
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    size_t six = parts.empty() ? std::string_view::npos : parts[0].find('6');
    if (parts.size() != 2 || six == std::string_view::npos) continue;
    add_kept(std::string(parts[0].substr(0, six + 1)) + "_" + std::string(parts[0].substr(six + 1)), parts[1], out);
  }
}

/// `TCP: inuse 4 orphan 0 tw 0 alloc 4 mem 203`.
void usage(std::string_view text, Out& out) {
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.size() < 3) continue;
    std::string protocol(parts[0].substr(0, parts[0].size() - 1));
    for (size_t i = 1; i + 1 < parts.size(); i += 2) {
      std::string name = "node_sockstat_" + protocol + "_" + std::string(parts[i]);
      out.add(name, to_number(parts[i + 1]));
      if (parts[i] == "mem")
        out.add(name + "_bytes", to_number(parts[i + 1]) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    }
  }
}

}  // namespace

void collect_sockets(const Source& source, Out& out) {
  paired(source.proc_file("net/netstat"), out);
  paired(source.proc_file("net/snmp"), out);
  joined(source.proc_file("net/snmp6"), out);
  usage(source.proc_file("net/sockstat"), out);
  usage(source.proc_file("net/sockstat6"), out);
}

}  // namespace reeve::host
