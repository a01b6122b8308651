#include "runbook/rehearsal/play.h"

#include <algorithm>

#include "model/json.h"
#include "runbook/journal.h"
#include "runbook/terms.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using model::Value;

namespace {
/// The n-th answer; the last one is repeated.
template <class T>
const T& nth(const std::vector<T>& answers, size_t n) {
  return answers[std::min(n, answers.size() - 1)];
}
}  // namespace

Play::Play(const Case& of, const Runbook& runbook) : case_(of), runbook_(runbook) {
  stage_.library->put(runbook);
  stage_.safety = case_.safety;
  stage_.actions.instances = case_.instances;
  for (const auto& [name, scripted] : case_.actions) add_action(name, scripted);
  add_questions();
}

void Play::add_action(const std::string& name, const ScriptedAction& scripted) {
  SimulatedAction& action = stage_.actions.all[name];
  action.spec = scripted.spec;
  action.takes = base::micros(scripted.takes.us / 2);
  const auto what = [name](const Value& args) { return name + " " + model::to_json(args); };
  action.effect = [this, name, what, &scripted](const Value& args) -> Result<Value> {
    const size_t n = asked_[name]++;
    Result<Value> reply = scripted.replies.empty() ? Result<Value>(Value::map()) : nth(scripted.replies, n);
    // An error but these means that nothing was done.
    const bool done =
        reply.ok() || reply.error().fault == Fault::kUnknownOutcome || reply.error().fault == Fault::kTimeout;
    if (!done) return reply;
    ++count_[what(args)];
    if (scripted.spec.cls == model::ActionClass::kProbed || scripted.spec.cls == model::ActionClass::kOnce)
      ++effects_[what(args)];
    return reply;
  };
  action.plan = [this, what, &scripted](const Value& args) -> Result<model::Plan> {
    model::Plan plan;
    for (const std::string& target : scripted.targets) {
      REEVE_TRY(std::string key, fill(target, args));
      plan.targets.push_back(std::move(key));
    }
    if (plan.targets.empty() && case_.alert && !case_.alert->target.empty()) plan.targets = {case_.alert->target};
    if (plan.targets.empty()) plan.targets = {case_.instances.front()};
    plan.group = scripted.group;
    plan.members = scripted.members;
    plan.healthy = scripted.healthy;
    plan.baseline = std::to_string(count_[what(args)]);
    return plan;
  };
  action.probe = [this, name, what, &scripted](const Value& args, const std::string& baseline) {
    using Answer = Result<model::ProbeAnswer>;
    if (!scripted.probes.empty()) return Answer(nth(scripted.probes, asked_["probe " + name]++));
    const bool happened = count_[what(args)] > std::atoi(baseline.c_str());
    return Answer(happened ? model::ProbeAnswer::kDone : model::ProbeAnswer::kNotStarted);
  };
}

void Play::add_questions() {
  stage_.verified = case_.verify == "held"       ? Verified::kHeld
                    : case_.verify == "not_held" ? Verified::kNotHeld
                                                 : Verified::kUnknown;
  stage_.on_verified = [this](Verified verified) { alert_over_ = alert_over_ || verified == Verified::kHeld; };
  stage_.alert_active = [this](const model::Alert&) { return !alert_over_; };
  stage_.query = [this](const std::string& expr) -> Result<Value> {
    const auto found = case_.queries.find(expr);
    if (found == case_.queries.end()) return base::invalid("the case has no answers (queries) for " + expr);
    return nth(found->second, asked_[expr]++);
  };
}

void Play::begin() {
  const base::Status started = stage_.start_engine();
  if (!started.ok()) problems_.push_back(case_.place + ": " + started.error().text);
  began_ = stage_.loop.clock().boot();
  for (const Happening& happening : case_.happenings) {
    // What happens at once is so before the run is wanted.
    if (happening.at <= base::Duration{}) {
      happen(happening);
    } else {
      stage_.loop.after(happening.at, [this, &happening] { happen(happening); });
    }
  }
  Candidate candidate;
  candidate.runbook = runbook_.name;
  candidate.params = case_.params.is_map() ? case_.params : Value::map();
  candidate.alert = case_.alert;
  if (candidate.alert) candidate.alert->active_at = candidate.alert->fired_at = stage_.loop.clock().wall();
  candidate.response_id = "rehearsal";
  candidate.mode = case_.mode;
  candidate.verify = case_.alert.has_value();
  candidate.requested_by = case_.alert ? "" : "operator";
  const auto started_run = stage_.runner->consider(candidate);
  if (!started_run.ok()) {
    refused_ = "error: " + started_run.error().text;
  } else if (started_run->run.empty()) {
    const model::Decision& decision = started_run->decision;
    refused_ = decision.verdict == model::Verdict::kRefuse ? "refused: " + decision.reason : "only recorded";
  } else {
    run_ = started_run->run;
  }
}

void Play::advance(base::Duration by) {
  stage_.advance(by);
}

bool Play::over() const {
  return !refused_.empty() || stage_.runner->runs().empty();
}

void Play::finish() {
  while (!over() && stage_.loop.clock().boot() - began_ < case_.within) advance(base::seconds(1));
  // What is only told or committed a moment later belongs to it.
  advance(base::millis(10));
}

// ---- happenings ----------------------------------------------------------------------------------------------------

void Play::happen(const Happening& happening) {
  ++happened_;
  const base::Status done = act(happening);
  if (!done.ok())
    problems_.push_back(happening.place + ": after " + base::format_duration(happening.at) + ": " + done.error().text);
}

std::string Play::live_run() const {
  const auto runs = stage_.runner->runs();
  return runs.empty() ? "" : runs[0].id;
}

base::Status Play::act(const Happening& happening) {
  Runner& runner = *stage_.runner;
  const std::string run = live_run();
  if (happening.what == "kill") {
    if (happening.word == "worker") return stage_.kill_worker(), base::Status{};
    stage_.kill();
    return stage_.start_engine();
  }
  if (happening.what == "halt" || happening.what == "lift") {
    if (happening.what == "halt") stage_.state.set_file_switches({{"", happening.word, happening.by}});
    if (happening.what == "lift") stage_.state.set_file_switches({});
    return runner.on_switch(), base::Status{};
  }
  if (happening.what == "alert") {
    if (!case_.alert) return base::invalid("the case has no alert");
    alert_over_ = true;
    model::AlertChange change{model::AlertState::kFiring, *case_.alert};
    change.alert.state = model::AlertState::kResolved;
    return runner.on_alert(change), base::Status{};
  }
  if (run.empty()) return Error{Fault::kConflict, "the run was over"};
  if (happening.what == "cancel") return runner.cancel(run, happening.word);
  if (happening.what == "settle") return runner.settle(run, "", happening.word, happening.by);
  const Value approvals = runner.approvals();
  if (approvals.as_list().empty()) return Error{Fault::kNotFound, "no approval was pending"};
  const std::string id = approvals.as_list()[0]["id"].text();
  return happening.what == "approve" ? runner.approve(id, happening.word)
                                     : runner.deny(id, happening.word, happening.why);
}

// ---- what was seen -------------------------------------------------------------------------------------------------

std::string Play::end_of_it() const {
  if (!refused_.empty()) return refused_;
  const auto ended = stage_.memory->find("run.ended");
  if (!ended.empty()) {
    const std::string message = body_of(ended.back())["message"].as_string();
    return ended.back().facts["result"].text() + (message.empty() ? "" : ": " + message);
  }
  const auto runs = stage_.runner->runs();
  if (runs.empty()) return "no run";
  return runs[0].reason.empty() ? "running" : "parked: " + runs[0].reason;
}

namespace {
std::string verdict_line(const std::string& who, const std::string& verdict, int64_t rail) {
  return who + " " + verdict + (rail == 0 ? "" : " " + std::to_string(rail));
}

/// Reads the story of a ledger into what a case can expect.
class Story {
 public:
  explicit Story(Seen& seen) : seen_(seen) {}

  void take(const ledger::Stored& entry) {
    const Value& facts = entry.facts;
    const std::string name = facts["name"].as_string();
    if (entry.kind == "decision") {
      const bool start = facts["point"].as_string() == "start";
      seen_.gate.push_back(verdict_line(start ? "start" : name, facts["verdict"].as_string(), facts["rail"].as_int()));
    } else if (entry.kind == "step.intent") {
      if (!at_.contains(facts["path"].as_string())) seen_.gate.push_back(name + " allow");
      at_[facts["path"].as_string()] = seen_.steps.size();
      seen_.steps.push_back({name, body_of(entry)["args"], texts_of(facts["targets"]), ""});
    } else if (entry.kind == "step.outcome") {
      if (const auto found = at_.find(facts["path"].as_string()); found != at_.end())
        seen_.steps[found->second].error = facts["fault"].as_string();
    } else if (entry.kind == "step.read" && facts["kind"].as_string() == "action") {
      seen_.reads.push_back({name, body_of(entry)["args"], {}, facts["fault"].as_string()});
    } else if (entry.kind == "step.read" && facts["kind"].as_string() == "note") {
      seen_.notes.push_back(body_of(entry)["text"].text());
    }
  }

 private:
  Seen& seen_;
  std::map<std::string, size_t> at_;
};
}  // namespace

Seen Play::seen() {
  Seen seen;
  Story story(seen);
  for (const ledger::Stored& entry : stage_.memory->entries()) story.take(entry);
  for (const Ports::Message& message : stage_.told) {
    const bool answer = message.over && !message.approval.empty();  // the case's own doing
    if (!answer) seen.told.push_back(message.kind + ": " + message.text);
  }
  seen.ended = end_of_it();
  seen.problems = problems_;
  for (size_t i = happened_; i < case_.happenings.size(); ++i)
    seen.problems.push_back(case_.happenings[i].place + ": the run was over before this could happen");
  return seen;
}

}  // namespace reeve::runbook
