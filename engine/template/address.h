/// \file
/// What are host and port of an address? Source: Go's net.SplitHostPort and JoinHostPort.
#pragma once

#include <optional>
#include <string>

namespace reeve::tmpl {

struct HostPort {
  std::string host, port;
};
/// None: it is no host with a port.
std::optional<HostPort> split_host_port(const std::string& address);
std::string join_host_port(const HostPort& address);
/// An IPv4 or IPv6 address, the latter perhaps with a zone.
bool is_ip_address(const std::string& host);

}  // namespace reeve::tmpl
