// Questions to people: what they are bound to, who may answer, and what an answer does.
#include "model/json.h"
#include "runbook/run.h"
#include "runbook/step.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using model::Value;

std::string Run::ask_person(const std::string& path, const std::string& text, const std::string& who,
                            const Value& digested, base::Duration within, base::Handle step) {
  Value bound = Value::map();
  bound.set("bundle", terms_.bundle).set("run", terms_.run).set("runbook", terms_.runbook).set("path", path);
  bound.set("text", text).set("what", digested);
  Approval approval;
  approval.digest = base::hex(base::sha256(model::to_json(bound)));
  approval.id = approval.digest.substr(0, 12);
  withdraw(path, approval.id);
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

// What was asked at this place before is not what would be done now: its answer would be to nothing.
void Run::withdraw(const std::string& path, const std::string& except) {
  for (auto item = approvals_.begin(); item != approvals_.end();) {
    auto& [id, approval] = *item;
    if (approval.path != path || id == except) {
      ++item;
      continue;
    }
    if (approval.timer != 0) context_.loop.cancel(approval.timer);
    model::Entry entry = this->entry("approval.expired");
    entry.facts.set("id", id).set("path", path);
    context_.ledger.append(std::move(entry));
    context_.by_approval.erase(id);
    tell_answered(approval, "no longer asked");
    item = approvals_.erase(item);
  }
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

}  // namespace reeve::runbook
