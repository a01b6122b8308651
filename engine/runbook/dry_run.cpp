#include "runbook/dry_run.h"

#include <algorithm>

#include "model/json.h"
#include "runbook/arguments.h"
#include "runbook/journal.h"
#include "runbook/run.h"

namespace reeve::runbook {

using base::Error;
using base::Fault;
using base::Result;
using model::Value;

namespace {
/// As many as a live run may have rows: a script may turn in a loop that no change ends here.
constexpr size_t kMostCalls = 10'000;

Value verdict_value(const model::Decision& decision) {
  Value out = Value::map();
  out.set("verdict", model::verdict_name(decision.verdict)).set("rail", decision.rail).set("reason", decision.reason);
  return out;
}
}  // namespace

DryRun::DryRun(Context& context, base::Live<DryRun>& live, Terms terms, std::string bundle, Done done)
    : context_(context), live_(live), terms_(std::move(terms)), bundle_(std::move(bundle)), done_(std::move(done)) {}

void DryRun::begin(base::Handle self) {
  handle_ = self;
  start_ = context_.ports.gate(Run(context_, terms_).act(guard::Point::kStart), terms_.safety);
  script::Start start;
  start.run = terms_.run;
  start.bundle = bundle_;
  start.params = terms_.params;
  if (terms_.alert) start.alert = terms_.alert->to_value();
  start.now = context_.wall();
  context_.scripts->start(std::move(start));
}

void DryRun::answer(Result<Value> value) {
  waits_ = false;
  context_.scripts->answer(terms_.run, call_.path, std::move(value), context_.wall());
  go_on();
}

void DryRun::on_call(const script::Call& call) {
  if (!done_) return;
  if (++asked_ > kMostCalls)
    return finish("limit", "limit: more than " + std::to_string(kMostCalls) + " calls: does it turn in a loop?");
  calls_.push_back(call);
  go_on();
}

void DryRun::go_on() {
  if (going_) return;
  going_ = true;
  while (done_ && !waits_ && !calls_.empty()) {
    call_ = std::move(calls_.front());
    calls_.pop_front();
    waits_ = true;
    ask(call_);
  }
  going_ = false;
}

void DryRun::use(const script::Call& call) {
  const auto instance = context_.ports.actions->resolve(call.name, call.args["target"].as_string());
  if (!instance.ok()) return answer(instance.error());
  Value found = Value::map().set("instance", *instance);
  const std::vector<std::string> actions = context_.ports.actions->actions(*instance);
  if (!actions.empty()) found.set("actions", list_of(actions));
  answer(std::move(found));
}

void DryRun::ask(const script::Call& call) {
  if (call.kind == "action") return action(call);
  if (call.kind == "use") return use(call);
  if (call.kind == "wait") {
    notes_.push("it would wait for: " + call.name);
    // The condition is read, so that a mistake in it shows; what it says now means nothing after changes not made.
    if (call.args["expr"].is_string() && context_.ports.query)
      return context_.ports.query(call.args["expr"].as_string(), live_.on(handle_, &DryRun::on_query));
    return answer(Value(true));
  }
  if (call.kind == "approve") {
    notes_.push("a person would be asked: " + call.name);
    return answer(Value::map().set("by", "dry run"));
  }
  if (call.kind == "note") notes_.push(call.name);
  answer(Value());
}

void DryRun::on_query(Result<Value> value) {
  if (!value.ok() && value.error().fault == Fault::kInvalid) return answer(value.error());
  answer(value.ok() && !(value->is_list() && value->as_list().empty()) ? *value : Value(true));
}

void DryRun::action(const script::Call& call) {
  const std::string instance = call.args["instance"].as_string();
  const std::string verb = call.name.substr(call.name.find('.') + 1);
  const model::ActionSpec* spec = context_.ports.actions->spec(instance, verb);
  if (!spec) return answer(Error{Fault::kNotFound, instance + " has no action \"" + verb + "\""});
  auto read = read_arguments(call, spec);
  if (!read.ok()) return answer(read.error());
  call_.args.set("args", read->args);
  const ActionPort::Call asked{instance, verb, std::move(read->args), read->timeout};
  if (spec->effect == model::Effect::kRead)
    return context_.ports.actions->invoke(asked, step_key(terms_.run, call.path), "", {terms_.run, 0},
                                          live_.on(handle_, &DryRun::on_read));
  if (spec->has_plan) return context_.ports.actions->plan(asked, live_.on(handle_, &DryRun::on_plan));
  model::Plan plan;
  plan.targets = {terms_.targets[0]};
  on_plan(std::move(plan));
}

void DryRun::on_read(Result<Value> value) {
  answer(std::move(value));
}

void DryRun::on_plan(Result<model::Plan> plan) {
  if (!plan.ok()) return answer(plan.error());
  const std::string instance = call_.args["instance"].as_string();
  const model::ActionSpec* spec = context_.ports.actions->spec(instance, call_.name.substr(call_.name.find('.') + 1));
  if (!spec) return answer(Error{Fault::kNotFound, instance + " is gone"});
  note_change(*plan, *spec);
  if (call_.args.has("dry_result")) return answer(call_.args["dry_result"]);
  finish("open", "the result of " + call_.name + " is not known before it is done (dry_result)");
}

void DryRun::note_change(const model::Plan& plan, const model::ActionSpec& spec) {
  const Run run(context_, terms_);
  Intent intent;
  intent.name = call_.name;
  intent.instance = call_.args["instance"].as_string();
  intent.args = call_.args["args"];
  intent.targets = plan.targets;
  intent.group = run.group_of(intent, plan);
  intent.effect = spec.effect;
  intent.cls = spec.cls;
  const guard::Act act = run.act(intent, plan);
  Value step = Value::map();
  step.set("path", call_.path).set("action", call_.name).set("instance", call_.args["instance"]);
  step.set("args", call_.args["args"]).set("class", model::action_class_name(spec.cls));
  step.set("effect", model::effect_name(spec.effect)).set("targets", list_of(plan.targets));
  step.set("preview", plan.preview).set("gate", verdict_value(context_.ports.gate(act, terms_.safety)));
  steps_.push(std::move(step));
}

void DryRun::on_ended(const script::Ended& ended) {
  finish(ended.result, ended.result + (ended.message.empty() ? "" : ": " + ended.message));
}

void DryRun::on_lost(const std::string& why) {
  if (done_) std::exchange(done_, nullptr)(Error{Fault::kUnavailable, "the script worker ended: " + why});
}

/// The plan, with a hash of what would be done: a live run may be bound to it.
void DryRun::finish(const std::string& result, const std::string& ends) {
  if (!done_) return;
  Value plan = Value::map();
  plan.set("runbook", terms_.runbook).set("params", terms_.params).set("start", verdict_value(start_));
  plan.set("steps", steps_).set("notes", notes_).set("ends", ends).set("result", result);
  plan.set("hash", base::hex(base::sha256(terms_.bundle + model::to_json(steps_))).substr(0, 16));
  std::exchange(done_, nullptr)(std::move(plan));
}

}  // namespace reeve::runbook
