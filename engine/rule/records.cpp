#include "rule/records.h"

#include "model/json.h"
#include "rule/nameless.h"

namespace reeve::rule {

namespace {
/// The alert's name is the last but one part of its rule's id.
std::string name_in(const std::string& rule_id) {
  const std::string whole = rule_id.substr(0, rule_id.rfind('/'));
  return whole.substr(whole.rfind('/') + 1);
}

model::Alert alert_of_facts(const model::Entry& entry) {
  const model::Value& facts = entry.facts;
  model::Alert alert;
  alert.rule_id = facts["rule_id"].as_string();
  alert.key = facts["key"].as_string();
  alert.labels = stand_in(name_in(alert.rule_id), alert.key);
  alert.lost_print = facts["fingerprint"].as_string();
  if (entry.kind == "alert.pending") alert.state = model::AlertState::kPending;
  if (entry.kind == "alert.firing") alert.state = model::AlertState::kFiring;
  if (entry.kind == "alert.resolved") alert.state = model::AlertState::kResolved;
  alert.episode = static_cast<uint64_t>(facts["episode"].as_int());
  alert.correlation = entry.correlation;
  alert.active_at = base::Time{facts["active_at_us"].as_int()};
  if (alert.state == model::AlertState::kFiring) alert.fired_at = entry.at;
  if (alert.state == model::AlertState::kResolved) alert.resolved_at = entry.at;
  alert.count = static_cast<uint64_t>(facts["count"].as_int(1));
  alert.causes = facts["causes"];
  alert.target = facts["target"].as_string();
  return alert;
}
}  // namespace

model::Entry entry_of(const model::AlertChange& change, const Rule& rule) {
  const model::Alert& alert = change.alert;
  const bool ended = alert.state == model::AlertState::kInactive || alert.state == model::AlertState::kResolved;
  model::Entry entry;
  entry.kind = std::string("alert.") + (ended ? "resolved" : model::alert_state_name(alert.state));
  entry.actor = "rule/" + alert.rule_id;
  entry.subject = alert.subject();
  entry.correlation = alert.correlation;
  entry.facts.set("rule_id", alert.rule_id)
      .set("key", alert.key)
      .set("fingerprint", alert.fingerprint_text())
      .set("episode", alert.episode)
      .set("state", ended ? "resolved" : model::alert_state_name(alert.state))
      .set("fired", alert.fired_at.us != 0)
      .set("count", alert.count)
      .set("target", alert.target)
      .set("active_at_us", alert.active_at.us)
      .set("causes", alert.causes);
  if (!rule.meaning.empty()) entry.facts.set("meaning", rule.meaning).set("rule_hash", rule.hash);
  entry.body = model::to_json(alert.to_value());
  return entry;
}

model::Alert alert_of(const model::Entry& entry) {
  const auto body = model::parse_json(entry.body.value_or(""));
  model::Alert alert = body.ok() && body->is_map() ? model::Alert::from_value(*body) : alert_of_facts(entry);
  alert.meaning = entry.facts["meaning"].as_string();
  if (alert.labels.has(kStandIn)) alert.lost_print = entry.facts["fingerprint"].as_string();  // was nameless already
  return alert;
}

PastChange past_change_of(const model::Entry& entry) {
  const bool ended = entry.kind == "alert.resolved";
  return {entry.facts["rule_id"].as_string(), entry.facts["key"].as_string(), entry.at,
          ended && entry.facts["fired"].as_bool(), entry.kind == "alert.firing"};
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
