#include "rule/records.h"

#include "model/json.h"

namespace reeve::rule {

model::Entry entry_of(const model::AlertChange& change) {
  const model::Alert& alert = change.alert;
  const bool ended = alert.state == model::AlertState::kInactive || alert.state == model::AlertState::kResolved;
  model::Entry entry;
  entry.kind = std::string("alert.") + (ended ? "resolved" : model::alert_state_name(alert.state));
  entry.actor = "rule/" + alert.rule_id;
  entry.subject = alert.subject();
  entry.correlation = alert.correlation;
  entry.facts.set("rule_id", alert.rule_id)
      .set("key", alert.key)
      .set("fingerprint", alert.labels.fingerprint_text())
      .set("episode", alert.episode)
      .set("state", ended ? "resolved" : model::alert_state_name(alert.state))
      .set("fired", alert.fired_at.us != 0)
      .set("count", alert.count)
      .set("target", alert.target)
      .set("active_at_us", alert.active_at.us)
      .set("causes", alert.causes);
  entry.body = model::to_json(alert.to_value());
  return entry;
}

std::vector<model::RowChange> project(const model::Entry& entry) {
  if (entry.kind.rfind("alert.", 0) != 0) return {};
  model::RowChange row;
  row.table = "alerts";
  row.key.set("rule_id", entry.facts["rule_id"]).set("alert_key", entry.facts["key"]);
  row.set.set("state", entry.facts["state"])
      .set("episode", entry.facts["episode"])
      .set("fingerprint", entry.facts["fingerprint"])
      .set("active_us", entry.facts["active_at_us"])
      .set("changed_us", entry.at.us)
      .set("seq", entry.seq);
  return {row};
}

std::vector<model::Table> tables() {
  return {{"alerts",
           {"rule_id TEXT", "alert_key TEXT"},
           {"state TEXT", "episode INTEGER", "fingerprint TEXT", "active_us INTEGER", "changed_us INTEGER",
            "seq INTEGER"}}};
}

}  // namespace reeve::rule
