#include "api/checks.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace reeve::api {

namespace {
std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(const std::string& text, int family) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, text.c_str(), bytes) == 1;
}

// The name in `name`, `name:port` or `[v6]:port`; empty when it is none of these. `is_v6` tells the brackets.
std::string name_of(std::string_view host, bool& is_v6) {
  is_v6 = !host.empty() && host[0] == '[';
  const size_t end = is_v6 ? host.find(']') : std::min(host.find(':'), host.size());
  if (end == std::string_view::npos) return {};
  const std::string_view rest = host.substr(is_v6 ? end + 1 : end);
  if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return {};
  return lower(is_v6 ? host.substr(1, end - 1) : host.substr(0, end));
}
}  // namespace

base::Status check_host(std::string_view host, const std::vector<std::string>& names, Peer::Transport transport) {
  if (transport == Peer::Transport::kUnix) return {};
  bool is_v6 = false;
  const std::string name = name_of(host, is_v6);
  const bool literal = is_v6 ? is_address(name, AF_INET6) : is_address(name, AF_INET);
  if (literal || (name == "localhost" && !is_v6)) return {};
  if (!name.empty() && !is_v6)
    for (const std::string& known : names)
      if (lower(known) == name) return {};
  return base::Error{base::Fault::kDenied,
                     "unknown host name in the Host header: use the IP address, or name the host in the configuration"};
}

base::Status check_origin(std::string_view origin, std::string_view host, Peer::Transport transport) {
  if (origin.empty()) return {};
  if (transport == Peer::Transport::kTcp) {
    const std::string own = lower(host);
    const std::string asked = lower(origin);
    if (asked == "http://" + own || asked == "https://" + own) return {};
  }
  return base::Error{base::Fault::kDenied, "requests from pages of another origin are refused"};
}

}  // namespace reeve::api
