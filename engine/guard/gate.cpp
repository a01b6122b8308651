// The rails of SAFETY, in the order in which they are asked: what can never be right first, what a person may allow
// last.
#include <algorithm>

#include "guard/guard.h"

namespace reeve::guard {

namespace {
using model::Decision;
using model::Verdict;

struct Question {
  const State& state;
  const Act& act;
  const Settings& settings;
  base::Boot now;
  /// The targets these rails judge: all at the start, at a step those that the start did not know.
  std::vector<std::string> judged;
};
using Answer = std::optional<Decision>;

Answer refuse(std::string reason) {
  return Decision{Verdict::kRefuse, 0, "", std::move(reason)};
}
Answer defer(base::Duration delay, std::string reason) {
  return Decision{Verdict::kDefer, 0, "", std::move(reason), delay};
}
Answer ask(std::string who, std::string reason) {
  return Decision{Verdict::kAsk, 0, "", std::move(reason), {}, std::move(who)};
}
std::string n(int64_t number) {
  return std::to_string(number);
}
std::string span(base::Duration d) {
  return base::format_duration(d);
}

Answer empty_target(const Question& q) {
  if (q.act.targets.empty()) return refuse("no target: an empty selection is never \"everything\"");
  for (const std::string& target : q.act.targets)
    if (base::trim(target).empty()) return refuse("a target is blank");
  return {};
}

Answer protected_set(const Question& q) {
  for (const std::string& target : q.act.targets)
    for (const std::string& pattern : q.settings.protect)
      if (base::matches_glob(pattern, target)) return refuse(target + " is protected (" + pattern + ")");
  return {};
}

Answer kill_switch(const Question& q) {
  const State::Switch* pulled = q.state.halted(q.act.targets);
  if (!pulled) return {};
  const std::string reason = "halted" + (pulled->scope.empty() ? "" : " for " + pulled->scope) +
                             (pulled->reason.empty() ? "" : ": " + pulled->reason) + " (lift with reeve halt --lift)";
  // A person gets a plain no; what an alert wants is looked at again when the switch is lifted.
  if (q.act.point == Point::kStart && !q.act.requested_by.empty()) return refuse(reason);
  return defer(base::seconds(5), reason);
}

Answer dead_man(const Question& q) {
  if (q.act.engine_degraded) return defer(base::seconds(5), "the engine is blind or cannot write its ledger");
  return {};
}

Answer stale_data(const Question& q) {
  if (!q.act.data_needed) return {};
  if (!q.act.instead_of.empty())
    return refuse("the alert is about " + q.act.instead_of + ", but its name now means " +
                  base::join(q.act.targets, ", ") + ": nothing is known about that one");
  if (q.act.warming) return defer(base::seconds(5), "restored alert: its data is not complete again since the restart");
  const base::Duration limit = q.act.stale_after.value_or(*q.settings.max_age);
  if (!q.act.data_age) return refuse("no data about the target: nothing is done on what cannot be seen");
  if (*q.act.data_age > limit)
    return refuse("stale data: " + span(*q.act.data_age) + " old, at most " + span(limit) + " allowed");
  return {};
}

Answer flapping(const Question& q) {
  if (*q.settings.flap && q.act.flapping) return refuse("the alert is flapping: a person should look");
  return {};
}

Answer silenced(const Question& q) {
  if (q.act.silenced) return refuse("silenced or in maintenance");
  return {};
}

Answer breaker(const Question& q) {
  const Breaker& limits = *q.settings.breaker;
  if (limits.off) return {};
  const base::Boot since = q.now - limits.within;
  for (const std::string& target : q.judged)
    if (const int failed = q.state.failures_of_target(q.act.runbook, target, since); failed >= limits.failures_target)
      return refuse(q.act.runbook + " failed " + n(failed) + " times on " + target + " within " + span(limits.within) +
                    std::string(kLookThen) + reset_command(q.act.runbook, target));
  if (q.act.point == Point::kStep && !q.act.new_group && q.judged.empty()) return {};
  if (const int failed = q.state.failures_of_group(q.act.runbook, q.act.group, since); failed >= limits.failures_group)
    return refuse(q.act.runbook + " failed " + n(failed) + " times in group " + q.act.group + " within " +
                  span(limits.within) + std::string(kLookThen) + reset_command(q.act.runbook, ""));
  return {};
}

Answer cool_down(const Question& q) {
  for (const std::string& target : q.judged) {
    const auto last = q.state.last_act(q.act.runbook, target, q.act.run);
    if (!last) continue;
    const base::Duration left = *last + *q.settings.cool_down - q.now;
    if (left.us > 0)
      return defer(left, q.act.runbook + " acted on " + target + " " + span(q.now - *last) + " ago: cool-down of " +
                             span(*q.settings.cool_down));
  }
  return {};
}

Answer lease(const Question& q) {
  for (const std::string& target : q.act.targets) {
    const Lease* held = q.state.lease(target);
    if (!held) continue;
    if (held->run != q.act.run) return defer(base::millis(200), target + " is held by run " + held->run);
    if (held->epoch > q.act.epoch) return refuse(target + " is held by a newer epoch of this run");
  }
  return {};
}

Answer concurrency(const Question& q) {
  const int active = q.state.active_targets(q.act.runbook, q.act.run);
  const int wanted = static_cast<int>(q.judged.size());
  if (active + wanted <= *q.settings.concurrency || (active == 0 && q.act.point == Point::kStep)) return {};
  if (active == 0)
    return refuse(n(wanted) + " targets at once, at most " + n(*q.settings.concurrency) + " allowed (concurrency)");
  return defer(base::millis(200), q.act.runbook + " is at work on " + n(active) + " of at most " +
                                      n(*q.settings.concurrency) + " targets");
}

/// Of the act's targets, those that are healthy: members already unhealthy are not lost by the act.
int lost_now(const Act& act) {
  return static_cast<int>(std::count_if(act.targets.begin(), act.targets.end(), [&](const std::string& target) {
    return std::find(act.healthy.begin(), act.healthy.end(), target) != act.healthy.end();
  }));
}

constexpr size_t kSmallestGroup = 3;

Answer budget(const Question& q) {
  if (q.act.members.size() < kSmallestGroup) return {};
  const int lost = lost_now(q.act) + q.state.lost_in_group(q.act.group, q.now - *q.settings.cool_down, q.act.run);
  const int allowed = std::max(1, static_cast<int>(*q.settings.budget * static_cast<double>(q.act.members.size())));
  if (lost_now(q.act) == 0 || lost <= allowed) return {};
  return defer(*q.settings.cool_down, "blast radius: " + n(lost) + " of " +
                                          n(static_cast<int64_t>(q.act.members.size())) + " members of " + q.act.group +
                                          " would be touched within " + span(*q.settings.cool_down) + ", at most " +
                                          n(allowed) + " allowed");
}

Answer floor(const Question& q) {
  if (q.act.members.size() < kSmallestGroup || lost_now(q.act) == 0) return {};
  const int left = static_cast<int>(q.act.healthy.size()) - lost_now(q.act);
  const double least = *q.settings.floor * static_cast<double>(q.act.members.size());
  if (left >= least) return {};
  return refuse("capacity floor: " + n(left) + " healthy members of " + q.act.group + " would be left, at least " +
                base::format_number(least) + " must be");
}

Answer rate(const Question& q) {
  const int acts = q.state.acts_since(q.now - base::minutes(1), q.act.run);
  if (acts < *q.settings.rate) return {};
  return defer(base::seconds(1), n(acts) + " acts within the last minute, at most " + n(*q.settings.rate) + " allowed");
}

Answer approval(const Question& q) {
  if (q.act.approved || q.act.effect == model::Effect::kRead) return {};
  if (q.act.effect == model::Effect::kDestroy) return ask("two persons", "a destroying act always needs approval");
  if (q.act.mode == "approve") return ask("operator", "mode approve: a person must say yes");
  return {};
}

/// Is a rail of the start asked again at a step?
enum class AtStep {
  kNo,
  kYes,
  kNewTarget,   ///< for targets that the start did not judge
  kNewGroup,    ///< also for a group that the start did not know
  kNewMembers,  ///< also where the plan is the first to tell who is in the group, and well
};

struct Rail {
  int number;
  const char* name;
  Answer (*question)(const Question&);
  bool at_start;
  AtStep at_step;
  bool at_cleanup;
};

constexpr Rail kRails[] = {
    {17, "empty target", empty_target, true, AtStep::kYes, false},
    {19, "protected set", protected_set, true, AtStep::kYes, true},
    {13, "kill switch", kill_switch, true, AtStep::kYes, true},
    {24, "dead man", dead_man, true, AtStep::kYes, false},
    {10, "stale data", stale_data, true, AtStep::kYes, false},
    {7, "flapping", flapping, true, AtStep::kNewTarget, false},
    {15, "silence", silenced, true, AtStep::kYes, false},
    {6, "breaker", breaker, true, AtStep::kNewGroup, false},
    {5, "cool-down", cool_down, true, AtStep::kNewTarget, false},
    {4, "capacity floor", floor, true, AtStep::kNewMembers, false},
    {3, "blast radius", budget, true, AtStep::kNewMembers, false},
    {2, "lease", lease, false, AtStep::kYes, true},
    {1, "concurrency", concurrency, true, AtStep::kNewTarget, false},
    {23, "global rate", rate, true, AtStep::kNewTarget, false},
    {14, "approval", approval, true, AtStep::kYes, false},
};

model::Value inputs_of(const Act& act, const Settings& settings, base::Boot now) {
  const auto list = [](const auto& items) {
    model::Value out = model::Value::list();
    for (const std::string& item : items) out.push(item);
    return out;
  };
  constexpr const char* kPoints[] = {"start", "step", "cleanup"};
  model::Value in = model::Value::map();
  in.set("point", kPoints[static_cast<int>(act.point)]).set("runbook", act.runbook).set("action", act.action);
  in.set("run", act.run).set("epoch", act.epoch).set("targets", list(act.targets)).set("group", act.group);
  in.set("members", list(act.members)).set("healthy", list(act.healthy)).set("effect", model::effect_name(act.effect));
  in.set("class", model::action_class_name(act.cls)).set("mode", act.mode).set("approved", act.approved);
  in.set("requested_by", act.requested_by).set("data_needed", act.data_needed);
  if (act.data_age) in.set("data_age_ms", act.data_age->ms());
  if (act.stale_after) in.set("stale_after_ms", act.stale_after->ms());
  in.set("flapping", act.flapping).set("warming", act.warming).set("silenced", act.silenced);
  in.set("engine_degraded", act.engine_degraded).set("new_targets", list(act.new_targets));
  in.set("new_group", act.new_group).set("new_members", act.new_members).set("instead_of", act.instead_of);
  in.set("settings", settings.to_value()).set("now_boot_us", now.us);
  return in;
}

bool applies(const Rail& rail, const Act& act) {
  if (act.point == Point::kStart) return rail.at_start;
  if (act.point == Point::kCleanup) return rail.at_cleanup;
  const bool new_target = !act.new_targets.empty();
  switch (rail.at_step) {
    case AtStep::kNo:
      return false;
    case AtStep::kYes:
      return true;
    case AtStep::kNewTarget:
      return new_target;
    case AtStep::kNewGroup:
      return new_target || act.new_group;
    case AtStep::kNewMembers:
      return new_target || act.new_members;
  }
  return true;
}
}  // namespace

Decision gate(const State& state, const Act& act, const Settings& given, base::Boot now) {
  const Settings settings = defaults().under(given);
  const bool at_step = act.point == Point::kStep;
  const std::vector<std::string> judged =
      at_step ? std::vector<std::string>(act.new_targets.begin(), act.new_targets.end()) : act.targets;
  const Question question{state, act, settings, now, judged};
  for (const Rail& rail : kRails) {
    if (!applies(rail, act)) continue;
    Answer answer = rail.question(question);
    if (!answer) continue;
    answer->rail = rail.number;
    answer->rail_name = rail.name;
    answer->inputs = inputs_of(act, settings, now);
    return *answer;
  }
  return {Verdict::kAllow, 0, "", "every rail allows it", {}, "", inputs_of(act, settings, now)};
}

}  // namespace reeve::guard
