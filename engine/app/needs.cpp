#include "app/needs.h"

#include <algorithm>
#include <set>

#include "model/json.h"

namespace reeve::app {

using model::Entry;
using model::Value;

/// The words of an entry, read when somebody asks: most entries say all that is needed in their facts.
class Needs::Words {
 public:
  explicit Words(const Entry& entry) : entry_(entry) {}
  const Value& operator[](std::string_view key) const {
    if (!body_) {
      auto body = model::parse_json(entry_.body.value_or("null"));
      body_ = body.ok() ? std::move(*body) : Value();
    }
    return (*body_)[key];
  }

 private:
  const Entry& entry_;
  mutable std::optional<Value> body_;
};

namespace {
bool only_recorded(const Entry& decision) {
  const std::string& mode = decision.facts["mode"].as_string();
  return mode == "shadow" || mode == "suggest";
}

bool helped_not(const Entry& ended) {
  const std::string& result = ended.facts["result"].as_string();
  return result == "escalated" || result == "failed";
}

/// A refusal without the command that the breaker names.
std::string plain(const std::string& reason) {
  return reason.substr(0, reason.find(guard::kLookThen));
}

/// The breaker names its command itself; every other rail has its inputs in the entry.
std::string command_of(const std::string& reason, uint64_t seq) {
  const size_t then = reason.find(guard::kLookThen);
  return then == std::string::npos ? "reeve audit show " + std::to_string(seq)
                                   : reason.substr(then + guard::kLookThen.size());
}

/// Why a run that stands still does not go on by itself, and what its person types; empty: it does.
std::string to_do_of_parked(const Entry& parked) {
  static const std::set<std::string> kStands{"refused", "diverged", "quarantined", "limit", "deadline", "plugin_gone"};
  const std::string& reason = parked.facts["reason"].as_string();
  if (reason == "in_doubt")
    return "reeve settle " + parked.run + " '" + parked.facts["path"].as_string() + "' happened (or repeat, or abort)";
  return kStands.contains(reason) ? "reeve runs " + parked.run + ", then reeve cancel " + parked.run : "";
}
}  // namespace

Needs::Firing* Needs::firing_of(const Entry& entry) {
  const auto found = firing_.find(entry.correlation);
  return found == firing_.end() ? nullptr : &found->second;
}

std::string Needs::name_of(const Entry& entry) {
  if (const Firing* firing = firing_of(entry)) return firing->alert;
  const auto found = alerts_.find(entry.run);
  return found == alerts_.end() ? "" : found->second;
}

bool Needs::remember(const Entry& entry, const Words& body) {
  Firing* firing = firing_of(entry);
  if (!firing) return false;
  if (entry.kind == "run.started") firing->need.reset();
  if (entry.kind == "run.ended" && helped_not(entry)) {
    firing->need = Need{.refused = false, .runbook = entry.facts["runbook"].as_string(), .run = entry.run};
    firing->need->reason = entry.facts["result"].as_string() + ": " + body["message"].as_string();
    firing->need->to_do = "reeve runs " + entry.run;
    return true;
  }
  if (entry.kind != "decision" || entry.facts["point"].as_string() != "start") return false;
  // 15: who silences an alert does not want to hear of it.
  const bool refused = entry.facts["verdict"].as_string() == "refuse" && entry.facts["rail"].as_int() != 15;
  if (!refused || only_recorded(entry)) return false;
  const std::string& reason = body["reason"].as_string();
  firing->need = Need{.refused = true,
                      .rail = static_cast<int>(entry.facts["rail"].as_int()),
                      .runbook = entry.facts["runbook"].as_string(),
                      .run = "",
                      .rail_name = body["rail_name"].as_string(),
                      .reason = plain(reason),
                      .to_do = command_of(reason, entry.seq)};
  return true;
}

void Needs::restore(const std::vector<model::Alert>& alerts, ledger::Reader& reader) {
  std::set<uint64_t> seqs;
  const auto find = [&](const char* table, const Value& where, const char* column, const char* wanted) {
    const auto rows = reader.rows(table, where);
    if (!rows.ok()) return base::log_warn("what needs a person cannot be read", {{"error", rows.error().text}});
    for (const Value& row : *rows)
      if (row[column].as_string() == wanted) seqs.insert(static_cast<uint64_t>(row["seq"].as_int()));
  };
  for (const model::Alert& alert : alerts) {
    if (alert.state != model::AlertState::kFiring) continue;
    firing_[alert.correlation] = {std::string(alert.labels.get(model::kAlertNameLabel)), alert.target, {}};
    find("decisions", Value::map().set("rule_id", alert.rule_id).set("alert_key", alert.key), "verdict", "refuse");
    find("runs", Value::map().set("correlation", base::uuid_text(alert.correlation)), "state", "ended");
  }
  for (const uint64_t seq : seqs)  // in the order in which they were told; what is of an older episode finds no alert
    if (const auto entry = reader.entry(seq); entry.ok() && *entry) remember(**entry, Words(**entry));
}

std::vector<std::string> Needs::sentences(const std::vector<guard::State::OpenBreaker>& open) const {
  constexpr size_t kMost = 8;
  std::vector<std::string> out;
  size_t more = 0;
  for (const auto& [correlation, firing] : firing_) {
    if (!firing.need) continue;
    if (out.size() == kMost) {
      ++more;
      continue;
    }
    const Need& need = *firing.need;
    const bool closed = need.rail == 6 && std::none_of(open.begin(), open.end(), [&](const auto& breaker) {
                          return breaker.runbook == need.runbook;
                        });
    out.push_back(firing.alert + (firing.target.empty() ? "" : " of " + firing.target) + ": " + need.runbook +
                  (need.refused ? " was refused by the rail " + need.rail_name + " because " : " did not help: ") +
                  need.reason + (closed ? "; that is over, but nothing is decided twice. To act: " : ". Look, then: ") +
                  (closed ? "reeve run " + need.runbook + " --param ..." : need.to_do));
  }
  if (more > 0) out.push_back("a person is needed for " + std::to_string(more) + " more alerts: reeve alerts");
  return out;
}

// ---- The log: one line for an entry, none for the same news twice. -------------------------------------------------

void Needs::on_entry(const Entry& entry) {
  const Words body(entry);
  if (entry.kind == "alert.firing") {
    const std::string name = body["labels"][std::string(model::kAlertNameLabel)].as_string();
    const std::string target = entry.facts["target"].as_string();
    const bool is_new = firing_.emplace(entry.correlation, Firing{name, target, {}}).second;
    if (is_new)
      base::log_info("alert firing", {{"alert", name}, {"target", target}, {"rule", entry.facts["rule_id"].text()}});
  } else if (entry.kind == "alert.resolved") {
    if (const Firing* firing = firing_of(entry))
      base::log_info("alert resolved", {{"alert", firing->alert}, {"target", firing->target}});
    firing_.erase(entry.correlation);
  } else if (entry.kind == "decision") {
    log_decision(entry, body, remember(entry, body));
  } else if (entry.kind.starts_with("run.")) {
    remember(entry, body);
    log_run(entry, body);
    if (entry.kind == "run.started") alerts_[entry.run] = name_of(entry);
    if (entry.kind == "run.ended") alerts_.erase(entry.run);
  } else if (entry.kind == "approval.requested") {
    const std::string id = entry.facts["id"].as_string();
    base::log_info("approval requested", {{"id", id},
                                          {"run", entry.run},
                                          {"runbook", entry.facts["runbook"].text()},
                                          {"what", body["text"].as_string()},
                                          {"do", "reeve approve " + id + ", or reeve deny " + id}});
  } else if (entry.kind == "step.in_doubt") {
    base::log_info("step in doubt", {{"run", entry.run},
                                     {"path", entry.facts["path"].as_string()},
                                     {"target", entry.subject},
                                     {"alert", name_of(entry)}});
  } else if (entry.kind == "operator.breaker_reset") {
    base::log_info("breaker reset", {{"runbook", entry.facts["runbook"].as_string()},
                                     {"target", entry.facts["target"].as_string()},
                                     {"actor", entry.actor}});
  }
}

void Needs::log_decision(const Entry& entry, const Words& body, bool needed) {
  const std::string& verdict = entry.facts["verdict"].as_string();
  if (entry.facts["point"].as_string() != "start" || (verdict != "refuse" && verdict != "defer")) return;
  const std::string& reason = body["reason"].as_string();
  std::vector<std::string> targets;
  for (const Value& target : entry.facts["targets"].as_list()) targets.push_back(target.text());
  const Firing* firing = firing_of(entry);
  if (targets.empty() && firing && !firing->target.empty()) targets.push_back(firing->target);
  const std::string rail = std::to_string(entry.facts["rail"].as_int()) + " " + body["rail_name"].as_string();
  const std::string message = std::string("remediation ") + (verdict == "defer" ? "deferred" : "refused");
  if (!needed)
    return base::log_info(message, {{"alert", name_of(entry)},
                                    {"target", base::join(targets, ",")},
                                    {"runbook", entry.facts["runbook"].text()},
                                    {"rail", rail},
                                    {"reason", reason}});
  base::log_warn(message + ", a person is needed", {{"alert", name_of(entry)},
                                                    {"target", base::join(targets, ",")},
                                                    {"runbook", entry.facts["runbook"].text()},
                                                    {"rail", rail},
                                                    {"reason", plain(reason)},
                                                    {"do", command_of(reason, entry.seq)}});
}

void Needs::log_run(const Entry& entry, const Words& body) {
  const std::string runbook = entry.facts["runbook"].as_string(), alert = name_of(entry);
  if (entry.kind == "run.started")
    return base::log_info("run started", {{"run", entry.run}, {"runbook", runbook}, {"alert", alert}});
  if (entry.kind == "run.parked") {
    std::string to_do = to_do_of_parked(entry);
    if (to_do.empty()) return;
    const std::string reason = body["text"].as_string();
    if (reason.find(guard::kLookThen) != std::string::npos) to_do = command_of(reason, entry.seq);
    return base::log_warn("run stands still, a person is needed", {{"run", entry.run},
                                                                   {"alert", alert},
                                                                   {"why", entry.facts["reason"].as_string()},
                                                                   {"reason", plain(reason)},
                                                                   {"do", to_do}});
  }
  if (entry.kind != "run.ended") return;
  const std::string result = entry.facts["result"].as_string(), reason = body["message"].as_string();
  if (!helped_not(entry))
    return base::log_info(
        "run ended",
        {{"run", entry.run}, {"runbook", runbook}, {"alert", alert}, {"result", result}, {"message", reason}});
  base::log_warn("run ended, a person is needed", {{"run", entry.run},
                                                   {"runbook", runbook},
                                                   {"alert", alert},
                                                   {"result", result},
                                                   {"reason", reason},
                                                   {"do", "reeve runs " + entry.run}});
}

}  // namespace reeve::app
