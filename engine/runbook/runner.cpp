#include "runbook/runner.h"

#include <algorithm>

#include "model/json.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using base::Status;
using model::Value;

RunnerImpl::RunnerImpl(Ports ports, ledger::Ledger& ledger, child::Spawner& spawner, base::Loop& loop,
                       base::Random& random)
    : ports_(std::move(ports)),
      context_(ports_, ledger, loop, random),
      scripts_(script::make_pool({}, spawner, loop, random, this)) {
  context_.scripts = scripts_.get();
  context_.reconsider = [this](Candidate candidate) { (void)consider(std::move(candidate)); };
}

RunnerImpl::~RunnerImpl() {
  if (drain_timer_ != 0) context_.loop.cancel(drain_timer_);
}

// ---- decisions -----------------------------------------------------------------------------------------------------

RunnerImpl::DecisionKey RunnerImpl::key_of(const Candidate& candidate) {
  return {candidate.response_id, candidate.alert->rule_id, candidate.alert->key};
}

const Started* RunnerImpl::decided(const Candidate& candidate) const {
  if (!candidate.alert) return nullptr;
  const auto found = decided_.find(key_of(candidate));
  if (found == decided_.end() || found->second.episode < candidate.alert->episode) return nullptr;
  return &found->second.started;
}

void RunnerImpl::remember(const Candidate& candidate, const Started& started) {
  if (candidate.alert) decided_[key_of(candidate)] = {candidate.alert->episode, started};
}

// Recorded like any other verdict, so that the same episode is not considered again: rail 17, nothing is done on a
// parameter that is blank or wrong. A person gets the error instead.
Result<Started> RunnerImpl::refuse(const Candidate& candidate, const Runbook* runbook, const Error& error) {
  if (!candidate.alert) return error;
  Started started;
  started.decision.verdict = model::Verdict::kRefuse;
  started.decision.rail = 17;
  started.decision.rail_name = "parameters";
  started.decision.reason = error.text;
  model::Entry entry;
  entry.kind = "decision";
  entry.actor = "engine";
  entry.subject = candidate.alert->subject();
  entry.correlation = candidate.alert->correlation;
  entry.facts.set("runbook", candidate.runbook).set("response", candidate.response_id);
  entry.facts.set("rule_id", candidate.alert->rule_id).set("key", candidate.alert->key);
  entry.facts.set("episode", candidate.alert->episode).set("point", "start").set("verdict", "refuse").set("rail", 17);
  if (runbook) entry.facts.set("bundle", base::hex(runbook->hash));
  entry.body = model::to_json(started.decision.to_value());
  context_.ledger.append(std::move(entry));
  remember(candidate, started);
  context_.tell({"escalation", "", candidate.runbook, candidate.runbook + " was not started: " + error.text,
                 candidate.alert, candidate.alert->correlation});
  return started;
}

/// The run that this candidate joins: the active one with its dedup key. What came after that run acted is news: then
/// its act has not helped, it ends, and the candidate is considered by itself.
Run* RunnerImpl::joinable(const Terms& terms) {
  if (terms.dedup.empty()) return nullptr;
  const auto found = context_.by_dedup.find(terms.dedup);
  Run* run = found == context_.by_dedup.end() ? nullptr : context_.runs.find(found->second);
  if (!run || run->phase() == Run::Phase::kEnded) return nullptr;
  if (terms.alert && run->is_news(*terms.alert)) {
    run->not_held("after the act " + std::string(terms.alert->labels.get(model::kAlertNameLabel)) + " fired again");
    if (run->phase() == Run::Phase::kEnded) return nullptr;
  }
  return run;
}

Result<Started> RunnerImpl::consider(Candidate candidate) {
  if (context_.draining) return Error{Fault::kUnavailable, "the engine is stopping"};
  if (const Started* before = decided(candidate)) return *before;
  const Runbook* runbook = context_.library ? context_.library->find(candidate.runbook) : nullptr;
  if (!runbook)
    return refuse(candidate, nullptr, {Fault::kNotFound, "there is no runbook \"" + candidate.runbook + "\""});
  const base::Time now = context_.wall();
  const base::Uuid correlation = candidate.alert ? candidate.alert->correlation : base::new_uuid(now, context_.random);
  auto terms = make_terms(*runbook, candidate, base::uuid_text(base::new_uuid(now, context_.random)), correlation);
  if (!terms.ok()) return refuse(candidate, runbook, terms.error());
  Started started;
  const bool records_only = terms->mode == "shadow" || terms->mode == "suggest";
  if (Run* run = records_only ? nullptr : joinable(*terms)) {
    started.run = run->id();
    if (run->recovering()) {
      run->keep_for_later(std::move(candidate));
      return started;
    }
    started.joined = true;
    started.decision.reason = "joins run " + run->id() + ": the same dedup key " + terms->dedup;
    run->join(*terms, started.decision);
    remember(candidate, started);
    return started;
  }
  const std::string id = terms->run;
  const base::Handle handle = add(std::make_unique<Run>(context_, std::move(*terms)));
  started.decision = context_.runs.find(handle)->decide();
  if (!records_only && started.decision.verdict != model::Verdict::kRefuse) started.run = id;
  remember(candidate, started);
  return started;
}

base::Handle RunnerImpl::add(std::unique_ptr<Run> run) {
  const std::string id = run->id(), dedup = run->terms().dedup;
  const base::Handle handle = context_.runs.add(std::move(run));
  context_.runs.find(handle)->set_handle(handle);
  context_.by_run[id] = handle;
  if (!dedup.empty()) context_.by_dedup[dedup] = handle;
  return handle;
}

// ---- the script worker's news --------------------------------------------------------------------------------------

void RunnerImpl::on_call(const script::Call& call) {
  if (Run* run = context_.find(call.run)) return run->on_call(call);
  if (const auto dry = dry_by_run_.find(call.run); dry != dry_by_run_.end())
    if (DryRun* run = dry_runs_.find(dry->second)) run->on_call(call);
}

void RunnerImpl::on_checked(const script::Checked& checked) {
  if (Run* run = context_.find(checked.run)) run->on_checked(checked);
}

void RunnerImpl::on_ended(const script::Ended& ended) {
  if (Run* run = context_.find(ended.run)) return run->on_script_ended(ended);
  if (const auto dry = dry_by_run_.find(ended.run); dry != dry_by_run_.end())
    if (DryRun* run = dry_runs_.find(dry->second)) run->on_ended(ended);
}

void RunnerImpl::on_lost(const std::string& run, bool blamed, const std::string& why) {
  if (Run* live = context_.find(run)) return live->on_lost(blamed, why);
  if (const auto dry = dry_by_run_.find(run); dry != dry_by_run_.end())
    if (DryRun* found = dry_runs_.find(dry->second)) found->on_lost(why);
}

void RunnerImpl::dry_run(Candidate candidate, std::function<void(Result<Value>)> done) {
  const Runbook* runbook = context_.library ? context_.library->find(candidate.runbook) : nullptr;
  if (!runbook) return done(Error{Fault::kNotFound, "there is no runbook \"" + candidate.runbook + "\""});
  const std::string id = "dry-" + base::uuid_text(base::new_uuid(context_.wall(), context_.random));
  auto terms = make_terms(*runbook, candidate, id, {});
  if (!terms.ok()) return done(terms.error());
  const auto finished = [this, id, done = std::move(done)](Result<Value> plan) {
    const base::Handle handle = dry_by_run_[id];
    dry_by_run_.erase(id);
    scripts_->drop(id);
    context_.loop.post([this, handle] { dry_runs_.erase(handle); });
    done(std::move(plan));
  };
  const base::Handle handle =
      dry_runs_.add(std::make_unique<DryRun>(context_, dry_runs_, std::move(*terms), runbook->bundle, finished));
  dry_by_run_[id] = handle;
  dry_runs_.find(handle)->begin(handle);
}

// ---- people, alerts, switches --------------------------------------------------------------------------------------

Status RunnerImpl::approve(const std::string& id, const std::string& who) {
  const auto found = context_.by_approval.find(id);
  Run* run = found == context_.by_approval.end() ? nullptr : context_.runs.find(found->second);
  if (!run) return Error{Fault::kNotFound, "no approval " + id + " is pending"};
  return run->answer_person(id, true, who, "");
}

Status RunnerImpl::deny(const std::string& id, const std::string& who, const std::string& why) {
  const auto found = context_.by_approval.find(id);
  Run* run = found == context_.by_approval.end() ? nullptr : context_.runs.find(found->second);
  if (!run) return Error{Fault::kNotFound, "no approval " + id + " is pending"};
  return run->answer_person(id, false, who, why);
}

/// By its id or the beginning of it (at least 8 letters), if that names one run.
Run* RunnerImpl::find_run(const std::string& id) const {
  if (Run* run = context_.find(id)) return run;
  if (id.size() < 8) return nullptr;
  const auto first = context_.by_run.lower_bound(id);
  if (first == context_.by_run.end() || !base::starts_with(first->first, id)) return nullptr;
  const auto second = std::next(first);
  if (second != context_.by_run.end() && base::starts_with(second->first, id)) return nullptr;
  return context_.runs.find(first->second);
}

Status RunnerImpl::cancel(const std::string& run, const std::string& who) {
  Run* found = find_run(run);
  if (!found) return Error{Fault::kNotFound, "no run " + run + " is under way"};
  return found->cancel(who);
}

Status RunnerImpl::settle(const std::string& run, const std::string& path, const std::string& answer,
                          const std::string& who) {
  Run* found = find_run(run);
  if (!found) return Error{Fault::kNotFound, "no run " + run + " is under way"};
  return found->settle(path, answer, who);
}

void RunnerImpl::on_alert(const model::AlertChange& change) {
  std::vector<base::Handle> all;
  context_.runs.each([&all](base::Handle handle, const Run&) { all.push_back(handle); });
  for (const base::Handle handle : all)
    if (Run* run = context_.runs.find(handle)) run->on_alert(change);
}

void RunnerImpl::on_switch() {
  context_.runs.each([this](base::Handle handle, const Run& run) {
    if (run.parked() == "halted" || run.parked() == "refused")
      context_.loop.post(context_.runs.on(handle, &Run::on_switch));
  });
}

std::string RunnerImpl::cause_of(const std::string& event_type, const std::string& target, base::Time at) {
  return target.empty() ? "" : context_.effects.cause_of(event_type, target, at, context_.now());
}

bool RunnerImpl::disturbs(const std::string& target) const {
  return !target.empty() && context_.effects.disturbs(target, context_.now());
}

std::vector<model::RunRow> RunnerImpl::runs() const {
  std::vector<model::RunRow> rows;
  for (const auto& [id, handle] : context_.by_run)
    if (const Run* run = context_.runs.find(handle)) rows.push_back(run->row());
  return rows;
}

Value RunnerImpl::approvals() const {
  Value list = Value::list();
  for (const auto& [id, handle] : context_.by_run) {
    const Run* run = context_.runs.find(handle);
    if (!run) continue;
    const Value of_run = run->approvals();
    for (const Value& one : of_run.as_list()) list.push(one);
  }
  return list;
}

void RunnerImpl::drain(base::Duration deadline, std::function<void()> done) {
  context_.draining = true;
  if (context_.open_invokes == 0) return context_.loop.post(std::move(done));
  context_.on_quiet = std::move(done);
  drain_timer_ = context_.loop.after(deadline, [this] { on_drain_late(); });
}

void RunnerImpl::on_drain_late() {
  drain_timer_ = 0;
  if (context_.on_quiet) std::exchange(context_.on_quiet, nullptr)();
}

std::unique_ptr<Runner> make_runner(Ports ports, ledger::Ledger& ledger, child::Spawner& spawner, base::Loop& loop,
                                    base::Random& random) {
  return std::make_unique<RunnerImpl>(std::move(ports), ledger, spawner, loop, random);
}

}  // namespace reeve::runbook
