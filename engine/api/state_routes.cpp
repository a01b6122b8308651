// What is so? The reading half of reeve's own API: status, alerts, runs, approvals, plugins, events, ledger.
#include <algorithm>

#include "api/records.h"
#include "api/route_groups.h"

namespace reeve::api {

namespace {
using model::Value;

constexpr size_t kUsualLimit = 1000;

Engine::Done answer_to(const Respond& respond) {
  return [respond](const base::Result<Value>& result) { respond(result); };
}

void status(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.status) return respond(failure(not_available()));
  respond(json(context.engine.status().to_value()));
}

void alerts(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.alerts) return respond(failure(not_available()));
  Value list = Value::list();
  for (const model::Alert& alert : context.engine.alerts()) list.push(alert.to_value());
  respond(json(list));
}

// What the ledger has, with the present state of what is still alive in front of it.
Value with_live(const Value& stored, const std::vector<model::RunRow>& live, const std::string& state, size_t limit) {
  Value list = Value::list();
  const auto is_live = [&live](const std::string& id) {
    return std::any_of(live.begin(), live.end(), [&id](const model::RunRow& run) { return run.id == id; });
  };
  const auto room = [&list, limit] { return limit == 0 || list.as_list().size() < limit; };
  for (auto run = live.rbegin(); run != live.rend(); ++run)
    if (room() && (state.empty() || state == run_state_name(run->state))) list.push(run->to_value());
  for (const Value& run : stored.as_list())
    if (room() && !is_live(run["run"].as_string())) list.push(run);
  return list;
}

void runs(const Context& context, const Request& request, const Respond& respond) {
  const auto limit = size_param(request, "limit", kUsualLimit);
  if (!limit.ok()) return respond(failure(limit.error()));
  if (!context.engine.read || !context.engine.runs) return respond(failure(not_available()));
  const std::string state(request.param("state"));
  const auto live = context.engine.runs();
  context.engine.read([state, most = *limit](ledger::Reader& reader) { return list_runs(reader, state, most); },
                      [respond, live, state, most = *limit](const base::Result<Value>& stored) {
                        if (!stored.ok()) return respond(failure(stored.error()));
                        respond(json(with_live(*stored, live, state, most)));
                      });
}

// The story as the ledger has it, with the present state of a run that is still alive.
base::Result<Value> story_now(const base::Result<Value>& stored, const std::vector<model::RunRow>& live,
                              const std::string& id) {
  const std::string& whole = stored.ok() ? (*stored)["run"].as_string() : id;
  for (const model::RunRow& run : live) {
    if (run.id != whole) continue;
    const Value none = Value::list();
    return run.to_value().set("entries", stored.ok() ? (*stored)["entries"] : none);
  }
  return stored;
}

void one_run(const Context& context, const Request& request, const Respond& respond) {
  if (!context.engine.read || !context.engine.runs) return respond(failure(not_available()));
  const std::string id(request.path_param("id"));
  const bool brief = request.param("entries") == "0";
  context.engine.read(
      [id, brief](ledger::Reader& reader) { return brief ? run_row(reader, id) : run_story(reader, id); },
      [respond, id, live = context.engine.runs()](const base::Result<Value>& stored) {
        respond(story_now(stored, live, id));
      });
}

void approvals(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.approvals) return respond(failure(not_available()));
  respond(json(context.engine.approvals()));
}

void plugins(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.plugins) return respond(failure(not_available()));
  respond(json(context.engine.plugins()));
}

// By instance ("docker/local" travels as two segments) or by plugin.
void describe(const Context& context, const Request& request, const Respond& respond) {
  if (!context.engine.plugins) return respond(failure(not_available()));
  std::string name(request.path_param("plugin"));
  if (!request.path_param("name").empty()) name += "/" + std::string(request.path_param("name"));
  Value found = Value::list();
  for (const Value& one : context.engine.plugins().as_list())
    if (one["instance"].as_string() == name || base::starts_with(one["instance"].as_string(), name + "/"))
      found.push(one);
  if (found.as_list().empty())
    return respond(failure({base::Fault::kNotFound, "no plugin or instance \"" + name + "\" is configured"}));
  respond(json(found));
}

void runbooks(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.runbooks) return respond(failure(not_available()));
  respond(json(context.engine.runbooks()));
}

base::Result<ledger::Filter> filter_of(const Request& request) {
  ledger::Filter filter;
  if (request.has_param("from")) {
    REEVE_TRY(filter.from, time_param(request, "from", {}));
  }
  if (request.has_param("to")) {
    REEVE_TRY(filter.to, time_param(request, "to", {}));
  }
  filter.kind = request.param("kind");
  filter.actor = request.param("actor");
  filter.subject = request.param("subject");
  filter.run = request.param("run");
  if (request.has_param("correlation")) {
    REEVE_TRY(filter.correlation, base::parse_uuid(request.param("correlation")));
  }
  REEVE_TRY(const size_t after, size_param(request, "after", 0));
  filter.after_seq = after;
  REEVE_TRY(filter.limit, size_param(request, "limit", kUsualLimit));
  filter.newest_first = request.param("order") == "newest";
  return filter;
}

// `follow=1`: a line for each thing from now on, instead of what was.
bool follow(const Context& context, const Request& request, const Respond& respond, Topic topic) {
  if (request.param("follow") != "1") return false;
  if (context.engine.bus) {
    context.engine.bus->follow(topic, respond.stream());
  } else {
    respond(failure(not_available()));
  }
  return true;
}

void events(const Context& context, const Request& request, const Respond& respond) {
  if (follow(context, request, respond, Topic::kEvents)) return;
  const auto filter = filter_of(request);
  if (!filter.ok()) return respond(failure(filter.error()));
  if (!context.engine.read) return respond(failure(not_available()));
  context.engine.read([wanted = *filter](ledger::Reader& reader) { return list_events(reader, wanted); },
                      answer_to(respond));
}

void alert_changes(const Context& context, const Request& request, const Respond& respond) {
  if (follow(context, request, respond, Topic::kAlerts)) return;
  respond(failure(base::invalid("only with follow=1: what is active now is at /api/reeve/alerts")));
}

void entries(const Context& context, const Request& request, const Respond& respond) {
  if (follow(context, request, respond, Topic::kEntries)) return;
  const auto filter = filter_of(request);
  if (!filter.ok()) return respond(failure(filter.error()));
  if (!context.engine.read) return respond(failure(not_available()));
  context.engine.read([wanted = *filter](ledger::Reader& reader) { return list_entries(reader, wanted); },
                      answer_to(respond));
}

void one_entry_of(const Context& context, const Request& request, const Respond& respond) {
  Request numbered = request;
  numbered.params = {{"seq", std::string(request.path_param("seq"))}};
  const auto seq = size_param(numbered, "seq", 0);
  if (!seq.ok()) return respond(failure(seq.error()));
  if (!context.engine.read) return respond(failure(not_available()));
  context.engine.read([number = *seq](ledger::Reader& reader) { return one_entry(reader, number); },
                      answer_to(respond));
}
}  // namespace

void add_state_routes(Server& server, const Shared& context) {
  const auto add = [&server, &context](const char* pattern, Right right, auto answer) {
    server.handle("GET", pattern, right, [context, answer](const Request& request, const Respond& respond) {
      answer(*context, request, respond);
    });
  };
  add("/api/reeve/status", Right::kRead, status);
  add("/api/reeve/alerts", Right::kRead, alerts);
  add("/api/reeve/alerts/changes", Right::kRead, alert_changes);
  add("/api/reeve/runs", Right::kRead, runs);
  add("/api/reeve/runs/{id}", Right::kPrivate, one_run);
  add("/api/reeve/approvals", Right::kRead, approvals);
  add("/api/reeve/runbooks", Right::kRead, runbooks);
  add("/api/reeve/plugins", Right::kPrivate, plugins);
  add("/api/reeve/plugins/{plugin}", Right::kPrivate, describe);
  add("/api/reeve/plugins/{plugin}/{name}", Right::kPrivate, describe);
  add("/api/reeve/events", Right::kPrivate, events);
  add("/api/reeve/ledger", Right::kPrivate, entries);
  add("/api/reeve/ledger/{seq}", Right::kPrivate, one_entry_of);
}

}  // namespace reeve::api
