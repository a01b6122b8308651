// What the gate is to judge: of a run that is to start, and of each change it comes to.
#include <algorithm>

#include "runbook/run.h"

namespace reeve::runbook {

namespace {
bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// Does an argument repeat what the alert calls its target: its label `name`, or the one called like the argument?
bool names_target_of(const model::Alert& alert, const model::Value& args) {
  for (const auto& [key, value] : args.as_map()) {
    const std::string text = value.text();
    if (!text.empty() && (alert.labels.get("name") == text || alert.labels.get(key) == text)) return true;
  }
  return false;
}
}  // namespace

guard::Act Run::act(guard::Point point) const {
  guard::Act act;
  act.point = point;
  act.runbook = terms_.runbook;
  act.run = terms_.run;
  act.epoch = epoch_;
  act.targets = terms_.targets;
  act.group = terms_.group;
  act.mode = terms_.mode;
  act.approved = terms_.approved;
  act.requested_by = terms_.requested_by;
  act.stale_after = terms_.stale_after;
  if (!terms_.alert) {
    act.data_needed = false;
    return act;
  }
  act.data_age = context_.ports.data_age ? context_.ports.data_age(*terms_.alert) : std::nullopt;
  const auto now = context_.ports.alert_now ? context_.ports.alert_now(*terms_.alert) : terms_.alert;
  act.warming = now && now->warming;
  act.flapping = context_.ports.flapping && context_.ports.flapping(*terms_.alert);
  return act;
}

bool Run::is_judged(const std::string& target) const {
  return contains(terms_.targets, target);
}

bool Run::is_approved(const std::string& target) const {
  return terms_.approved && contains(terms_.named(), target);
}

bool Run::are_judged(const std::vector<std::string>& targets) const {
  return std::all_of(targets.begin(), targets.end(), [this](const std::string& target) { return is_judged(target); });
}

std::string Run::group_of(const Intent& intent, const model::Plan& plan) const {
  if (!plan.group.empty()) return plan.group;
  return terms_.group.empty() || !are_judged(plan.targets) ? intent.instance : terms_.group;
}

guard::Act Run::act(const Intent& intent, const model::Plan& plan) const {
  guard::Act act = this->act(cleaning() ? guard::Point::kCleanup : guard::Point::kStep);
  act.action = intent.name;
  act.targets = intent.targets;
  act.group = intent.group;
  act.members = plan.members;
  act.healthy = plan.healthy;
  act.effect = intent.effect;
  act.cls = intent.cls;
  for (const std::string& target : intent.targets)
    if (!is_judged(target)) act.new_targets.insert(target);
  act.new_members = !groups_.contains(intent.group);
  act.new_group = act.new_members && intent.group != terms_.group;
  act.instead_of = meant_by_name(intent);
  // A yes is bound to its targets.
  act.approved = intent.effect == model::Effect::kChange &&
                 std::all_of(intent.targets.begin(), intent.targets.end(),
                             [this](const std::string& target) { return is_approved(target); });
  return act;
}

// A name may mean another thing than when the alert fired: a container that was made anew has another id. A runbook
// may well act on other targets than its alert's, but then it calls them otherwise.
std::string Run::meant_by_name(const Intent& intent) const {
  if (!terms_.alert) return {};
  const std::string& target = terms_.alert->target;
  if (!base::starts_with(target, intent.instance + "/") || contains(intent.targets, target)) return {};
  for (const model::Alert& alert : joined_)
    if (contains(intent.targets, alert.target)) return {};
  return names_target_of(*terms_.alert, intent.args) ? target : "";
}

}  // namespace reeve::runbook
