// A run after a restart of the engine: rebuilt from its entries, then replayed from the top.
#include <algorithm>
#include <utility>

#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using model::Value;

namespace {
/// Parked like this, a replay would only come to the same end again.
bool stays_parked(const std::string& reason) {
  return reason == "diverged" || reason == "quarantined" || reason == "limit" || reason == "deadline";
}
}  // namespace

// In the order of the ledger. What only concerns others (joined decisions) is left out by the caller.
void Run::take(const model::Entry& entry) {
  const Value& facts = entry.facts;
  const std::string& kind = entry.kind;
  if (kind == "decision") return take_decision(entry);
  if (kind == "run.started") {
    phase_ = Phase::kRunning;
    parked_.clear();
    started_ = entry.at;
    started_seq_ = entry.seq;
    epoch_ = static_cast<uint64_t>(facts["epoch"].as_int(1));
    deadline_ = stamped(entry, context_.loop.clock()) + terms_.deadline;
  } else if (kind == "run.joined") {
    if (const Value body = body_of(entry); body["alert"].is_map())
      joined_.push_back(model::Alert::from_value(body["alert"]));
  } else if (kind == "run.parked") {
    parked_ = facts["reason"].as_string();
    parked_text_ = body_of(entry)["text"].as_string();
    forgive(parked_, facts["path"].as_string());
    if (parked_ == "wait") waits_since_.emplace(facts["path"].as_string(), stamped(entry, context_.loop.clock()));
  } else if (kind == "run.resumed") {
    epoch_ = std::max(epoch_, static_cast<uint64_t>(facts["epoch"].as_int()));
    const bool of_engine = facts["cause"].as_string() == "engine";
    if (!facts["recovery"].as_bool()) {
      parked_.clear();
    } else if (!of_engine || engine_ended(stamped(entry, context_.loop.clock()))) {
      ++recoveries_;
    }
  } else if (kind == "run.cleaning") {
    phase_ = Phase::kCleaning;
    parked_.clear();
    cleaning_result_ = facts["result"].as_string();
    cleaning_message_ = body_of(entry)["message"].as_string();
  } else if (kind == "operator.cancelled") {
    cancelling_ = true;
    message_ = "cancelled by " + entry.actor;
  } else if (base::starts_with(kind, "step.") || kind == "operator.settled") {
    take_step(entry);
  } else if (base::starts_with(kind, "approval.")) {
    take_approval(entry);
  } else if (kind == "lease.acquired") {
    context_.leases.take({entry.subject}, terms_.run);
  } else if (kind == "lease.released") {
    context_.leases.release(entry.subject);
  }
}

// Also: was the life that ended at work with this run? Not when all it did was to let requests settle, which were sent
// in an earlier one: that neither harms an engine nor is undone by its end, so the time goes on and nothing is counted.
bool Run::engine_ended(base::Boot now) {
  bool settled = intents_.empty();
  for (auto& [path, intent] : intents_) {
    const bool dead = intent.sender_dead != base::Boot{};
    if (dead && intent.settles && now < intent.sender_dead + *intent.settles) continue;
    intent.sender_dead = now;  // it may have sent once more since the last time
    settled = true;
  }
  return settled;
}

void Run::take_decision(const model::Entry& entry) {
  const Value& facts = entry.facts;
  if (facts["point"].as_string() != "start" || facts["joined"].as_bool()) return;
  if (started_seq_ == 0) {
    started_seq_ = entry.seq;
    created_ = entry.at;
    deadline_ = stamped(entry, context_.loop.clock()) + terms_.deadline;
  }
  last_verdict_ = facts["verdict"].as_string() + " " + facts["rail"].text();
  const Value body = body_of(entry);
  decision_.verdict = facts["verdict"].as_string() == "ask" ? model::Verdict::kAsk : model::Verdict::kDefer;
  decision_.rail = static_cast<int>(facts["rail"].as_int());
  decision_.reason = body["reason"].as_string();
  if (phase_ != Phase::kDeciding) return;
  parked_ = decision_.verdict == model::Verdict::kAsk ? "approval" : decision_.rail == 13 ? "halted" : "deferred";
  parked_text_ = decision_.reason;
}

void Run::take_step(const model::Entry& entry) {
  const std::string path = entry.facts["path"].as_string();
  recoveries_ = 0;
  if (entry.kind == "step.intent") {
    intents_[path] = intent_of(entry);
    ++changes_;
    for (const std::string& target : intents_[path].targets) touched_.insert(target);
    groups_.insert(intents_[path].group);
    parked_.clear();
  } else if (entry.kind == "step.in_doubt") {
    if (Intent* open = intent(path)) open->in_doubt = true;
  } else if (entry.kind == "operator.settled") {
    if (Intent* open = intent(path)) open->in_doubt = false;
  } else {
    intents_.erase(path);
    waits_since_.erase(path);
    if (entry.kind == "step.outcome") last_act_ = base::Time{entry.facts["now_us"].as_int()};
    if (parked_ == "wait" || parked_ == "in_doubt") parked_.clear();
    journal_.add(row_of(entry));
  }
}

void Run::take_approval(const model::Entry& entry) {
  const std::string id = entry.facts["id"].as_string();
  if (entry.kind == "approval.given") {
    const auto found = approvals_.find(id);
    if (found == approvals_.end()) return;
    found->second.given.insert(entry.actor);
    if (found->second.given.size() < found->second.needed) return;
    if (found->second.path.empty()) terms_.approved = true;
    push_deadline(stamped(entry, context_.loop.clock()) - found->second.asked);
    approvals_.erase(found);
    return;
  }
  if (entry.kind != "approval.requested") {
    approvals_.erase(id);
    return;
  }
  Approval approval;
  const Value body = body_of(entry);
  approval.id = id;
  approval.path = entry.facts["path"].as_string();
  approval.digest = entry.facts["digest"].as_string();
  approval.text = body["text"].as_string();
  approval.who = body["who"].as_string();
  approval.since = entry.at;
  approval.until = base::Time{entry.facts["until_us"].as_int()};
  approval.asked = stamped(entry, context_.loop.clock());
  approval.needed = static_cast<size_t>(entry.facts["needed"].as_int(1));
  approvals_[id] = std::move(approval);
}

// Approvals that nobody has answered: their time goes on. One of a step is asked anew when the step comes to its gate.
void Run::restore_approvals() {
  std::erase_if(approvals_, [this](const auto& item) {
    const Row* row = journal_.find(item.second.path);
    return row != nullptr;
  });
  for (auto& [id, approval] : approvals_) {
    const base::Duration left =
        std::max(base::millis(1), approval.asked + (approval.until - approval.since) - context_.now());
    approval.timer = context_.loop.after(left, context_.runs.on(handle_, &Run::on_approval_late));
    context_.by_approval[id] = handle_;
  }
}

void Run::resume() {
  restore_approvals();
  if (phase_ == Phase::kDeciding || stays_parked(parked_)) recovered();
  if (phase_ == Phase::kDeciding) return resume_start();
  if (stays_parked(parked_) && intents_.empty()) return;  // nothing is sent for it: its last words stand
  ++epoch_;
  const bool at_work = engine_ended(context_.now());
  if (recoveries_ >= 3 && !stays_parked(parked_)) {
    return stand_still("quarantined", "", "three times the engine ended at the same place of this run");
  }
  model::Entry entry = this->entry("run.resumed");
  entry.facts.set("epoch", epoch_).set("recovery", true).set("cause", "engine").set("cleaning", cleaning());
  entry.facts.set("rows", journal_.rows().size());
  stamp(entry.facts, context_.loop.clock());
  for (const std::string& key : context_.leases.of(terms_.run)) {
    // The fencing token of what it holds is the new epoch from now on.
    model::Entry lease = this->entry("lease.acquired");
    lease.subject = key;
    lease.facts.set("epoch", epoch_);
    context_.ledger.append(std::move(lease));
  }
  if (at_work) ++recoveries_;
  context_.ledger.append(std::move(entry), context_.runs.on(handle_, &Run::on_resumed));
}

// Nothing is sent with the new epoch before it is on disk.
void Run::on_resumed(base::Status status) {
  if (!status.ok()) {
    park("ledger", "", "the ledger refused to take the run up again: " + status.error().text);
    wake_timer_ = context_.loop.after(base::seconds(1), context_.runs.on(handle_, &Run::resume_again));
    return;
  }
  if (stays_parked(parked_)) {
    const std::string reason = std::exchange(parked_, "");
    return stand_still(reason, "", parked_text_);
  }
  if (phase_ == Phase::kRunning) {
    const base::Duration left = deadline_ - context_.now();
    expired_ = left.us <= 0 && approvals_.empty();
    if (!expired_)
      deadline_timer_ =
          context_.loop.after(std::max(left, base::Duration{}), context_.runs.on(handle_, &Run::on_expired));
  }
  // Waits and questions stand where they stood; the rest is asked again when the script comes to it.
  if (parked_ != "wait" && parked_ != "approval") parked_.clear();
  begin_script();
}

void Run::resume_again() {
  wake_timer_ = 0;
  model::Entry entry = this->entry("run.resumed");
  entry.facts.set("epoch", epoch_).set("recovery", true).set("cause", "ledger").set("cleaning", cleaning());
  context_.ledger.append(std::move(entry), context_.runs.on(handle_, &Run::on_resumed));
}

// Its script stands where it stood, or it goes no further: what came meanwhile is judged by what it does now.
void Run::recovered() {
  if (!std::exchange(recovering_, false)) return;
  for (const model::AlertChange& change : std::exchange(late_alerts_, {})) on_alert(change);
  Context& context = context_;
  for (Candidate& candidate : std::exchange(late_, {}))
    context.loop.post([&context, candidate = std::move(candidate)] { context.reconsider(candidate); });
}

void Run::resume_start() {
  if (parked_ == "approval" && !approvals_.empty()) return;
  context_.loop.post(context_.runs.on(handle_, &Run::look_again));
}

// It goes no further by itself. The notes of what it waits for are kept.
void Run::stand_still(const std::string& reason, const std::string& path, const std::string& text, Value body) {
  park(reason, path, text, std::move(body));
  recovered();
  settle_open_intents();
}

// A run whose script does not come to them any more still owes each intent an outcome, or the word in doubt.
void Run::settle_open_intents() {
  const auto open = intents_;  // a step may find its outcome at once
  for (const auto& [path, intent] : open) {
    if (ongoing_.contains(path)) continue;
    const base::Handle handle =
        context_.steps.add(std::make_unique<Step>(context_, handle_, intent, 0, base::seconds(60)));
    ongoing_[path] = {Ongoing::Kind::kStep, intent.digest, handle};
    Step* step = context_.steps.find(handle);
    step->set_handle(handle);
    step->resume();
  }
}

}  // namespace reeve::runbook
