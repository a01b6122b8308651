#include <algorithm>

#include "guard/guard.h"

namespace reeve::guard {

namespace {
std::vector<std::string> texts(const model::Value& list) {
  std::vector<std::string> out;
  for (const model::Value& item : list.as_list()) out.push_back(item.text());
  return out;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}
}  // namespace

void State::apply(const model::Entry& entry, base::Boot at) {
  if (entry.kind == "lease.acquired") {
    leases_[entry.subject] = {entry.run, static_cast<uint64_t>(entry.facts["epoch"].as_int())};
  } else if (entry.kind == "lease.released") {
    if (const Lease* held = lease(entry.subject); held && held->run == entry.run) leases_.erase(entry.subject);
  } else if (entry.kind == "run.started") {
    started(entry);
  } else if (entry.kind == "run.parked") {
    if (auto run = runs_.find(entry.run); run != runs_.end()) run->second.parked = true;
  } else if (entry.kind == "run.resumed") {
    if (auto run = runs_.find(entry.run); run != runs_.end()) run->second.parked = false;
  } else if (entry.kind == "run.ended") {
    ended(entry, at);
  } else if (entry.kind == "step.intent") {
    intended(entry, at);
  } else if (entry.kind == "switch.pulled" || entry.kind == "switch.lifted") {
    switched(entry);
  } else if (entry.kind == "operator.breaker_reset") {
    reset_breaker(entry.facts["runbook"].as_string(), entry.facts["target"].as_string());
  }
}

void State::started(const model::Entry& entry) {
  Run& run = runs_[entry.run];
  run.runbook = entry.facts["runbook"].as_string();
  run.group = entry.facts["group"].as_string();
  run.targets = texts(entry.facts["targets"]);
}

void State::intended(const model::Entry& entry, base::Boot at) {
  Run& run = runs_[entry.run];
  run.acted = true;
  // What a plan told is true; what the start knew (of an alert's label) stands in where none has told.
  const std::string& told = entry.facts["group"].as_string();
  const std::string group = told.empty() ? run.group : told;
  if (run.group.empty()) run.group = group;
  const std::vector<std::string> lost = texts(entry.facts["lost"]);
  for (const std::string& target : texts(entry.facts["targets"])) {
    if (!contains(run.targets, target)) run.targets.push_back(target);
    run.groups[target] = group;
    acts_.push_back({at, run.runbook, target, group, entry.run, contains(lost, target)});
  }
}

void State::ended(const model::Entry& entry, base::Boot at) {
  const auto found = runs_.find(entry.run);
  if (found == runs_.end()) return;
  const Run& run = found->second;
  const std::string result = entry.facts["result"].as_string();
  // A run that never acted, or that a person cancelled, says nothing about whether its remediation works.
  if (run.acted && result != "succeeded" && result != "cancelled")
    for (const std::string& target : run.targets) {
      const auto group = run.groups.find(target);
      const std::string& of_target = group == run.groups.end() ? run.group : group->second;
      failures_.push_back({at, run.runbook, target, of_target, entry.run});
    }
  runs_.erase(found);
  std::erase_if(leases_, [&](const auto& item) { return item.second.run == entry.run; });
}

void State::forget_before(base::Boot at) {
  const auto old = [at](const Deed& deed) { return deed.at < at; };
  std::erase_if(acts_, old);
  std::erase_if(failures_, old);
}

const Lease* State::lease(const std::string& target) const {
  const auto found = leases_.find(target);
  return found == leases_.end() ? nullptr : &found->second;
}

std::optional<base::Boot> State::last_act(const std::string& runbook, const std::string& target,
                                          const std::string& except_run) const {
  for (auto deed = acts_.rbegin(); deed != acts_.rend(); ++deed)
    if (deed->runbook == runbook && deed->target == target && deed->run != except_run && !deed->over) return deed->at;
  return std::nullopt;
}

int State::active_targets(const std::string& runbook, const std::string& except_run) const {
  size_t active = 0;
  for (const auto& [id, run] : runs_)
    if (id != except_run && !run.parked && run.runbook == runbook) active += std::max<size_t>(1, run.targets.size());
  return static_cast<int>(active);
}

int State::lost_in_group(const std::string& group, base::Boot since, const std::string& except_run) const {
  return static_cast<int>(std::count_if(acts_.begin(), acts_.end(), [&](const Deed& deed) {
    return deed.lost && deed.group == group && deed.at >= since && deed.run != except_run;
  }));
}

int State::acts_since(base::Boot since, const std::string& except_run) const {
  std::vector<std::string> runs;
  for (const Deed& deed : acts_)
    if (deed.at >= since && deed.run != except_run && !contains(runs, deed.run)) runs.push_back(deed.run);
  return static_cast<int>(runs.size());
}

}  // namespace reeve::guard
