#include "app/owed.h"

#include <algorithm>

#include "alert/payload.h"
#include "app/records.h"
#include "model/json.h"
#include "rule/records.h"

namespace reeve::app {

using model::Value;

namespace {
base::Result<Today> today_of(Parts& parts) {
  Today out;
  out.now = parts.clock.wall();
  for (const alert::Receiver& receiver : parts.config.notify) out.receivers.insert(receiver.name);
  // Also one that the first of two persons has answered.
  for (const Value& open : parts.runner->approvals().as_list()) out.open_approvals.insert(open["id"].as_string());
  REEVE_TRY(const auto runs, parts.reader->rows("runs"));
  for (const Value& row : runs)
    if (row["state"].as_string() != "ended") out.open_runs.insert(row["run"].as_string());
  return out;
}

void restore_messages(Parts& parts, const Today& today) {
  auto rows = parts.reader->rows("owed");
  if (!rows.ok()) return base::log_warn("what is owed cannot be read", {{"error", rows.error().text}});
  std::vector<Value> in_order = std::move(*rows);
  std::stable_sort(in_order.begin(), in_order.end(),
                   [](const Value& a, const Value& b) { return a["seq"].as_int() < b["seq"].as_int(); });
  for (const Value& row : in_order) {
    const auto entry = parts.reader->entry(static_cast<uint64_t>(row["seq"].as_int()));
    const std::string &key = row["delivery_key"].as_string(), &receiver = row["receiver"].as_string();
    if (!entry.ok()) {
      base::log_warn("what is owed cannot be read", {{"error", entry.error().text}});
      continue;
    }
    const auto body = *entry ? model::parse_json((*entry)->body.value_or("")) : base::Result<Value>(Value());
    std::string why = "redacted";
    if (*entry && body.ok() && body->is_map()) {
      const Value& facts = (*entry)->facts;
      why = why_not({facts["kind"].as_string(), (*entry)->run, facts["approval"].as_string(), receiver, (*entry)->at},
                    today);
      if (why.empty() && !parts.notifier->restore_owed(receiver, key, *body)) why = "nobody_asked";
    }
    if (!why.empty()) parts.ledger->append(untold_entry(key, receiver, *entry ? (*entry)->run : "", why, ""));
  }
}

/// Receivers know an alert by its labels: the end of an earlier episode would end the one of now.
bool fires_again(const std::vector<model::Alert>& now, const model::Alert& ended) {
  return std::any_of(now.begin(), now.end(), [&ended](const model::Alert& alert) {
    return alert.state == model::AlertState::kFiring && alert.rule_id == ended.rule_id && alert.key == ended.key;
  });
}

void restore_ends(Parts& parts, const Today& today, const ToldPairs& told) {
  ledger::Filter past;
  past.kind = "alert.resolved";
  past.from = today.now - kOwedFor;
  past.to = parts.started;
  past.bodies = false;
  std::vector<model::Entry> resolved;
  const base::Status status =
      parts.reader->scan(past, [&](const ledger::Stored& entry) { return resolved.push_back(entry), true; });
  if (!status.ok()) base::log_warn("which alerts ended cannot be read", {{"error", status.error().text}});
  const std::vector<model::Alert> alerts = parts.rules->alerts();
  for (const uint64_t seq : untold_ends(resolved, told, today.receivers)) {
    const auto entry = parts.reader->entry(seq);
    if (!entry.ok() || !*entry) continue;
    model::Alert alert = rule::alert_of(**entry);
    if (alert.nameless()) continue;  // its labels are gone: no receiver would know it again
    if (fires_again(alerts, alert)) continue;
    alert.state = model::AlertState::kResolved;
    parts.notifier->on_alert({model::AlertState::kFiring, std::move(alert)});
  }
}
}  // namespace

std::string why_not(const Owed& owed, const Today& today) {
  if (owed.at + kOwedFor < today.now) return "late";
  if (!today.receivers.contains(owed.receiver)) return "no_receiver";
  if (owed.kind == "approval" && !owed.approval.empty() && !today.open_approvals.contains(owed.approval))
    return "answered";
  if (owed.kind == "parked" && !today.open_runs.contains(owed.run)) return "over";
  return {};
}

std::vector<uint64_t> untold_ends(const std::vector<model::Entry>& resolved, const ToldPairs& told,
                                  const std::set<std::string>& receivers) {
  std::vector<uint64_t> out;
  for (const model::Entry& entry : resolved) {
    if (!entry.facts["fired"].as_bool()) continue;
    const model::Alert alert = rule::alert_of(entry);
    const std::string begin = alert::delivery_key(alert, model::AlertState::kFiring);
    const std::string end = alert::delivery_key(alert, model::AlertState::kResolved);
    const bool owed = std::any_of(receivers.begin(), receivers.end(), [&](const std::string& receiver) {
      return told.contains({begin, receiver}) && !told.contains({end, receiver});
    });
    if (owed) out.push_back(entry.seq);
  }
  return out;
}

void restore_owed(Parts& parts, const ToldPairs& told) {
  const auto today = today_of(parts);
  if (!today.ok()) return base::log_warn("what is owed cannot be read", {{"error", today.error().text}});
  restore_messages(parts, *today);
  restore_ends(parts, *today, told);
}

}  // namespace reeve::app
