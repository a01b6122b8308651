#include "runbook/run.h"

#include <algorithm>

#include "model/json.h"

namespace reeve::runbook {

using model::Value;

Run::Run(Context& context, Terms terms) : context_(context), terms_(std::move(terms)), created_(context.wall()) {
  deadline_ = context_.now() + terms_.deadline;
}

Run::~Run() {
  for (const base::Loop::Id timer : {deadline_timer_, wake_timer_, rest_timer_, verify_timer_})
    if (timer != 0) context_.loop.cancel(timer);
  for (const auto& [id, approval] : approvals_)
    if (approval.timer != 0) context_.loop.cancel(approval.timer);
}

model::Entry Run::entry(const std::string& kind) const {
  model::Entry entry;
  entry.kind = kind;
  entry.actor = "run/" + terms_.run;
  entry.subject = "run/" + terms_.run;
  entry.run = terms_.run;
  entry.correlation = terms_.correlation;
  return entry;
}

void Run::acquire(const std::vector<std::string>& keys) {
  for (const std::string& key : context_.leases.take(keys, terms_.run)) {
    model::Entry entry = this->entry("lease.acquired");
    entry.subject = key;
    entry.facts.set("epoch", epoch_);
    context_.ledger.append(std::move(entry));
  }
}

void Run::release(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    context_.leases.release(key);
    model::Entry entry = this->entry("lease.released");
    entry.subject = key;
    entry.facts.set("epoch", epoch_);
    context_.ledger.append(std::move(entry));
  }
}

void Run::add_intent(const Intent& intent) {
  intents_[intent.path] = intent;
  ++changes_;
  touched_.insert(intent.targets.begin(), intent.targets.end());
  groups_.insert(intent.group);
}

Intent* Run::intent(const std::string& path) {
  const auto found = intents_.find(path);
  return found == intents_.end() ? nullptr : &found->second;
}

model::RunRow Run::row() const {
  model::RunRow row;
  row.id = terms_.run;
  row.runbook = terms_.runbook;
  row.state = model::RunState::kRunning;
  if (phase_ == Phase::kDeciding) row.state = model::RunState::kQueued;
  if (phase_ == Phase::kCleaning) row.state = model::RunState::kCleaning;
  if (phase_ == Phase::kEnded) row.state = model::RunState::kEnded;
  if (!parked_.empty()) row.state = model::RunState::kParked;
  row.reason = parked_;
  row.message = parked_.empty() ? message_ : parked_text_;
  row.correlation = terms_.correlation;
  row.started = started_ == base::Time{} ? created_ : started_;
  row.started_seq = started_seq_;
  row.steps = journal_.rows().size();
  return row;
}

Value Run::approvals() const {
  Value list = Value::list();
  for (const auto& [id, approval] : approvals_) {
    Value one = Value::map();
    one.set("id", id).set("run", terms_.run).set("runbook", terms_.runbook).set("path", approval.path);
    one.set("text", approval.text).set("who", approval.who);
    one.set("since", base::format_time(approval.since)).set("until", base::format_time(approval.until));
    one.set("since_us", approval.since.us).set("until_us", approval.until.us);
    list.push(std::move(one));
  }
  return list;
}

}  // namespace reeve::runbook
