// Is reeve a Prometheus data source? /api/v1 for Grafana, promtool and everything else that speaks to one.
#include <cmath>

#include "api/prometheus_forms.h"
#include "api/route_groups.h"

namespace reeve::api {

namespace {
using model::Value;

/// A parameter or an answered refusal: ok() is false then.
template <class T>
bool good(const base::Result<T>& result, const Respond& respond) {
  if (!result.ok()) respond(prometheus_error("bad_data", result.error().text));
  return result.ok();
}

Queries::Done answer_to(const Respond& respond) {
  return [respond](const base::Result<QueryAnswer>& answer) {
    respond(answer.ok() ? success(answer->data, answer->warnings, answer->infos) : query_error(answer.error()));
  };
}

base::Result<promql::Expr> query_of(const Request& request, const Queries& queries) {
  auto expr = promql::parse(request.param("query"), queries.options());
  if (expr.ok()) return expr;
  return base::invalid("invalid parameter \"query\": " + expr.error().text);
}

// A duration as Prometheus takes it: seconds with a fraction, or "1m30s".
base::Result<base::Duration> duration_param(const Request& request, const char* name) {
  const std::string text(request.param(name));
  if (const auto duration = base::parse_duration(text); duration.ok()) return duration;
  const auto seconds = base::parse_time(text);  // the same syntax: a number, perhaps with a fraction
  if (seconds.ok() && text.find_first_of(":TZ") == std::string::npos) return base::Duration{seconds->us};
  return base::invalid(std::string("invalid parameter \"") + name + "\": cannot parse \"" + text +
                       "\" to a valid duration");
}

base::Result<base::Duration> timeout_of(const Request& request) {
  if (!request.has_param("timeout")) return base::Duration{};
  return duration_param(request, "timeout");
}

void instant(const Context& context, const Request& request, const Respond& respond) {
  Queries& queries = *context.engine.queries;
  const auto expr = query_of(request, queries);
  if (!good(expr, respond)) return;
  const auto at = time_param(request, "time", context.clock.wall());
  const auto timeout = timeout_of(request);
  if (!good(at, respond) || !good(timeout, respond)) return;
  queries.instant(*expr, at->ms(), *timeout, answer_to(respond));
}

void range(const Context& context, const Request& request, const Respond& respond) {
  Queries& queries = *context.engine.queries;
  for (const char* needed : {"start", "end", "step"}) {
    if (request.param(needed).empty())
      return respond(prometheus_error("bad_data", std::string("invalid parameter \"") + needed + "\": it is missing"));
  }
  const auto expr = query_of(request, queries);
  if (!good(expr, respond)) return;
  const auto start = time_param(request, "start", {});
  const auto end = time_param(request, "end", {});
  if (!good(start, respond) || !good(end, respond)) return;
  const auto step = duration_param(request, "step");
  const auto timeout = timeout_of(request);
  if (!good(step, respond) || !good(timeout, respond)) return;
  if (const auto ok = queries.check_range(start->ms(), end->ms(), step->ms()); !ok.ok())
    return respond(prometheus_error("bad_data", ok.error().text));
  queries.range(*expr, start->ms(), end->ms(), step->ms(), *timeout, answer_to(respond));
}

base::Result<Queries::Metadata> metadata_of(const Request& request, const Queries& queries) {
  Queries::Metadata wanted;
  for (const std::string& text : request.all_params("match[]")) {
    auto matchers = read_selector(text, queries.options());
    if (!matchers.ok()) return base::invalid("invalid parameter \"match[]\": " + matchers.error().text);
    wanted.match.push_back(std::move(*matchers));
  }
  if (request.has_param("start")) {
    REEVE_TRY(const base::Time start, time_param(request, "start", {}));
    wanted.start_ms = start.ms();
  }
  if (request.has_param("end")) {
    REEVE_TRY(const base::Time end, time_param(request, "end", {}));
    wanted.end_ms = end.ms();
  }
  REEVE_TRY(wanted.limit, size_param(request, "limit", 0));
  return wanted;
}

void series(const Context& context, const Request& request, const Respond& respond) {
  const auto wanted = metadata_of(request, *context.engine.queries);
  if (!good(wanted, respond)) return;
  if (wanted->match.empty()) return respond(prometheus_error("bad_data", "no match[] parameter provided"));
  context.engine.queries->series(*wanted, answer_to(respond));
}

void labels(const Context& context, const Request& request, const Respond& respond) {
  const auto wanted = metadata_of(request, *context.engine.queries);
  if (good(wanted, respond)) context.engine.queries->label_names(*wanted, answer_to(respond));
}

void label_values(const Context& context, const Request& request, const Respond& respond) {
  const auto wanted = metadata_of(request, *context.engine.queries);
  if (!good(wanted, respond)) return;
  context.engine.queries->label_values(std::string(request.path_param("name")), *wanted, answer_to(respond));
}

void rules(const Context& context, const Request& request, const Respond& respond) {
  const rule::RuleSet* set = context.engine.rules ? context.engine.rules() : nullptr;
  if (!set) return respond(prometheus_error("unavailable", "the rules are not loaded yet"));
  const std::string_view type = request.param("type");
  if (!type.empty() && type != "alert" && type != "record")
    return respond(prometheus_error("bad_data", "invalid parameter \"type\": alert or record is expected"));
  const auto active = context.engine.alerts ? context.engine.alerts() : std::vector<model::Alert>{};
  respond(success(prometheus_rules(*set, active, type)));
}

void alerts(const Context& context, const Request&, const Respond& respond) {
  if (!context.engine.alerts) return respond(prometheus_error("unavailable", not_available().text));
  Value list = Value::list();
  for (const model::Alert& alert : context.engine.alerts()) list.push(prometheus_alert(alert));
  respond(success(Value::map().set("alerts", std::move(list))));
}

// Grafana asks who is there before it asks anything else.
void build_info(const Context& context, const Request&, const Respond& respond) {
  const std::string version = context.engine.status ? context.engine.status().version : "";
  respond(success(Value::map().set("version", version).set("goVersion", "").set("branch", "reeve")));
}

using Answer = void (*)(const Context&, const Request&, const Respond&);

void add(Server& server, const Shared& context, const char* method, const char* pattern, Answer answer) {
  server.handle(method, pattern, Right::kRead, [context, answer](const Request& request, const Respond& respond) {
    answer(*context, request, respond);
  });
}

// The same for what needs the series.
void add_query(Server& server, const Shared& context, const char* method, const char* pattern, Answer answer) {
  server.handle(method, pattern, Right::kRead, [context, answer](const Request& request, const Respond& respond) {
    if (!context->engine.queries) return respond(prometheus_error("unavailable", not_available().text));
    answer(*context, request, respond);
  });
}
}  // namespace

void add_prometheus_routes(Server& server, const Shared& context) {
  for (const char* method : {"GET", "POST"}) {
    add_query(server, context, method, "/api/v1/query", instant);
    add_query(server, context, method, "/api/v1/query_range", range);
    add_query(server, context, method, "/api/v1/series", series);
    add_query(server, context, method, "/api/v1/labels", labels);
  }
  add_query(server, context, "GET", "/api/v1/label/{name}/values", label_values);
  add(server, context, "GET", "/api/v1/rules", rules);
  add(server, context, "GET", "/api/v1/alerts", alerts);
  add(server, context, "GET", "/api/v1/status/buildinfo", build_info);
}

}  // namespace reeve::api
