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

// ---- switches, deadlines, cancel -----------------------------------------------------------------------------------

void Run::on_switch() {
  if (parked_ == "halted" || parked_ == "refused") on_wake();
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
