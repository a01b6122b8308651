#include <algorithm>

#include "plugin/plugin.h"

namespace reeve::plugin {

using model::Value;

namespace {
std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.as_list()) out.push_back(item.as_string());
  return out;
}

RecoverSpec recover_of(const Value& v) {
  return {v["event"].as_string(),    v["at"].as_string(),   v["when"].as_string(),
          v["since"].as_string(),    v["with"].as_string(), v["changed"].as_string(),
          v["reset_by"].as_string(), texts(v["ignore"]),    texts(v["fields"])};
}

EventSpec event_of(const Value& v) {
  EventSpec out{v["type"].as_string(),     v["help"].as_string(), texts(v["labels"]),
                texts(v["fields"]),        v["state"].as_bool(),  {},
                v["ends_target"].as_bool()};
  for (const Value& item : v["recovers"].as_list()) out.recovers.push_back(recover_of(item));
  return out;
}

base::Status judge(const Manifest& manifest) {
  if (manifest.name.empty()) return base::invalid("the manifest has no name");
  for (const EventSpec& event : manifest.events) {
    if (event.type.empty()) return base::invalid("an event of the manifest has no type");
    for (const RecoverSpec& r : event.recovers)
      if (!manifest.event(r.event) || r.at.empty())
        return base::invalid("the state " + event.type + " recovers \"" + r.event +
                             "\", which is no event of the manifest, or does not say at what time");
      else if (!r.with.empty() && !event.recovery_of(r.with))
        return base::invalid("the state " + event.type + " recovers " + r.event + " with \"" + r.with +
                             "\", which it does not recover");
  }
  for (const model::ActionSpec& action : manifest.actions) {
    const bool read = action.effect == model::Effect::kRead;
    if (read != (action.cls == model::ActionClass::kRead))
      return base::invalid("the action " + action.name + " has effect " + effect_name(action.effect) + ", but class " +
                           action_class_name(action.cls));
    if (action.cls == model::ActionClass::kProbed && !action.has_probe)
      return base::invalid("the action " + action.name + " is of class probed, but has no probe");
  }
  if (!manifest.collects && !manifest.watches && !manifest.acts)
    return base::invalid("the manifest says none of collects, watches, acts");
  return {};
}
}  // namespace

const EventSpec* Manifest::event(const std::string& type) const {
  for (const EventSpec& spec : events)
    if (spec.type == type) return &spec;
  return nullptr;
}

const model::ActionSpec* Manifest::action(const std::string& action) const {
  for (const model::ActionSpec& spec : actions)
    if (spec.name == action) return &spec;
  return nullptr;
}

base::Result<Manifest> read_manifest(const Value& raw) {
  Manifest out;
  out.name = raw["name"].as_string();
  out.version = raw["version"].as_string();
  out.doc = raw["doc"].as_string();
  for (const Value& m : raw["metrics"].as_list())
    out.metrics.push_back({m["name"].as_string(), m["type"].as_string(), m["unit"].as_string(), m["help"].as_string(),
                           texts(m["labels"])});
  for (const Value& e : raw["events"].as_list()) out.events.push_back(event_of(e));
  for (const Value& a : raw["actions"].as_list()) {
    REEVE_TRY(model::ActionSpec spec, model::ActionSpec::from_value(a));
    out.actions.push_back(std::move(spec));
  }
  out.collects = raw["collects"].as_bool();
  out.watches = raw["watches"].as_bool();
  out.acts = raw["acts"].as_bool();
  out.actor_lanes = static_cast<int>(std::clamp<int64_t>(raw["actor_lanes"].as_int(1), 1, 64));
  out.capabilities = texts(raw["capabilities"]);
  out.target_key = raw["target_key"].as_string();
  out.config_schema = raw["config"];
  out.raw = raw;
  REEVE_CHECK(judge(out));
  return out;
}

}  // namespace reeve::plugin
