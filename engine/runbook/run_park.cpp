// What a run waits for that is not its script's doing: rails, people, switches, deadlines.
#include <algorithm>
#include <set>

#include "model/json.h"
#include "runbook/read.h"
#include "runbook/run.h"
#include "runbook/step.h"
#include "runbook/wait.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using model::Value;

namespace {
/// What a person must look at; the others end by themselves, or a person is asked anyway.
bool needs_a_person(const std::string& reason) {
  static const std::set<std::string> kReasons{"refused", "in_doubt", "diverged",   "quarantined",
                                              "limit",   "deadline", "plugin_gone"};
  return kReasons.contains(reason);
}
constexpr base::Duration kRest = base::seconds(1);
}  // namespace

void Run::park(const std::string& reason, const std::string& path, const std::string& text, Value body) {
  if (phase_ == Phase::kEnded || (parked_ == reason && parked_text_ == text)) return;
  const bool lesser = is_beyond_its_script() && reason != "diverged" && reason != "quarantined";
  if (needs_a_person(reason))
    context_.tell(
        {"parked", terms_.run, terms_.runbook, "parked (" + reason + "): " + text, terms_.alert, terms_.correlation});
  if (lesser) return;
  parked_ = reason;
  parked_text_ = text;
  model::Entry entry = this->entry("run.parked");
  entry.facts.set("reason", reason).set("path", path);
  stamp(entry.facts, context_.loop.clock());
  entry.body = model::to_json(body.set("text", text));
  forgive(reason, path);
  context_.ledger.append(std::move(entry), [](const base::Status&) {});  // the end or park of a run wakes the writer
  if (reason != "wait" && rest_timer_ == 0)
    rest_timer_ = context_.loop.after(kRest, context_.runs.on(handle_, &Run::on_rest));
}

bool Run::only_waits() const {
  return std::all_of(ongoing_.begin(), ongoing_.end(),
                     [](const auto& one) { return one.second.kind == Ongoing::Kind::kWait; });
}

// A run that waits harms no engine, so what was counted is forgotten; not while it waits for a request to settle: that
// is still the place where the engine ended.
void Run::forgive(const std::string& reason, const std::string& path) {
  const bool settles = reason == "wait" && intents_.contains(path);
  if (reason != "quarantined" && !settles) recoveries_ = 0;
}

void Run::on_rest() {
  rest_timer_ = 0;
  if (is_parked()) rest();
}

void Run::unpark(const std::string& reason) {
  if (parked_.empty() || is_beyond_its_script()) return;
  const std::string was = std::exchange(parked_, "");
  if (was == "wait") return;  // the answer's own entry says so
  model::Entry entry = this->entry("run.resumed");
  entry.facts.set("epoch", epoch_).set("reason", reason).set("was", was).set("cleaning", cleaning());
  context_.ledger.append(std::move(entry));
}

// ---- people --------------------------------------------------------------------------------------------------------

std::string Run::ask_person(const std::string& path, const std::string& text, const std::string& who,
                            const Value& digested, base::Duration within, base::Handle step) {
  Value bound = Value::map();
  bound.set("bundle", terms_.bundle).set("run", terms_.run).set("runbook", terms_.runbook).set("path", path);
  bound.set("text", text).set("what", digested);
  Approval approval;
  approval.digest = base::hex(base::sha256(model::to_json(bound)));
  approval.id = approval.digest.substr(0, 12);
  approval.path = path;
  approval.text = text;
  approval.who = who;
  approval.since = context_.wall();
  approval.until = approval.since + within;
  approval.step = step;
  approval.needed = who == "two persons" ? 2 : 1;
  approval.asked = context_.now();
  approval.timer = context_.loop.after(within, context_.runs.on(handle_, &Run::on_approval_late));
  model::Entry entry = this->entry("approval.requested");
  entry.subject = terms_.subject();
  entry.facts.set("id", approval.id).set("path", path).set("digest", approval.digest);
  entry.facts.set("until_us", approval.until.us).set("runbook", terms_.runbook).set("needed", approval.needed);
  stamp(entry.facts, context_.loop.clock());
  entry.body = model::to_json(Value::map().set("text", text).set("who", who).set("what", digested));
  context_.ledger.append(std::move(entry));
  keep_approval(std::move(approval));
  tell_asked(approvals_[parked_id_]);
  return parked_id_;
}

void Run::tell_asked(const Approval& approval) const {
  context_.tell({"approval", terms_.run, terms_.runbook, "approval needed: " + approval.text, terms_.alert,
                 terms_.correlation, false, approval.id, approval.since});
}

void Run::tell_answered(const Approval& approval, const std::string& answer) const {
  context_.tell({"approval", terms_.run, terms_.runbook, answer + ": " + approval.text, terms_.alert,
                 terms_.correlation, true, approval.id, approval.since});
}

void Run::keep_approval(Approval approval) {
  parked_id_ = approval.id;
  parked_text_ = approval.text;
  context_.by_approval[approval.id] = handle_;
  approvals_[approval.id] = std::move(approval);
  if (phase_ == Phase::kDeciding) {
    parked_ = "approval";
  } else {
    park("approval", approvals_[parked_id_].path, parked_text_);
  }
}

void Run::on_approval_late() {
  const base::Time now = context_.wall();
  for (const auto& [id, approval] : approvals_) {
    if (context_.now() - approval.asked < approval.until - approval.since) continue;
    model::Entry entry = this->entry("approval.expired");
    entry.facts.set("id", id).set("path", approval.path);
    entry.at = now;
    context_.ledger.append(std::move(entry));
    const Approval ended = approval;
    context_.by_approval.erase(id);
    approvals_.erase(approvals_.find(id));  // the last use of the key, which goes with it
    return approval_answered(ended, false, "", "nobody approved it in time");
  }
}

base::Status Run::answer_person(const std::string& id, bool yes, const std::string& by, const std::string& why) {
  const auto found = approvals_.find(id);
  if (found == approvals_.end()) return Error{Fault::kNotFound, "no approval " + id + " is pending"};
  if (yes && !terms_.requested_by.empty() && by == terms_.requested_by)
    return Error{Fault::kDenied, "who requested a run does not approve it (" + by + ")"};
  Approval& approval = found->second;
  if (yes && approval.given.contains(by))
    return Error{Fault::kConflict,
                 by + " has approved it already; it needs " + std::to_string(approval.needed) + " persons"};
  model::Entry entry = this->entry(yes ? "approval.given" : "approval.denied");
  entry.actor = by;
  entry.facts.set("id", id).set("path", approval.path).set("digest", approval.digest);
  if (!why.empty()) entry.body = model::to_json(Value::map().set("why", why));
  context_.ledger.append(std::move(entry));
  if (yes) {
    approval.given.insert(by);
    if (approval.given.size() < approval.needed) return {};
  }
  const Approval ended = approval;
  approvals_.erase(found);
  context_.by_approval.erase(id);
  approval_answered(ended, yes, by, why);
  return {};
}

void Run::approval_answered(const Approval& approval, bool yes, const std::string& by, const std::string& why) {
  if (approval.timer != 0) context_.loop.cancel(approval.timer);
  tell_answered(approval, by.empty() ? why : (yes ? "approved by " : "denied by ") + by);
  // The time a person took is not the run's.
  push_deadline(context_.now() - approval.asked);
  if (Step* step = context_.steps.find(approval.step)) {
    if (yes) unpark("approved");
    return step->approved(yes, by, why);
  }
  if (approval.path.empty()) {
    if (!yes) return end("cancelled", by.empty() ? why : "denied by " + by + (why.empty() ? "" : ": " + why));
    terms_.approved = true;
    return look_again();
  }
  Row row;
  row.path = approval.path;
  row.kind = "approve";
  row.name = approval.text;
  row.digest = approval.call_digest;
  row.line = approval.line;
  row.ok = yes;
  if (yes) {
    row.value = model::to_json(Value::map().set("by", by));
  } else {
    row.error = {Fault::kDenied, "not approved: " + (why.empty() ? "denied by " + by : why)};
  }
  unpark(yes ? "approved" : "denied");
  answered(std::move(row), entry("step.read"), Value::map());
}

void Run::do_approve(const script::Call& call) {
  base::Duration within = base::hours(1);
  if (!call.args["within"].is_null()) {
    const auto read = duration_of(call.args["within"], "run:approve: within");
    if (!read.ok()) return answer_at_once(call, read.error(), Value::map());
    within = *read;
  }
  ongoing_[call.path] = {Ongoing::Kind::kApproval, digest_of(call.kind, call.name, call.args), {}};
  // After a restart the question stands already.
  for (auto& [id, approval] : approvals_)
    if (approval.path == call.path) {
      approval.call_digest = ongoing_[call.path].digest;
      approval.line = call.line;
      return;
    }
  const Value digested = Value::map().set("params", terms_.params).set("args", call.args);
  const std::string id = ask_person(call.path, call.name, call.args["by"].text(), digested, within, {});
  approvals_[id].call_digest = ongoing_[call.path].digest;
  approvals_[id].line = call.line;
}

base::Status Run::settle(const std::string& path, const std::string& answer, const std::string& by) {
  for (const auto& [at, ongoing] : ongoing_) {
    Step* step = ongoing.kind == Ongoing::Kind::kStep ? context_.steps.find(ongoing.handle) : nullptr;
    if (step && step->is_in_doubt() && (path.empty() || path == at)) return step->settle(answer, by);
  }
  return Error{Fault::kNotFound, "run " + terms_.run + " has no step in doubt" + (path.empty() ? "" : " at " + path)};
}

// ---- switches, deadlines, cancel -----------------------------------------------------------------------------------

void Run::on_switch() {
  if (parked_ == "halted") on_wake();
}

void Run::push_deadline(base::Duration by) {
  deadline_ = deadline_ + by;
  if (phase_ != Phase::kRunning || !handle_) return;
  if (deadline_timer_ != 0) context_.loop.cancel(deadline_timer_);
  const base::Duration left = std::max(base::Duration{}, deadline_ - context_.now());
  deadline_timer_ = context_.loop.after(left, context_.runs.on(handle_, &Run::on_expired));
}

// No new step begins. What is open ends first; what only waits is parked here.
void Run::on_expired() {
  deadline_timer_ = 0;
  if (phase_ != Phase::kRunning) return;
  if (!approvals_.empty()) return;  // a person's time does not count
  expired_ = true;
  if (ongoing_.empty()) return;  // at the script's next call
  if (!stop_ongoing()) return;
  park("deadline", "", "the deadline of " + base::format_duration(terms_.deadline) + " has passed");
}

// \return true when nothing is open any more.
bool Run::stop_ongoing() {
  bool all = true;
  const auto ongoing = ongoing_;
  for (const auto& [path, one] : ongoing) {
    bool gone = true;
    if (Step* step = context_.steps.find(one.handle); step && one.kind == Ongoing::Kind::kStep) {
      gone = step->interrupt();
    } else if (Read* read = context_.reads.find(one.handle); read && one.kind == Ongoing::Kind::kRead) {
      read->interrupt();
    } else if (Wait* wait = context_.waits.find(one.handle); wait && one.kind == Ongoing::Kind::kWait) {
      wait->interrupt();
    }
    all = all && gone;
    if (gone) ongoing_.erase(path);
  }
  for (const auto& [id, approval] : approvals_) {
    if (approval.timer != 0) context_.loop.cancel(approval.timer);
    context_.by_approval.erase(id);
    tell_answered(approval, "no longer needed");
  }
  approvals_.clear();
  return all;
}

// It is to end: what is open ends first, then its script's clean-up begins.
void Run::stop_when_quiet() {
  settle_open_intents();
  if (stop_ongoing()) clean_up("cancelled", message_);
}

base::Status Run::cancel(const std::string& by) {
  const std::string message = "cancelled by " + by;
  for (const auto& [path, intent] : intents_)
    if (intent.in_doubt)
      return Error{Fault::kConflict,
                   "step " + path + " is in doubt: say first whether it happened (happened, repeat or abort)"};
  model::Entry entry = this->entry("operator.cancelled");
  entry.actor = by;
  context_.ledger.append(std::move(entry));
  if (phase_ == Phase::kDeciding) return end("cancelled", message), base::Status{};
  if (phase_ == Phase::kCleaning) return Error{Fault::kConflict, "run " + terms_.run + " is cleaning up already"};
  cancelling_ = true;
  message_ = message;
  const bool stuck = is_beyond_its_script();
  if (!stuck) return stop_when_quiet(), base::Status{};
  if (stop_ongoing()) end("cancelled", message + " (its script could not go on: nothing was undone)");
  return {};
}

}  // namespace reeve::runbook
