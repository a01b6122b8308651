#include "runbook/step.h"

#include <algorithm>

#include "model/json.h"
#include "runbook/run.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using model::ActionClass;
using model::Value;

Step::Step(Context& context, base::Handle run, Intent seed, int line, base::Duration timeout)
    : context_(context), run_(run), intent_(std::move(seed)), line_(line), timeout_(timeout) {}

Step::~Step() {
  if (timer_ != 0) context_.loop.cancel(timer_);
}

// A run outlives its steps.
Run& Step::run() const {
  Run* run = context_.runs.find(run_);
  REEVE_ASSERT(run);
  return *run;
}

ActionPort::Call Step::call() const {
  return {intent_.instance, intent_.action, intent_.args, timeout_};
}

void Step::after(base::Duration delay, At at) {
  at_ = at;
  if (timer_ != 0) context_.loop.cancel(timer_);
  timer_ = context_.loop.after(delay, context_.steps.on(handle_, &Step::on_timer));
}

void Step::on_timer() {
  timer_ = 0;
  if (at_ == At::kPlan) return ask_plan();
  if (at_ == At::kGate) return wake();
  if (at_ == At::kBackOff) return ask_gate();
  if (at_ == At::kProbe || at_ == At::kSettle) return probe();
}

// ---- plan ----------------------------------------------------------------------------------------------------------

void Step::begin() {
  ask_plan();
}

void Step::ask_plan() {
  const model::ActionSpec* spec = context_.ports.actions->spec(intent_.instance, intent_.action);
  if (!spec) return finish(Error{Fault::kNotFound, intent_.name + ": " + intent_.instance + " has no such action now"});
  intent_.cls = spec->cls;
  intent_.effect = spec->effect;
  intent_.causes = spec->causes;
  intent_.settles = spec->settles;
  at_ = At::kPlan;
  if (spec->has_plan) {
    return context_.ports.actions->plan(call(), context_.steps.on(handle_, &Step::on_plan));
  }
  // Without a plan the change has the one target that its run names.
  model::Plan plan;
  plan.targets = {run().terms().targets[0]};
  planned(std::move(plan));
}

void Step::on_plan(Result<model::Plan> plan) {
  if (!plan.ok()) {
    const Fault fault = plan.error().fault;
    if (fault == Fault::kUnavailable) return wait_for_plugin(plan.error());
    const bool again = fault == Fault::kTransient || fault == Fault::kThrottled || fault == Fault::kTimeout;
    if (!again || attempts_ >= kRetries) return finish(plan.error());
    return after(retry_delay(attempts_++, plan.error(), context_.random), At::kPlan);
  }
  attempts_ = 0;
  if (plan->targets.empty())
    return finish(base::invalid(intent_.name + ": its plan names no target: nothing is done to an empty selection"));
  planned(std::move(*plan));
}

void Step::planned(model::Plan plan) {
  plan_ = std::move(plan);
  planned_at_ = context_.now();
  intent_.targets = plan_.targets;
  intent_.group = run().group_of(intent_, plan_);
  intent_.baseline = plan_.baseline;
  if (plan_.settles) intent_.settles = plan_.settles;
  const auto& of_runbook = run().terms().safety.settles;
  const std::optional<base::Duration> override = of_runbook ? of_runbook : context_.settings().settles;
  if (override && intent_.settles) intent_.settles = override;
  ask_gate();
}

// ---- intent --------------------------------------------------------------------------------------------------------

void Step::intend(const model::Decision& decision) {
  Run& run = this->run();
  if (!context_.ledger.writable()) {
    run.park("ledger", intent_.path, "the ledger cannot be written: nothing is done without its intent there");
    return after(base::seconds(1), At::kGate);
  }
  run.acquire(intent_.targets);
  model::Entry entry = run.entry("step.intent");
  intent_.at = context_.wall();
  const model::Entry made = intent_entry(intent_, plan_.preview, decision);
  entry.subject = made.subject;
  entry.facts = made.facts;
  entry.body = made.body;
  entry.at = intent_.at;
  entry.facts.set("epoch", run.epoch()).set("line", line_).set("cleaning", run.cleaning());
  Value lost = Value::list();
  for (const std::string& target : intent_.targets)
    if (std::find(plan_.healthy.begin(), plan_.healthy.end(), target) != plan_.healthy.end()) lost.push(target);
  entry.facts.set("lost", std::move(lost));
  stamp(entry.facts, context_.loop.clock());
  context_.effects.open(run.id() + "/" + intent_.path, intent_.targets, intent_.causes, intent_.at);
  at_ = At::kIntent;
  context_.ledger.append(std::move(entry), context_.steps.on(handle_, &Step::on_durable));
}

void Step::on_durable(base::Status status) {
  if (!status.ok()) {
    context_.effects.close(run().id() + "/" + intent_.path);
    run().park("ledger", intent_.path, "the ledger refused the intent: " + status.error().text);
    return after(base::seconds(1), At::kGate);
  }
  intended_ = true;
  run().add_intent(intent_);
  invoke();
}

// ---- invoke --------------------------------------------------------------------------------------------------------

void Step::invoke() {
  at_ = At::kInvoke;
  ++attempts_;
  begun_ = context_.wall();
  context_.invoke_began();
  context_.ports.actions->invoke(call(), intent_.key, intent_.baseline, {run().id(), run().epoch()},
                                 context_.steps.on(handle_, &Step::on_result));
}

bool Step::may_repeat() const {
  return intent_.cls != ActionClass::kProbed && intent_.cls != ActionClass::kOnce && attempts_ <= kRetries;
}

void Step::on_result(Result<Value> result) {
  // In a turn of its own: who waits for quiet may end this step.
  context_.invoke_ended();
  if (result.ok()) return finish(std::move(result));
  const Error& error = result.error();
  switch (error.fault) {
    case Fault::kUnknownOutcome:
    case Fault::kTimeout:
      return doubt(error);
    case Fault::kUnavailable:
      return wait_for_plugin(error);  // it had not begun
    case Fault::kTransient:
    case Fault::kThrottled:
      if (may_repeat()) return back_off(error);
      break;
    default:
      break;
  }
  finish(error);
}

void Step::back_off(const Error& error) {
  after(retry_delay(attempts_ - 1, error, context_.random), At::kBackOff);
}

// The plugin's process is gone; it is restarted with back-off of its own. Its absence ends no step before its run does.
void Step::wait_for_plugin(const Error& error) {
  if (!run().may_step() && !context_.draining) return finish(error);
  if (intended_ && attempts_ > 0) --attempts_;
  if (++unavailable_ == 10) run().park("plugin_gone", intent_.path, error.text);
  const base::Duration delay = std::min(base::millis(100) * unavailable_, base::seconds(5));
  after(delay, intended_ ? At::kBackOff : At::kPlan);
}

void Step::finish(Result<Value> result) {
  if (at_ == At::kDone) return;
  at_ = At::kDone;
  Run& run = this->run();
  Row row;
  row.path = intent_.path;
  row.kind = "action";
  row.name = intent_.name;
  row.digest = intent_.digest;
  row.line = line_;
  row.ok = result.ok();
  if (result.ok()) {
    row.value = model::to_json(*result);
  } else {
    row.error = result.error();
  }
  model::Entry entry = run.entry(intended_ ? "step.outcome" : "step.read");
  entry.subject = intent_.targets.size() == 1 || (intent_.group.empty() && !intent_.targets.empty())
                      ? intent_.targets[0]
                      : intent_.group;
  if (entry.subject.empty()) entry.subject = intent_.instance;
  Value body = Value::map();
  if (intended_) {
    entry.facts.set("attempts", attempts_).set("class", model::action_class_name(intent_.cls));
    entry.facts.set("settles_ms", settle_time().ms());
    if (begun_ != base::Time{}) entry.facts.set("begun_us", begun_.us);
    stamp(entry.facts, context_.loop.clock());
    context_.effects.outcome(run.id() + "/" + intent_.path, context_.now() + settle_time());
  } else {
    body.set("args", intent_.args);
  }
  const base::Handle self = handle_;
  Context& context = context_;
  run.answered(std::move(row), std::move(entry), std::move(body));
  context.loop.post([&context, self] { context.steps.erase(self); });
}

// How long after its outcome an effect may still be seen: what the manifest says, else a moment for the event to come.
base::Duration Step::settle_time() const {
  return intent_.settles.value_or(base::seconds(5));
}

bool Step::interrupt() {
  if (intended_ && at_ != At::kBackOff && at_ != At::kGate && at_ != At::kApproval && at_ != At::kParked) return false;
  if (in_doubt_ || at_ == At::kIntent) return false;
  if (intended_) {
    finish(Error{Fault::kUnknownOutcome, intent_.name + ": the run was ended before it was tried again"});
    return true;
  }
  at_ = At::kDone;
  if (timer_ != 0) context_.loop.cancel(std::exchange(timer_, 0));
  Context& context = context_;
  context.loop.post([&context, self = handle_] { context.steps.erase(self); });
  return true;
}

}  // namespace reeve::runbook
