// What the stages ask of the fleet: collect, plan, invoke, probe, and what it tells about itself.
#include "plugin/arguments.h"
#include "plugin/fleet_impl.h"
#include "plugin/limits.h"

namespace reeve::plugin {

using model::Value;

namespace {
base::Result<model::Plan> plan_of(base::Result<Answer> answer, const std::string& action) {
  REEVE_TRY(Answer got, std::move(answer));
  model::Plan plan = model::Plan::from_value(got.value);
  std::erase(plan.targets, "");
  if (plan.targets.empty())
    return base::Error{base::Fault::kInternal, "the plan of " + action + " names no target: a fault of the plugin"};
  if (plan.baseline.size() > kMaxBaseline)
    return base::Error{base::Fault::kInternal,
                       "the baseline of " + action + " is longer than 1 KiB: a fault of the plugin"};
  return plan;
}

base::Result<model::ProbeAnswer> probe_of(base::Result<Answer> answer) {
  REEVE_TRY(const Answer got, std::move(answer));
  return model::probe_answer_of(got.value["state"].as_string());
}
}  // namespace

Instance* FleetImpl::find(const std::string& id) const {
  const auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : instances_.find(found->second.now);
}

base::Error FleetImpl::no_instance(const std::string& id) const {
  if (const Prepared* broken = broken_.find(id)) return {base::Fault::kUnavailable, id + ": " + broken->fault};
  return {base::Fault::kNotFound, "no plugin instance \"" + id + "\" in the configuration"};
}

std::vector<InstanceConfig> FleetImpl::instances() const {
  std::vector<InstanceConfig> out = broken_.instances();
  for (const auto& [id, slot] : slots_)
    if (const Instance* instance = instances_.find(slot.now)) out.push_back(instance->config());
  return out;
}

const Manifest* FleetImpl::manifest(const std::string& id) const {
  if (const Instance* instance = find(id)) return &instance->manifest();
  return prepared_manifest(id);
}

const Manifest* FleetImpl::prepared_manifest(const std::string& id) const {
  for (const Prepared& one : prepared_)
    if (one.config.id() == id) return one.manifest.get();
  return nullptr;
}

const model::ActionSpec* FleetImpl::action(const std::string& id, const std::string& name) const {
  const Manifest* known = manifest(id);
  return known ? known->action(name) : nullptr;
}

void FleetImpl::collect(const std::string& id, base::Duration deadline,
                        std::function<void(base::Result<model::Batch>)> done) {
  Instance* instance = find(id);
  if (!instance) return done(no_instance(id));
  instance->collect(deadline, std::move(done));
}

base::Result<Request> FleetImpl::request_of(Ask ask, const Call& call) const {
  const Instance* instance = find(call.instance);
  if (!instance) return no_instance(call.instance);
  const model::ActionSpec* spec = instance->manifest().action(call.action);
  const std::string name = instance->program().name + "." + call.action;
  if (!spec) return base::Error{base::Fault::kNotFound, "the plugin has no action " + name};
  if (ask == Ask::kPlan && !spec->has_plan) return base::invalid("the action " + name + " has no plan");
  if (ask == Ask::kProbe && !spec->has_probe) return base::invalid("the action " + name + " has no probe");
  REEVE_CHECK(check_arguments(instance->program().name, *spec, call.args));
  Request request;
  request.ask = ask;
  request.action = call.action;
  request.args = call.args.is_null() ? Value::map() : call.args;
  request.deadline = call.deadline;
  return request;
}

void FleetImpl::plan(Call call, std::function<void(base::Result<model::Plan>)> done) {
  auto request = request_of(Ask::kPlan, call);
  if (!request.ok()) return done(request.error());
  find(call.instance)->act(std::move(*request), [done, action = call.action](base::Result<Answer> answer) {
    done(plan_of(std::move(answer), action));
  });
}

void FleetImpl::invoke(Call call, std::string key, std::string baseline, model::Fence fence,
                       std::function<void(base::Result<InvokeReply>)> done) {
  auto request = request_of(Ask::kInvoke, call);
  if (!request.ok()) return done(request.error());
  if (!fenced(call.instance, fence))
    return done(base::Error{base::Fault::kRefused, "run " + fence.run + " has been taken over by a newer epoch"});
  request->key = std::move(key);
  request->baseline = std::move(baseline);
  request->fence = std::move(fence);
  find(call.instance)->act(std::move(*request), [done](base::Result<Answer> answer) {
    done(std::move(answer).transform([](Answer got) { return InvokeReply{std::move(got.value)}; }));
  });
}

void FleetImpl::probe(Call call, std::string key, std::string baseline,
                      std::function<void(base::Result<model::ProbeAnswer>)> done) {
  auto request = request_of(Ask::kProbe, call);
  if (!request.ok()) return done(request.error());
  request->key = std::move(key);
  request->baseline = std::move(baseline);
  find(call.instance)->act(std::move(*request), [done](base::Result<Answer> answer) {
    done(probe_of(std::move(answer)));
  });
}

// A shared object's process checks the token itself (plugin/process/process.cpp), so that also a call on its way is
// held; an exec program cannot be trusted to.
bool FleetImpl::fenced(const std::string& id, const model::Fence& fence) {
  return !find(id)->program().exec || fences_[id].admit(fence.run, fence.epoch);
}

Value FleetImpl::status() const {
  Value out = Value::list();
  for (const auto& [id, slot] : slots_) {
    const Instance* instance = instances_.find(slot.now);
    if (!instance) continue;
    Value one = instance->status();
    Value processes = Value::list();
    std::vector<base::Handle> seen;
    for (const base::Handle handle : instance->lanes()) {
      const Lane* lane = lanes_.find(handle);
      const Host* host = lane ? hosts_.find(lane->host()) : nullptr;
      if (!host || std::find(seen.begin(), seen.end(), lane->host()) != seen.end()) continue;
      seen.push_back(lane->host());
      processes.push(host->status());
    }
    // One line for people: the worst of its processes.
    const Value* worst = nullptr;
    for (const Value& process : processes.as_list())
      if (!worst || process["failures_in_a_row"].as_int() > (*worst)["failures_in_a_row"].as_int()) worst = &process;
    one.set("state", worst ? (*worst)["state"] : Value("opening")).set("pid", worst ? (*worst)["pid"] : Value(0));
    one.set("restarts", worst ? (*worst)["restarts"] : Value(0)).set("processes", processes);
    out.push(std::move(one));
  }
  broken_.add_status(out);
  return out;
}

}  // namespace reeve::plugin
