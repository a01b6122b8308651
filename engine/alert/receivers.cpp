// `notify:` of the configuration.
#include <algorithm>

#include "alert/alert.h"

namespace reeve::alert {

namespace {
using yaml::Node;

bool is_web_address(const std::string& url) {
  // A secret is filled in later: what stands behind it cannot be judged yet.
  return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("${");
}

base::Status read_headers(const Node& node, Receiver& out) {
  REEVE_CHECK(node.must_be(Node::Kind::kMap, "headers"));
  for (const auto& [key, value] : node.pairs()) {
    REEVE_TRY(std::string text, value.text());
    const std::string& name = key.scalar();
    if (name.empty() || name.find_first_of(" \t\r\n:") != std::string::npos)
      return key.error("\"" + name + "\" is no header's name");
    if (text.find_first_of("\r\n") != std::string::npos) return value.error("a header's value is one line");
    out.headers.emplace_back(name, std::move(text));
  }
  return {};
}

base::Result<Receiver> read_one(const Node& node, size_t number) {
  REEVE_CHECK(node.must_be(Node::Kind::kMap, "a receiver"));
  REEVE_CHECK(node.only({"webhook", "name", "headers", "timeout", "send_resolved"}));
  Receiver out;
  out.name = "webhook-" + std::to_string(number);
  REEVE_TRY(const Node url, node.need("webhook"));
  REEVE_TRY(out.webhook, url.text());
  if (!is_web_address(out.webhook)) return url.error("a webhook is an address that begins with http:// or https://");
  if (const Node* name = node.find("name")) {
    REEVE_TRY(out.name, name->text());
    if (out.name.empty()) return name->error("the name is empty");
  }
  if (const Node* headers = node.find("headers")) REEVE_CHECK(read_headers(*headers, out));
  if (const Node* timeout = node.find("timeout")) {
    REEVE_TRY(out.timeout, timeout->duration());
    if (out.timeout < base::millis(100) || out.timeout > base::minutes(5))
      return timeout->error("a timeout is between 100ms and 5m");
  }
  if (const Node* resolved = node.find("send_resolved")) {
    REEVE_TRY(out.send_resolved, resolved->boolean());
  }
  return out;
}
}  // namespace

base::Result<std::vector<Receiver>> read_receivers(const yaml::Node& node) {
  REEVE_CHECK(node.must_be(Node::Kind::kList, "notify"));
  std::vector<Receiver> out;
  for (const Node& item : node.items()) {
    REEVE_TRY(Receiver one, read_one(item, out.size() + 1));
    const bool taken = std::any_of(out.begin(), out.end(), [&](const Receiver& r) { return r.name == one.name; });
    if (taken) return item.error("there are two receivers named \"" + one.name + "\"");
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace reeve::alert
