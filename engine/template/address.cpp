#include "template/address.h"

#include <arpa/inet.h>

namespace reeve::tmpl {

std::optional<HostPort> split_host_port(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  HostPort out{address.substr(0, colon), address.substr(colon + 1)};
  size_t open_from = 0, close_from = 0;
  if (address[0] == '[') {
    const size_t close = address.find(']');
    if (close == std::string::npos || close + 1 != colon) return std::nullopt;
    out.host = address.substr(1, close - 1);
    open_from = 1;
    close_from = close + 1;
  } else if (out.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  if (address.find('[', open_from) != std::string::npos || address.find(']', close_from) != std::string::npos)
    return std::nullopt;
  return out;
}

std::string join_host_port(const HostPort& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return (six ? "[" + address.host + "]" : address.host) + ":" + address.port;
}

bool is_ip_address(const std::string& host) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, host.c_str(), bytes) == 1) return true;
  const size_t zone = host.find('%');
  if (zone != std::string::npos && zone + 1 == host.size()) return false;
  return inet_pton(AF_INET6, host.substr(0, zone).c_str(), bytes) == 1;
}

}  // namespace reeve::tmpl
