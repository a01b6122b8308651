#include "api/prometheus_forms.h"

#include <charconv>
#include <cmath>
#include <map>

namespace reeve::api {

using model::Value;

namespace {
Value texts(const std::vector<std::string>& items) {
  Value list = Value::list();
  for (const std::string& item : items) list.push(item);
  return list;
}

Value sources(const std::vector<rule::NamedTemplate>& templates) {
  Value map = Value::map();
  for (const rule::NamedTemplate& one : templates) map.set(one.name, one.source);
  return map;
}

using ByRule = std::multimap<std::string_view, const model::Alert*>;

// The state of a rule is that of its worst alert.
const char* worst_state(const ByRule& alerts, const std::string& rule) {
  const auto [begin, end] = alerts.equal_range(rule);
  const char* worst = "inactive";
  for (auto one = begin; one != end; ++one) {
    if (one->second->state == model::AlertState::kFiring) return "firing";
    if (one->second->state == model::AlertState::kPending) worst = "pending";
  }
  return worst;
}

Value rule_value(const rule::Rule& rule, const ByRule& alerts) {
  Value out = Value::map();
  const std::string query = rule.expr ? rule.expr->text() : rule.on ? rule.on->text() : "";
  if (rule.kind == rule::Rule::Kind::kRecord) {
    out.set("name", rule.name).set("query", query).set("labels", sources(rule.labels)).set("health", "ok");
    return out.set("type", "recording");
  }
  Value active = Value::list();
  const auto [begin, end] = alerts.equal_range(rule.id);
  for (auto one = begin; one != end; ++one) active.push(prometheus_alert(*one->second));
  out.set("state", worst_state(alerts, rule.id)).set("name", rule.name).set("query", query);
  out.set("duration", rule.hold_for.seconds()).set("keepFiringFor", rule.keep_firing_for.seconds());
  out.set("labels", sources(rule.labels)).set("annotations", sources(rule.annotations));
  return out.set("alerts", std::move(active)).set("health", "ok").set("type", "alerting");
}

// Outside braces and quotes a bare selector holds nothing but its name.
bool is_bare(const std::string& text) {
  char quote = 0;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote != '`') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '{' || c == '}') {
      inside = c == '{';
    } else if (!inside && !std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != ':') {
      return false;
    }
  }
  return true;
}
}  // namespace

Reply success(Value data, const std::vector<std::string>& warnings, const std::vector<std::string>& infos) {
  Value out = Value::map().set("status", "success").set("data", std::move(data));
  if (!warnings.empty()) out.set("warnings", texts(warnings));
  if (!infos.empty()) out.set("infos", texts(infos));
  return json(out);
}

Reply prometheus_error(const std::string& type, const std::string& text) {
  static const std::map<std::string, int> kStatus{{"bad_data", 400},   {"execution", 422}, {"timeout", 503},
                                                  {"canceled", 503},   {"not_found", 404}, {"internal", 500},
                                                  {"unavailable", 503}};
  return json(Value::map().set("status", "error").set("errorType", type).set("error", text), kStatus.at(type));
}

Reply query_error(const base::Error& error) {
  const bool busy = error.fault == base::Fault::kThrottled || error.fault == base::Fault::kUnavailable;
  return prometheus_error(error.fault == base::Fault::kTimeout ? "timeout"
                          : busy                               ? "unavailable"
                                                               : "execution",
                          error.text);
}

std::string exponent_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  return {buffer, end};
}

Value prometheus_alert(const model::Alert& alert) {
  Value out = Value::map();
  out.set("labels", alert.labels.to_value()).set("annotations", alert.annotations.to_value());
  out.set("state", alert_state_name(alert.state)).set("activeAt", base::format_time(alert.active_at));
  return out.set("value", exponent_text(alert.value));
}

Value prometheus_rules(const rule::RuleSet& rules, const std::vector<model::Alert>& alerts, std::string_view type) {
  ByRule by_rule;
  for (const model::Alert& alert : alerts) by_rule.emplace(alert.rule_id, &alert);
  Value groups = Value::list();
  for (const rule::Group& group : rules.groups) {
    Value list = Value::list();
    for (const rule::Rule& rule : group.rules) {
      const bool records = rule.kind == rule::Rule::Kind::kRecord;
      if (type.empty() || (type == "record") == records) list.push(rule_value(rule, by_rule));
    }
    if (list.as_list().empty() && !group.rules.empty()) continue;
    groups.push(Value::map()
                    .set("name", group.name)
                    .set("file", group.file)
                    .set("rules", std::move(list))
                    .set("interval", group.interval.seconds())
                    .set("limit", group.limit));
  }
  return Value::map().set("groups", std::move(groups));
}

base::Result<series::Matchers> read_selector(const std::string& text, const promql::Options& options) {
  REEVE_TRY(const promql::Expr expr, promql::parse(text, options));
  const auto selectors = expr.selectors();
  if (expr.type() != promql::ValueType::kVector || selectors.size() != 1 || !is_bare(expr.text()))
    return base::invalid("expected a series selector, as up{job=\"x\"}");
  return selectors[0].matchers;
}

}  // namespace reeve::api
