#include "api/engine.h"

#include <charconv>

#include "api/route_groups.h"

namespace reeve::api {

base::Error not_available() {
  return {base::Fault::kUnavailable, "not available in this engine"};
}

base::Result<size_t> size_param(const Request& request, const char* name, size_t otherwise) {
  const std::string_view text = request.param(name);
  if (text.empty()) return otherwise;
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return base::invalid(std::string("invalid parameter \"") + name + "\": a number is expected");
  return number;
}

base::Result<base::Time> time_param(const Request& request, const char* name, base::Time otherwise) {
  const std::string text(request.param(name));
  if (text.empty()) return otherwise;
  const auto time = base::parse_time(text);
  if (time.ok()) return time;
  return base::invalid(std::string("invalid parameter \"") + name + "\": cannot parse \"" + text +
                       "\" to a valid timestamp");
}

void add_routes(Server& server, Engine engine, const base::Clock& clock) {
  const Shared context = std::make_shared<const Context>(Context{std::move(engine), clock});
  add_operate_routes(server, context);
  add_prometheus_routes(server, context);
  add_state_routes(server, context);
  add_change_routes(server, context);
}

}  // namespace reeve::api
