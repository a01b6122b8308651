// Is the engine well? Health, readiness, metrics, reload: the words that Prometheus made usual.
#include "api/route_groups.h"

namespace reeve::api {

namespace {
void ready(const Engine& engine, const Respond& respond) {
  const base::Status status = engine.ready ? engine.ready() : base::Status{};
  respond(status.ok() ? text("ready\n") : text("not ready: " + status.error().text + "\n", 503));
}

void metrics(const Engine& engine, const Respond& respond) {
  if (!engine.metrics) return respond(failure(not_available()));
  respond(Reply{200, "text/plain; version=0.0.4; charset=utf-8", engine.metrics->text(), {}});
}

void reload(const Engine& engine, const Request& request, const Respond& respond) {
  if (!engine.reload) return respond(failure(not_available()));
  engine.reload(request.peer.actor, [respond](base::Result<std::vector<std::string>> waiting) {
    if (!waiting.ok()) return respond(base::Status(waiting.error()));
    model::Value answer = model::Value::map().set("ok", true), keys = model::Value::list();
    for (std::string& key : *waiting) keys.push(std::move(key));
    if (!waiting->empty()) answer.set("at_next_start", std::move(keys));
    respond(base::Result<model::Value>(std::move(answer)));
  });
}
}  // namespace

void add_operate_routes(Server& server, const Shared& context) {
  server.handle("GET", "/-/healthy", Right::kRead,
                [](const Request&, const Respond& respond) { respond(text("healthy\n")); });
  server.handle("GET", "/-/ready", Right::kRead,
                [context](const Request&, const Respond& respond) { ready(context->engine, respond); });
  server.handle("GET", "/metrics", Right::kRead,
                [context](const Request&, const Respond& respond) { metrics(context->engine, respond); });
  server.handle("POST", "/-/reload", Right::kChange, [context](const Request& request, const Respond& respond) {
    reload(context->engine, request, respond);
  });
}

}  // namespace reeve::api
