#include <charconv>

#include "common/http/client.h"

namespace reeve::common::http {

namespace {

Fault bad(std::string_view text, const char* why) {
  return {Kind::kInvalid, "\"" + std::string(text) + "\" is no URL: " + why};
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

bool take_port(std::string_view text, int& port) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536;
}

/// host, host:port or [v6]:port.
bool take_authority(std::string_view text, Address& address) {
  std::string_view host = text;
  std::string_view port;
  size_t bracket = text.find(']');
  size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (!take_port(port, address.port)) return false;
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  address.host = host;
  return !host.empty();
}

}  // namespace

Try<Url> parse_url(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return bad(text, "it has a space or a control character");
  }
  size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad(text, "it does not begin with http:// or https://");
  std::string_view scheme = text.substr(0, scheme_end);
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  size_t path = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path);

  Url url;
  url.origin = std::string(scheme) + "://" + std::string(authority);
  url.target = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
  if (url.target[0] == '?') url.target = "/" + url.target;
  url.host_header = authority;
  if (authority.find('@') != std::string_view::npos) return bad(text, "user and password do not belong into a URL");
  if (scheme == "http+unix") {
    url.address.unix_path = decoded(authority);
    url.host_header = "localhost";
    if (url.address.unix_path.empty()) return bad(text, "it names no socket");
    return url;
  }
  if (scheme != "http" && scheme != "https") return bad(text, "it does not begin with http:// or https://");
  url.tls = scheme == "https";
  url.address.port = url.tls ? 443 : 80;
  if (!take_authority(authority, url.address)) return bad(text, "its host or port is wrong");
  return url;
}

std::string encode(std::string_view text) {
  static const char* const kDigits = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 c == '.' || c == '~';
    if (plain) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
  }
  return out;
}

}  // namespace reeve::common::http
