// The Value forms of the model's structs: what stands in ledger bodies, in frames and in API answers.
#include "model/action.h"
#include "model/alert.h"
#include "model/decision.h"
#include "model/event.h"
#include "model/run.h"

namespace reeve::model {

namespace {
Value texts(const std::vector<std::string>& items) {
  Value list = Value::list();
  for (const std::string& item : items) list.push(item);
  return list;
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> items;
  for (const Value& item : list.as_list()) items.push_back(item.text());
  return items;
}

AlertState alert_state_of(const std::string& name) {
  for (const AlertState state : {AlertState::kPending, AlertState::kFiring, AlertState::kResolved})
    if (name == alert_state_name(state)) return state;
  return AlertState::kInactive;
}
}  // namespace

Value Event::to_value() const {
  Value out = Value::map();
  if (!id.empty()) out.set("id", id);
  out.set("type", type).set("instance", instance).set("labels", labels.to_value()).set("fields", fields);
  out.set("at_us", at.us).set("target", target).set("cursor", cursor);
  if (recovered) out.set("recovered", true);
  if (!caused_by.empty()) out.set("caused_by", caused_by);
  return out;
}

Event Event::from_value(const Value& value) {
  Event event;
  event.id = value["id"].as_string();
  event.type = value["type"].as_string();
  event.instance = value["instance"].as_string();
  event.labels = Labels::from_value(value["labels"]);
  event.fields = value["fields"];
  event.at = base::Time{value["at_us"].as_int()};
  event.target = value["target"].as_string();
  event.cursor = value["cursor"].as_string();
  event.recovered = value["recovered"].as_bool();
  event.caused_by = value["caused_by"].as_string();
  return event;
}

Value Alert::to_value() const {
  Value out = Value::map();
  out.set("rule_id", rule_id).set("key", key).set("labels", labels.to_value());
  out.set("annotations", annotations.to_value()).set("state", alert_state_name(state)).set("episode", episode);
  out.set("correlation", base::uuid_text(correlation)).set("value", value).set("active_at_us", active_at.us);
  out.set("fired_at_us", fired_at.us).set("resolved_at_us", resolved_at.us).set("count", count);
  out.set("causes", causes).set("target", target);
  if (!event.is_null()) out.set("event", event);
  return out;
}

Alert Alert::from_value(const Value& value) {
  Alert alert;
  alert.rule_id = value["rule_id"].as_string();
  alert.key = value["key"].as_string();
  alert.labels = Labels::from_value(value["labels"]);
  alert.annotations = Labels::from_value(value["annotations"]);
  alert.state = alert_state_of(value["state"].as_string());
  alert.episode = static_cast<uint64_t>(value["episode"].as_int());
  if (auto id = base::parse_uuid(value["correlation"].as_string()); id.ok()) alert.correlation = *id;
  alert.value = value["value"].as_double();
  alert.active_at = base::Time{value["active_at_us"].as_int()};
  alert.fired_at = base::Time{value["fired_at_us"].as_int()};
  alert.resolved_at = base::Time{value["resolved_at_us"].as_int()};
  alert.count = static_cast<uint64_t>(value["count"].as_int(1));
  alert.causes = value["causes"];
  alert.target = value["target"].as_string();
  alert.event = value["event"];
  return alert;
}

Value Decision::to_value() const {
  Value out = Value::map();
  out.set("verdict", verdict_name(verdict)).set("rail", rail).set("rail_name", rail_name).set("reason", reason);
  if (verdict == Verdict::kDefer) out.set("defer_ms", defer.ms());
  if (verdict == Verdict::kAsk) out.set("who", who);
  out.set("inputs", inputs);
  return out;
}

Value ActionSpec::to_value() const {
  Value out = Value::map();
  Value args = Value::list();
  for (const ArgumentSpec& argument : arguments) {
    args.push(Value::map()
                  .set("name", argument.name)
                  .set("type", argument.type)
                  .set("required", argument.required)
                  .set("doc", argument.doc));
  }
  out.set("name", name).set("arguments", std::move(args)).set("effect", effect_name(effect));
  out.set("class", action_class_name(cls));
  if (settles) out.set("settles_ms", settles->ms());
  out.set("causes", texts(causes)).set("plan", has_plan).set("probe", has_probe).set("doc", doc);
  return out;
}

base::Result<ActionSpec> ActionSpec::from_value(const Value& value) {
  ActionSpec spec;
  spec.name = value["name"].as_string();
  if (spec.name.empty()) return base::invalid("an action of the manifest has no name");
  REEVE_TRY(spec.effect, effect_of(value["effect"].as_string()));
  REEVE_TRY(spec.cls, action_class_of(value["class"].as_string()));
  if (value["settles_ms"].is_number()) spec.settles = base::millis(value["settles_ms"].as_int());
  spec.causes = texts_of(value["causes"]);
  spec.has_plan = value["plan"].as_bool();
  spec.has_probe = value["probe"].as_bool();
  spec.doc = value["doc"].as_string();
  for (const Value& item : value["arguments"].as_list()) {
    ArgumentSpec argument{item["name"].as_string(), item["type"].as_string(), item["required"].as_bool(),
                          item["doc"].as_string()};
    spec.arguments.push_back(std::move(argument));
  }
  return spec;
}

Value Plan::to_value() const {
  Value out = Value::map();
  out.set("targets", texts(targets)).set("group", group).set("members", texts(members)).set("healthy", texts(healthy));
  out.set("baseline", baseline).set("preview", preview);
  if (settles) out.set("settles_ms", settles->ms());
  return out;
}

Plan Plan::from_value(const Value& value) {
  Plan plan;
  plan.targets = texts_of(value["targets"]);
  plan.group = value["group"].as_string();
  plan.members = texts_of(value["members"]);
  plan.healthy = texts_of(value["healthy"]);
  plan.baseline = value["baseline"].as_string();
  plan.preview = value["preview"].as_string();
  if (value["settles_ms"].is_number()) plan.settles = base::millis(value["settles_ms"].as_int());
  return plan;
}

Value RunRow::to_value() const {
  Value out = Value::map();
  out.set("run", id).set("runbook", runbook).set("state", run_state_name(state)).set("reason", reason);
  out.set("result", result).set("message", message).set("correlation", base::uuid_text(correlation));
  out.set("started_us", started.us).set("ended_us", ended.us).set("started_seq", started_seq).set("steps", steps);
  return out;
}

}  // namespace reeve::model
