// Before a change: the gate is asked on what its plan named, and what it says is done.
#include <algorithm>

#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using model::Value;
using model::Verdict;

namespace {
/// A plan older than this is made anew before the gate is asked again.
constexpr base::Duration kPlanAge = base::seconds(1);
constexpr base::Duration kLeaseWait = base::millis(200);

model::Decision lease_held(const std::string& holder) {
  model::Decision decision;
  decision.verdict = Verdict::kDefer;
  decision.rail = 2;
  decision.rail_name = "lease";
  decision.reason = "a target is held by run " + holder;
  decision.defer = kLeaseWait;
  return decision;
}
}  // namespace

guard::Act Step::act() const {
  guard::Act act = run().act(intent_, plan_);
  // Beside what the start was approved for: what was said yes to here, and what was let through and is tried again.
  const bool change = intent_.effect == model::Effect::kChange;
  act.approved = (change && intended_) ||
                 std::all_of(intent_.targets.begin(), intent_.targets.end(), [&](const std::string& target) {
                   return approved_for_.contains(target) || (change && run().is_approved(target));
                 });
  return act;
}

void Step::ask_gate() {
  Run& run = this->run();
  if (!run.may_step()) {
    if (context_.draining) return after(base::seconds(1), At::kGate);
    if (intended_)
      return finish(Error{Fault::kUnknownOutcome, intent_.name + ": the run ends before it was tried again"});
    return finish(Error{Fault::kTimeout, intent_.name + ": the run ends before this step began"});
  }
  if (!run.changes_left() && !intended_) {
    at_ = At::kParked;
    return run.park("limit", intent_.path,
                    "more than " + std::to_string(run.terms().changes) + " changes (limits.changes): " + intent_.name);
  }
  const model::Decision decision = context_.ports.gate(act(), run.terms().safety);
  const std::string holder = context_.leases.holder(intent_.targets, run.id());
  if (decision.verdict == Verdict::kAllow && !holder.empty()) return hold(lease_held(holder));
  if (decision.verdict != Verdict::kAllow) return hold(decision);
  allowed(decision);
}

// Anything but yes. The verdict is recorded when it is a new one.
void Step::hold(const model::Decision& decision) {
  Run& run = this->run();
  decision_ = decision;
  const std::string verdict = std::string(model::verdict_name(decision.verdict)) + std::to_string(decision.rail);
  if (std::exchange(last_verdict_, verdict) != verdict) {
    model::Entry entry = run.entry("decision");
    entry.subject = intent_.targets[0];
    entry.facts.set("point", "step").set("path", intent_.path).set("name", intent_.name);
    entry.facts.set("verdict", model::verdict_name(decision.verdict)).set("rail", decision.rail);
    entry.body = model::to_json(decision.to_value());
    context_.ledger.append(std::move(entry));
  }
  if (decision.verdict == Verdict::kDefer) {
    run.park(decision.rail == 13 ? "halted" : "deferred", intent_.path, decision.reason);
    return after(std::max(decision.defer, base::millis(50)), At::kGate);
  }
  if (decision.verdict == Verdict::kAsk) return ask(decision);
  at_ = At::kParked;
  run.park(decision.rail == 13 ? "halted" : "refused", intent_.path, decision.reason);
}

void Step::ask(const model::Decision& decision) {
  at_ = At::kApproval;
  asked_for_ = {intent_.targets.begin(), intent_.targets.end()};
  Value digested = Value::map();
  digested.set("action", intent_.name).set("args", intent_.args).set("targets", list_of(intent_.targets));
  std::string text = plan_.preview.empty() ? intent_.name + " on " + base::join(intent_.targets, ", ") : plan_.preview;
  text += " (" + decision.reason;
  if (run().terms().approved && intent_.effect == model::Effect::kChange)
    text += "; the first yes was for " + base::join(run().terms().named(), ", ");
  run().ask_person(intent_.path, text + ")", decision.who, digested, base::hours(1), handle_);
}

void Step::wake() {
  if (at_ != At::kGate && at_ != At::kParked) return;
  // The two rails that a person lifts.
  if (at_ == At::kParked && (in_doubt_ || (decision_.rail != 13 && decision_.rail != 6))) return;
  if (timer_ != 0) context_.loop.cancel(std::exchange(timer_, 0));
  // What has not begun is planned again: the world went on while it waited.
  if (!intended_ && context_.now() - planned_at_ > kPlanAge) return ask_plan();
  ask_gate();
}

void Step::approved(bool yes, const std::string& by, const std::string& why) {
  if (at_ != At::kApproval) return;
  if (!yes) return finish(Error{Fault::kDenied, intent_.name + ": " + (why.empty() ? "denied by " + by : why)});
  approved_for_ = asked_for_;
  if (!intended_ && context_.now() - planned_at_ > kPlanAge) return ask_plan();
  ask_gate();
}

void Step::allowed(const model::Decision& decision) {
  last_verdict_.clear();
  run().unpark("allowed");
  if (intended_) return invoke();
  intend(decision);
}

}  // namespace reeve::runbook
