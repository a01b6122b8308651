// What an intent without an outcome means, by its class (RUNBOOKS, "In doubt").
#include <algorithm>

#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using model::ActionClass;
using model::ProbeAnswer;
using model::Value;

namespace {
constexpr base::Duration kProbeAgain = base::millis(500);
constexpr int kProbesFailed = 20;
}  // namespace

// The sender is known to be dead since the run was taken up again: its plugin process died with the engine.
void Step::resume() {
  intended_ = true;
  in_doubt_ = intent_.in_doubt;
  sender_dead_ = intent_.sender_dead;
  if (in_doubt_) {
    at_ = At::kParked;
    return run().park("in_doubt", intent_.path, intent_.name + " is in doubt: a person must say whether it happened");
  }
  doubt({Fault::kUnknownOutcome, intent_.name + ": the engine ended while it was under way"});
}

// The answer is unknown: it may have happened, may be happening, or never began.
void Step::doubt(const Error& error) {
  if (sender_dead_ == base::Boot{}) sender_dead_ = context_.now();
  switch (intent_.cls) {
    case ActionClass::kRead:
    case ActionClass::kIdempotent:
    case ActionClass::kKeyed:
      if (attempts_ == 0) return ask_gate();  // after a restart
      if (may_repeat()) return back_off(error);
      return finish(error);
    case ActionClass::kProbed:
      return probe();
    case ActionClass::kOnce:
      break;
  }
  declare_doubt(error.text);
}

void Step::probe() {
  at_ = At::kProbe;
  context_.ports.actions->probe(call(), intent_.key, intent_.baseline, context_.steps.on(handle_, &Step::on_probe));
}

void Step::on_probe(base::Result<ProbeAnswer> answer) {
  if (at_ != At::kProbe) return;
  if (!answer.ok()) {
    const Fault fault = answer.error().fault;
    const bool again = fault == Fault::kUnavailable || fault == Fault::kTransient || fault == Fault::kThrottled ||
                       fault == Fault::kTimeout || fault == Fault::kUnknownOutcome;
    if (!again || ++probes_failed_ > kProbesFailed)
      return declare_doubt("the plugin cannot say what became of it: " + answer.error().text);
    return after(kProbeAgain, At::kProbe);
  }
  probes_failed_ = 0;
  if (*answer == ProbeAnswer::kDone) return finish(Value::map().set("probed", true));
  if (*answer == ProbeAnswer::kUnknown) return declare_doubt("the plugin does not know what became of it");
  if (*answer == ProbeAnswer::kRunning) return after(kProbeAgain, At::kProbe);
  if (!intent_.settles)
    return declare_doubt("it did not start, but how long a request may be under way is not known (no settles)");
  const base::Boot settled = sender_dead_ + *intent_.settles;
  if (context_.now() >= settled) return not_started();
  // The request may still arrive: until then it counts as running.
  if (!std::exchange(told_wait_, true) && settled - context_.now() > base::seconds(1))
    run().park("wait", intent_.path, intent_.name + ": a request that was sent may still arrive");
  after(std::min(kProbeAgain, settled - context_.now()), At::kSettle);
}

void Step::not_started() {
  sender_dead_ = {};
  if (attempts_ > kRetries)
    return finish(
        Error{Fault::kTimeout, intent_.name + ": did not start in " + std::to_string(attempts_) + " attempts"});
  ask_gate();
}

void Step::declare_doubt(const std::string& why) {
  Run& run = this->run();
  in_doubt_ = true;
  at_ = At::kParked;
  if (Intent* intent = run.intent(intent_.path)) intent->in_doubt = true;
  model::Entry entry = run.entry("step.in_doubt");
  entry.subject = intent_.targets.empty() ? intent_.instance : intent_.targets[0];
  entry.facts.set("path", intent_.path).set("class", model::action_class_name(intent_.cls));
  entry.facts.set("cleaning", run.cleaning());
  entry.body = model::to_json(Value::map().set("why", why));
  context_.ledger.append(std::move(entry));
  run.park("in_doubt", intent_.path,
           intent_.name + " on " + base::join(intent_.targets, ", ") + ": " + why + " (say happened, repeat or abort)");
}

base::Status Step::settle(const std::string& answer, const std::string& by) {
  if (!in_doubt_) return Error{Fault::kConflict, "step " + intent_.path + " is not in doubt"};
  if (answer != "happened" && answer != "repeat" && answer != "abort")
    return base::invalid("the answer is happened, repeat or abort, not \"" + answer + "\"");
  Run& run = this->run();
  model::Entry entry = run.entry("operator.settled");
  entry.actor = by;
  entry.facts.set("path", intent_.path).set("answer", answer);
  context_.ledger.append(std::move(entry));
  in_doubt_ = false;
  if (Intent* intent = run.intent(intent_.path)) intent->in_doubt = false;
  run.unpark("settled");
  if (answer == "happened") {
    finish(Value::map().set("settled_by", by));
  } else if (answer == "abort") {
    finish(Error{Fault::kUnknownOutcome, intent_.name + ": nobody knows whether it happened; ended by " + by});
  } else {
    attempts_ = 0;
    ask_gate();
  }
  return {};
}

}  // namespace reeve::runbook
