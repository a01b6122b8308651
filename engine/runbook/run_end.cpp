// The end of a run: the same question again on fresh data, clean-up, the last entries.
#include <algorithm>

#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using model::Value;

namespace {
/// Its runbook and targets; where it names none, its parameters, which are told as their hash: they may hold a secret.
std::string about(const Terms& terms) {
  const bool names_targets = terms.targets != std::vector<std::string>{"runbook/" + terms.runbook};
  return terms.runbook + (names_targets ? " on " + base::join(terms.targets, ", ")
                                        : " with " + base::hex(base::sha256(model::to_json(terms.params))));
}
}  // namespace

void Run::on_script_ended(const script::Ended& ended) {
  if (phase_ == Phase::kEnded) return;
  const Row* awaited = journal_.awaited();
  if (ended.phase == "main" && awaited && !base::starts_with(awaited->path, "cleanup/") && ended.result != "limit") {
    const Row& row = *awaited;
    script::Call call{terms_.run, row.path, "end", ended.result, Value::map().set("message", ended.message)};
    return diverge(row.kind, row.name, row.line, call);
  }
  if (ended.phase == "cleanup") {
    std::string message = cleaning_message_;
    if (ended.result != "done")
      message += (message.empty() ? "" : "; ") + std::string("clean-up failed: ") + ended.message;
    return end(cleaning_result_, message);
  }
  script_ended_ = true;
  undos_ = ended.undos;
  on_script_result(ended);
  recovered();
}

void Run::on_script_result(const script::Ended& ended) {
  if (phase_ == Phase::kCleaning) return clean_up_script();
  if (cancelling_) return stop_when_quiet();
  if (ended.result == "limit") return stand_still("limit", "", ended.message);
  message_ = ended.message;
  if (ended.result == "done") return phase_ == Phase::kVerifying ? void() : verify();
  clean_up(ended.result == "escalated" ? "escalated" : "failed", ended.message);
}

// ---- verify --------------------------------------------------------------------------------------------------------

void Run::verify() {
  if (!terms_.verify || !terms_.alert || !context_.ports.verify) return end("succeeded", message_);
  phase_ = Phase::kVerifying;
  parked_.clear();
  if (recoveries_ > 0) note_watching();
  const base::Duration hold =
      terms_.verify_hold.value_or(terms_.safety.hold.value_or(context_.settings().hold.value_or(base::seconds(10))));
  const base::Time since = last_act_ == base::Time{} ? started_ : last_act_;
  verify_until_ = context_.now() + terms_.verify_within;
  context_.ports.verify(*terms_.alert, since, hold, terms_.verify_within, context_.runs.on(handle_, &Run::on_verified));
}

// A recovered run that has come to its end harms no engine any more: the next recovery finds this and counts anew.
void Run::note_watching() {
  recoveries_ = 0;
  model::Entry entry = this->entry("run.parked");
  entry.facts.set("reason", "wait").set("path", "verify");
  stamp(entry.facts, context_.loop.clock());
  entry.body = model::to_json(Value::map().set("text", "watches whether the alert clears"));
  context_.ledger.append(std::move(entry));
}

void Run::on_verified(Verified answer, std::string why) {
  if (phase_ != Phase::kVerifying || held_) return;
  if (answer != Verified::kHeld)
    return not_held((answer == Verified::kNotHeld ? "the alert did not clear: " : "cannot be seen: ") + why);
  const bool active = context_.ports.alert_active && context_.ports.alert_active(*terms_.alert);
  if (!active) return end("succeeded", message_);
  // The condition is gone and stayed away; the alert itself ends with its next evaluation (or keeps firing as its rule
  // says): that is waited for, and not longer than verify may take.
  held_ = true;
  const base::Duration left = std::max(base::Duration{}, verify_until_ - context_.now());
  verify_timer_ = context_.loop.after(left, context_.runs.on(handle_, &Run::on_verify_late));
}

void Run::on_verify_late() {
  verify_timer_ = 0;
  end("succeeded", message_);
}

void Run::not_held(const std::string& why) {
  if (phase_ != Phase::kVerifying) return;
  clean_up("escalated", (message_.empty() ? "" : message_ + "; ") + why);
}

void Run::on_alert(const model::AlertChange& change) {
  if (recovering_) return late_alerts_.push_back(change);
  const model::Alert& alert = change.alert;
  const bool own = terms_.alert && terms_.alert->rule_id == alert.rule_id && terms_.alert->key == alert.key &&
                   terms_.alert->episode == alert.episode;
  const bool over = alert.state == model::AlertState::kResolved || alert.state == model::AlertState::kInactive;
  if (phase_ == Phase::kDeciding && over && (parked_ == "deferred" || parked_ == "halted") && alert_is_over())
    return end("cancelled", "the alert ended before the run could start");
  if (phase_ != Phase::kVerifying) return;
  if (own && over && held_) return end("succeeded", message_);
  const bool fires = alert.state == model::AlertState::kFiring && change.from != model::AlertState::kFiring;
  if (!own && fires && is_news(alert))
    not_held("after the act " + std::string(alert.labels.get(model::kAlertNameLabel)) + " fired for " + alert.target);
}

/// Something new about a target of this run, that began after it acted.
bool Run::is_news(const model::Alert& alert) const {
  if (phase_ != Phase::kVerifying || alert.target.empty() || alert.active_at <= last_act_) return false;
  return touched_.contains(alert.target) || is_judged(alert.target);
}

void Run::join(const Terms& other, const model::Decision& decision) {
  model::Entry entry = this->entry("decision");
  entry.actor = other.requested_by.empty() ? "engine" : other.requested_by;
  entry.subject = other.subject();
  entry.correlation = other.correlation;
  entry.facts = other.to_facts();
  entry.facts.set("point", "start").set("verdict", model::verdict_name(decision.verdict)).set("rail", 0);
  entry.facts.set("joined", true);
  entry.body = model::to_json(decision.to_value());
  context_.ledger.append(std::move(entry));
  model::Entry joined = this->entry("run.joined");
  joined.correlation = other.correlation;
  joined.facts = other.to_facts();
  joined.body = model::to_json(Value::map().set("alert", other.alert ? other.alert->to_value() : Value()));
  context_.ledger.append(std::move(joined));
  if (other.alert) joined_.push_back(*other.alert);
}

// ---- clean-up and end ----------------------------------------------------------------------------------------------

// Once in a life of the script: a call of it may be on its way while it is told.
void Run::clean_up_script() {
  if (!std::exchange(script_cleans_, true)) context_.scripts->clean_up(terms_.run, context_.wall());
}

void Run::clean_up(const std::string& result, const std::string& message) {
  if (phase_ == Phase::kCleaning || phase_ == Phase::kEnded) return;
  if (script_ended_ && undos_ == 0) return end(result, message);
  phase_ = Phase::kCleaning;
  cleaning_result_ = result;
  cleaning_message_ = message;
  parked_.clear();
  if (deadline_timer_ != 0) context_.loop.cancel(std::exchange(deadline_timer_, 0));
  model::Entry entry = this->entry("run.cleaning");
  entry.facts.set("result", result);
  entry.body = model::to_json(Value::map().set("message", message));
  context_.ledger.append(std::move(entry));
  // Present: it stops where it is. Else it is replayed, and stopped at its first call without a record.
  if (context_.scripts->has(terms_.run) && (journal_.caught_up() || script_ended_)) return clean_up_script();
  need_script();
}

void Run::end(const std::string& result, const std::string& message) {
  if (phase_ == Phase::kEnded) return;
  const bool began = phase_ != Phase::kDeciding;
  release(context_.leases.of(terms_.run));
  model::Entry entry = this->entry("run.ended");
  entry.facts.set("result", result).set("runbook", terms_.runbook).set("steps", journal_.rows().size());
  entry.facts.set("changes", changes_);
  if (!terms_.response_key.empty()) entry.facts.set("mode", terms_.mode).set("response_key", terms_.response_key);
  entry.body = model::to_json(Value::map().set("message", message));
  context_.ledger.append(std::move(entry), [](const base::Status&) {});
  const std::string text = terms_.runbook + " " + result + (message.empty() ? "" : ": " + message);
  const bool to_people = result == "escalated" || (result == "failed" && terms_.requested_by.empty());
  const bool well = result == "succeeded" || (result == "cancelled" && alert_is_over());
  context_.tell({to_people ? "escalation" : "ended",
                 terms_.run,
                 terms_.runbook,
                 text,
                 terms_.alert,
                 terms_.correlation,
                 well,
                 "",
                 {},
                 about(terms_)});
  if (began) context_.scripts->drop(terms_.run);
  stop_ongoing();
  forget();
  recovered();
  context_.wake_deferred();
}

}  // namespace reeve::runbook
