#include "http/settings.h"

#include <algorithm>

namespace reeve::http {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void check_url(const char* key, const std::string& url) {
  if (url.empty()) return;
  auto parsed = common::http::parse_url(url);
  if (!parsed) throw Error(Fault::kInvalid, std::string(key) + ": " + parsed.fault().text);
}

bool same_server(const std::string& a, const std::string& b) {
  auto one = common::http::parse_url(a);
  auto other = common::http::parse_url(b);
  return one && other && one->tls == other->tls && one->address.text() == other->address.text();
}

/// "/a/../b" and its encoded spellings: a server may take it for "/b".
bool climbs(std::string path) {
  for (char& c : path) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '\\' ? '/' : c;
  for (size_t at = 0; (at = path.find("%2", at)) != std::string::npos;) {
    char decoded = path[at + 2] == 'e' ? '.' : path[at + 2] == 'f' ? '/' : '\0';
    if (decoded != '\0') path.replace(at, 3, 1, decoded);
    ++at;
  }
  path += '/';
  return path.find("/../") != std::string::npos || path.find("/./") != std::string::npos;
}

bool below(const std::string& url, const std::string& prefix) {
  if (!url.starts_with(prefix) || prefix.empty()) return false;
  // http://api is not the beginning of http://api.example.org.
  bool whole_words = prefix.back() == '/' || prefix.back() == '?' || url.size() == prefix.size();
  return whole_words || url[prefix.size()] == '/' || url[prefix.size()] == '?';
}

}  // namespace

bool is_one_of(int status, const std::vector<std::string>& expect) {
  std::string text = std::to_string(status);
  bool found = false;
  for (const std::string& each : expect) {
    bool group = each.size() == 3 && is_digit(each[0]) && each.substr(1) == "xx";
    bool exact = each.size() == 3 && std::all_of(each.begin(), each.end(), is_digit);
    if (!group && !exact) throw Error(Fault::kInvalid, "\"" + each + "\" is no HTTP status (200, 2xx)");
    found = found || (exact && each == text) || (group && each[0] == text[0] && text.size() == 3);
  }
  return found;
}

std::vector<std::string> statuses_of(const Json& json) {
  auto one = [](const Json& item) { return item.is_integer() ? std::to_string(item.integer()) : item.text(); };
  std::vector<std::string> out;
  for (const Json& item : json.items()) out.push_back(one(item));
  if (!json.is_null() && !json.is_list()) out.push_back(one(json));
  return out;
}

Settings Settings::of(const Config& config) {
  Settings s;
  s.name = config.name();
  s.url = config.text("url");
  s.metrics = config.text("metrics");
  s.method = config.text("method", "GET");
  s.expect = statuses_of(config["expect"]);
  if (s.expect.empty()) s.expect = {"2xx"};
  s.contains = config.text("contains");
  s.ca_file = config.text("ca_file");
  s.timeout = config.duration("timeout", s.timeout);
  s.watch = config.duration("watch", s.watch);
  s.allow = config.texts("allow");
  for (const auto& [name, value] : config["headers"].pairs()) s.headers.emplace_back(name, value.text());
  s.bearer = config.secret("bearer");
  if (!s.bearer.empty()) s.headers.emplace_back("Authorization", "Bearer " + s.bearer);
  check_url("url", s.url);
  check_url("metrics", s.metrics);
  is_one_of(200, s.expect);
  if (s.method == "HEAD" && !s.contains.empty()) throw Error(Fault::kInvalid, "contains: a HEAD has no body");
  if (s.watch.count() > 0 && s.url.empty()) throw Error(Fault::kInvalid, "watch: there is no url to watch");
  if (s.watch.count() > 0 && s.watch.count() < 100) throw Error(Fault::kInvalid, "watch: at least 100ms");
  return s;
}

Ask Settings::ask(const std::string& to) const {
  Ask ask;
  ask.url = to;
  // They may hold its token.
  if (same_server(url.empty() ? metrics : url, to)) ask.headers = headers;
  ask.ca_file = ca_file;
  return ask;
}

bool Settings::allows(const std::string& to) const {
  if (allow.empty()) return true;
  return !climbs(to.substr(0, to.find_first_of("?#"))) &&
         std::any_of(allow.begin(), allow.end(), [&](const std::string& prefix) { return below(to, prefix); });
}

bool Settings::expected(int status) const {
  return is_one_of(status, expect);
}

}  // namespace reeve::http
