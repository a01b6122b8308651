// The start of a run: the gate's verdict, waiting for another, the first entries.
#include <algorithm>

#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using model::Decision;
using model::Value;
using model::Verdict;

namespace {
std::string verdict_text(const Decision& decision) {
  return std::string(model::verdict_name(decision.verdict)) + " " + std::to_string(decision.rail);
}

bool only_recorded(const std::string& mode) {
  return mode == "shadow" || mode == "suggest";
}
}  // namespace

Decision Run::decide() {
  Decision decision = context_.ports.gate(act(guard::Point::kStart), terms_.safety);
  if (only_recorded(terms_.mode)) {
    record(decision);
    if (terms_.mode == "suggest" && decision.verdict != Verdict::kRefuse)
      context_.tell({"suggestion", "", terms_.runbook, "suggested: " + approval_text(decision.reason), terms_.alert,
                     terms_.correlation});
    forget();
    return decision;
  }
  if (decision.verdict == Verdict::kAllow) {
    const std::string holder = context_.leases.holder(terms_.locks, terms_.run);
    if (!holder.empty()) {
      decision.verdict = Verdict::kDefer;
      decision.rail = 2;
      decision.rail_name = "lease";
      decision.reason = "a lock is held by run " + holder;
      decision.defer = base::seconds(1);
    }
  }
  record(decision);
  switch (decision.verdict) {
    case Verdict::kAllow:
      start(decision);
      break;
    case Verdict::kDefer:
    case Verdict::kAsk:
      wait_for_start(decision);
      break;
    case Verdict::kRefuse:
      // 15: who silences an alert does not want to hear of it.
      if (terms_.requested_by.empty() && decision.rail != 15)
        context_.tell({"escalation", terms_.run, terms_.runbook,
                       terms_.runbook + " was not started: " + decision.reason, terms_.alert, terms_.correlation});
      if (!parked_.empty()) {
        end("cancelled", "refused: " + decision.reason);
      } else {
        forget();
      }
      break;
  }
  return decision;
}

// One entry for each new verdict of a run: that it is still deferred for the same reason is no news.
void Run::record(const Decision& decision) {
  decision_ = decision;
  const std::string text = verdict_text(decision);
  if (text == last_verdict_) return;
  const bool again = !std::exchange(last_verdict_, text).empty();
  const bool runs = decision.verdict != Verdict::kRefuse && !only_recorded(terms_.mode);
  model::Entry entry = this->entry("decision");
  entry.actor = terms_.requested_by.empty() ? "engine" : terms_.requested_by;
  entry.subject = terms_.subject();
  if (!runs && !again) entry.run.clear();
  entry.facts = terms_.to_facts();
  entry.facts.set("point", "start").set("verdict", model::verdict_name(decision.verdict)).set("rail", decision.rail);
  if (again) entry.facts.set("again", true);
  Value body = decision.to_value();
  if (decision.verdict == Verdict::kDefer || decision.verdict == Verdict::kAsk) {
    const Value terms = terms_.to_body();
    for (const auto& [key, value] : terms.as_map()) body.set(key, value);
    stamp(entry.facts, context_.loop.clock());
  }
  entry.body = model::to_json(body);
  const uint64_t seq = context_.ledger.append(std::move(entry));
  if (started_seq_ == 0) started_seq_ = seq;
}

void Run::wait_for_start(const Decision& decision) {
  if (decision.verdict == Verdict::kAsk) {
    const Value digested = Value::map().set("params", terms_.params).set("targets", list_of(terms_.named()));
    ask_person("", approval_text(decision.reason), decision.who, digested, base::hours(1), {});
    return;
  }
  parked_ = decision.rail == 13 ? "halted" : "deferred";
  parked_text_ = decision.reason;
  const base::Duration left = deadline_ - context_.now();
  if (left.us <= 0) return end("cancelled", "it could not start within its deadline: " + decision.reason);
  const base::Duration delay = std::clamp(decision.defer, base::millis(50), std::max(left, base::millis(50)));
  if (wake_timer_ != 0) context_.loop.cancel(wake_timer_);
  wake_timer_ = context_.loop.after(delay, context_.runs.on(handle_, &Run::look_again));
}

bool Run::alert_is_over() const {
  if (!terms_.alert || !context_.ports.alert_active || context_.ports.alert_active(*terms_.alert)) return false;
  return std::none_of(joined_.begin(), joined_.end(),
                      [this](const model::Alert& alert) { return context_.ports.alert_active(alert); });
}

// A deferred run looks at its alert again; if that ended, so does the run.
void Run::look_again() {
  wake_timer_ = 0;
  if (phase_ != Phase::kDeciding || context_.draining) return;
  if (alert_is_over()) return end("cancelled", "the alert ended before the run could start");
  const Runbook* runbook = context_.library ? context_.library->find(terms_.runbook) : nullptr;
  if (!runbook) return end("cancelled", "the runbook " + terms_.runbook + " is gone");
  const std::string was = std::exchange(terms_.bundle, base::hex(runbook->hash));
  if (terms_.bundle != was) terms_.approved = false;  // a yes is bound to the script that it was said to
  decide();
}

void Run::on_wake() {
  if (phase_ == Phase::kDeciding && (parked_ == "deferred" || parked_ == "halted")) {
    if (wake_timer_ != 0) context_.loop.cancel(std::exchange(wake_timer_, 0));
    return look_again();
  }
  for (const auto& [path, ongoing] : ongoing_)
    if (ongoing.kind == Ongoing::Kind::kStep)
      if (Step* step = context_.steps.find(ongoing.handle)) return step->wake();
}

void Run::start(const Decision& decision) {
  const Runbook* runbook = context_.library ? context_.library->find(terms_.runbook) : nullptr;
  if (!runbook) return end("cancelled", "the runbook " + terms_.runbook + " is gone");
  phase_ = Phase::kRunning;
  parked_.clear();
  started_ = context_.wall();
  deadline_ = context_.now() + terms_.deadline;
  terms_.bundle = base::hex(context_.ledger.put_blob(runbook->bundle));
  bundle_ = std::make_shared<const std::string>(runbook->bundle);
  model::Entry entry = this->entry("run.started");
  entry.actor = terms_.requested_by.empty() ? "engine" : terms_.requested_by;
  entry.at = started_;
  entry.facts = terms_.to_facts();
  entry.facts.set("epoch", epoch_).set("deadline_ms", terms_.deadline.ms());
  stamp(entry.facts, context_.loop.clock());
  entry.body = model::to_json(terms_.to_body());
  started_seq_ = context_.ledger.append(std::move(entry));
  decision_ = decision;
  acquire(terms_.locks);
  deadline_timer_ = context_.loop.after(terms_.deadline, context_.runs.on(handle_, &Run::on_expired));
  begin_script();
}

std::string Run::approval_text(const std::string& reason) const {
  std::string text = terms_.runbook + " (" + terms_.title + ")";
  if (terms_.alert) text += " for " + std::string(terms_.alert->labels.get(model::kAlertNameLabel));
  return text + " on " + base::join(terms_.named(), ", ") + ": " + reason;
}

// The end of what never began: nothing stands in the ledger but the decision.
void Run::forget() {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  Context& context = context_;
  context.by_run.erase(terms_.run);
  if (const auto found = context.by_dedup.find(terms_.dedup);
      found != context.by_dedup.end() && found->second == handle_)
    context.by_dedup.erase(found);
  for (const auto& [id, approval] : approvals_) context.by_approval.erase(id);
  context.loop.post([&context, self = handle_] { context.runs.erase(self); });
}

}  // namespace reeve::runbook
