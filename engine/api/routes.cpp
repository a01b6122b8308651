#include "api/routes.h"

#include "base/assert.h"
#include "base/text.h"

namespace reeve::api {

namespace {
bool is_name(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{';
}

bool may(Peer::Transport transport, std::string_view method, Right right) {
  return transport == Peer::Transport::kUnix || (right == Right::kRead && method == "GET");
}
}  // namespace

void Routes::add(const std::string& method, const std::string& pattern, Right right, Handler handler) {
  REEVE_ASSERT(!pattern.empty() && pattern[0] == '/');
  Pattern& entry = patterns_[pattern];
  entry.segments = base::split(std::string_view(pattern).substr(1), '/');
  const bool is_new = entry.methods.emplace(method, Route{right, std::move(handler)}).second;
  REEVE_ASSERT(is_new);
}

bool Routes::Pattern::matches(const std::vector<std::string>& path) const {
  if (path.size() != segments.size()) return false;
  for (size_t i = 0; i < path.size(); ++i)
    if (is_name(segments[i]) ? path[i].empty() : path[i] != segments[i]) return false;
  return true;
}

bool Routes::Pattern::before(const Pattern& other) const {
  for (size_t i = 0; i < segments.size(); ++i)
    if (is_name(segments[i]) != is_name(other.segments[i])) return is_name(other.segments[i]);
  return false;
}

Routes::Found Routes::find(std::string_view method, const std::vector<std::string>& segments,
                           Peer::Transport transport) const {
  const Pattern* best = nullptr;
  for (const auto& [text, pattern] : patterns_)
    if (pattern.matches(segments) && (!best || pattern.before(*best))) best = &pattern;
  Found found;
  if (!best) return found;

  const std::string_view asked = method == "HEAD" ? "GET" : method;
  const auto route = best->methods.find(asked);
  if (route != best->methods.end() && may(transport, asked, route->second.right)) {
    found.handler = &route->second.handler;
    found.right = route->second.right;
    found.status = 200;
    for (size_t i = 0; i < segments.size(); ++i) {
      const std::string& name = best->segments[i];
      if (is_name(name)) found.path_params.emplace_back(name.substr(1, name.size() - 2), segments[i]);
    }
    return found;
  }
  for (const auto& [name, other] : best->methods) {
    if (!may(transport, name, other.right)) continue;
    found.allow += (found.allow.empty() ? "" : ", ") + name + (name == "GET" ? ", HEAD" : "");
  }
  // A route that this side may not use at all is forbidden; another method of a route it may use does not exist.
  const bool forbidden = route != best->methods.end() && route->second.right != Right::kRead;
  found.status = forbidden ? 403 : 405;
  return found;
}

std::vector<std::string> Routes::list() const {
  std::vector<std::string> lines;
  for (const auto& [text, pattern] : patterns_)
    for (const auto& [method, route] : pattern.methods)
      lines.push_back(method + ' ' + text + ' ' + right_name(route.right));
  return lines;
}

}  // namespace reeve::api
