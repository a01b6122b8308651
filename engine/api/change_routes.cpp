// What changes something? The writing half of reeve's own API; only the unix socket reaches it.
#include <algorithm>

#include "api/route_groups.h"

namespace reeve::api {

namespace {
using model::Value;

Engine::DoneStatus answer_to(const Respond& respond) {
  return [respond](const base::Status& status) { respond(status); };
}

/// The text of a field of the body. \errors kInvalid: missing, no text, or empty.
base::Result<std::string> needed(const Request& request, const char* field) {
  const Value& value = request.body[field];
  if (value.is_string() && !value.as_string().empty()) return value.as_string();
  return base::invalid(std::string("the body needs a text \"") + field + "\"");
}

base::Result<std::string> optional(const Request& request, const char* field) {
  const Value& value = request.body[field];
  if (value.is_null() || value.is_string()) return value.as_string();
  return base::invalid(std::string("\"") + field + "\" of the body must be a text");
}

/// \errors kInvalid: an unknown field, so that a misspelt `dry` never acts.
base::Status only(const Request& request, const std::vector<std::string>& known) {
  if (!request.body.is_null() && !request.body.is_map()) return base::invalid("the body must be a JSON object");
  for (const auto& [field, value] : request.body.as_map()) {
    if (std::find(known.begin(), known.end(), field) != known.end()) continue;
    const std::string near = base::did_you_mean(field, known);
    return base::invalid("unknown field \"" + field + "\"" + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  return {};
}

Value started_value(const runbook::Started& started) {
  return Value::map()
      .set("run", started.run)
      .set("joined", started.joined)
      .set("decision", started.decision.to_value());
}

base::Status start_run(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"runbook", "params", "dry"}));
  REEVE_TRY(const std::string runbook, needed(request, "runbook"));
  const Value& params = request.body["params"];
  if (!params.is_null() && !params.is_map()) return base::invalid("\"params\" of the body must be an object");
  const Value& dry = request.body["dry"];
  if (!dry.is_null() && !dry.is_bool()) return base::invalid("\"dry\" of the body must be true or false");
  StartRequest start{runbook, params.is_null() ? Value::map() : params, request.peer.actor};
  if (dry.as_bool()) {
    if (!engine.dry_run) return not_available();
    engine.dry_run(std::move(start), [respond](const base::Result<Value>& plan) { respond(plan); });
    return {};
  }
  if (!engine.run) return not_available();
  engine.run(std::move(start), [respond](const base::Result<runbook::Started>& started) {
    respond(started.ok() ? json(started_value(*started)) : failure(started.error()));
  });
  return {};
}

base::Status cancel(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {}));
  if (!engine.cancel) return not_available();
  engine.cancel(std::string(request.path_param("id")), request.peer.actor, answer_to(respond));
  return {};
}

base::Status settle(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"path", "answer"}));
  REEVE_TRY(const std::string path, needed(request, "path"));
  REEVE_TRY(const std::string answer, needed(request, "answer"));
  if (answer != "happened" && answer != "repeat" && answer != "abort")
    return base::invalid("\"answer\" must be happened, repeat or abort");
  if (!engine.settle) return not_available();
  engine.settle(std::string(request.path_param("id")), path, answer, request.peer.actor, answer_to(respond));
  return {};
}

base::Status approve(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {}));
  if (!engine.approve) return not_available();
  engine.approve(std::string(request.path_param("id")), request.peer.actor, answer_to(respond));
  return {};
}

base::Status deny(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"reason"}));
  REEVE_TRY(const std::string reason, optional(request, "reason"));
  if (!engine.deny) return not_available();
  engine.deny(std::string(request.path_param("id")), reason, request.peer.actor, answer_to(respond));
  return {};
}

base::Status halt(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"scope", "reason"}));
  REEVE_TRY(const std::string reason, needed(request, "reason"));
  REEVE_TRY(const std::string scope, optional(request, "scope"));
  if (!engine.halt) return not_available();
  engine.halt(scope.empty() ? "*" : scope, reason, request.peer.actor, answer_to(respond));
  return {};
}

base::Status lift(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"scope"}));
  REEVE_TRY(const std::string scope, optional(request, "scope"));
  if (!engine.lift) return not_available();
  engine.lift(scope, request.peer.actor, answer_to(respond));
  return {};
}

base::Status reset(const Engine& engine, const Request& request, const Respond& respond) {
  REEVE_CHECK(only(request, {"runbook", "target", "reason"}));
  REEVE_TRY(const std::string runbook, needed(request, "runbook"));
  REEVE_TRY(const std::string reason, needed(request, "reason"));
  REEVE_TRY(const std::string target, optional(request, "target"));
  if (!engine.reset) return not_available();
  engine.reset(runbook, target, reason, request.peer.actor,
               [respond](const base::Result<Value>& answer) { respond(answer); });
  return {};
}
}  // namespace

void add_change_routes(Server& server, const Shared& context) {
  // A handler that returns an error has not answered; one that returns ok has, or will.
  const auto add = [&server, &context](const char* pattern, auto handler) {
    server.handle("POST", pattern, Right::kChange, [context, handler](const Request& request, const Respond& respond) {
      if (const base::Status status = handler(context->engine, request, respond); !status.ok()) respond(status);
    });
  };
  add("/api/reeve/runs", start_run);
  add("/api/reeve/runs/{id}/cancel", cancel);
  add("/api/reeve/runs/{id}/settle", settle);
  add("/api/reeve/approvals/{id}/approve", approve);
  add("/api/reeve/approvals/{id}/deny", deny);
  add("/api/reeve/halt", halt);
  add("/api/reeve/lift", lift);
  add("/api/reeve/reset", reset);
}

}  // namespace reeve::api
