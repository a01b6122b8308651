#include "runbook/rehearsal/plugins.h"

#include <memory>

namespace reeve::runbook {

using base::Result;
using model::Value;

namespace {
std::string plugin_of(const std::string& instance) {
  return instance.substr(0, instance.find('/'));
}
}  // namespace

Result<std::string> SimulatedPlugins::resolve(const std::string& plugin, const std::string& target) const {
  std::vector<std::string> found;
  for (const std::string& instance : instances)
    if (plugin_of(instance) == plugin && (target.empty() || instance == plugin + "/" + target))
      found.push_back(instance);
  if (found.empty())
    return base::Error{base::Fault::kNotFound,
                       "no instance " + target + (target.empty() ? "" : " ") + "of plugin " + plugin};
  if (found.size() > 1) return base::invalid("plugin " + plugin + " has several instances: name one");
  return found[0];
}

const SimulatedAction* SimulatedPlugins::find(const std::string& instance, const std::string& action) const {
  auto found = all.find(plugin_of(instance) + "." + action);
  if (found == all.end()) found = all.find(action);
  return found == all.end() ? nullptr : &found->second;
}

const model::ActionSpec* SimulatedPlugins::spec(const std::string& instance, const std::string& action) const {
  const SimulatedAction* found = find(instance, action);
  return found ? &found->spec : nullptr;
}

std::vector<std::string> SimulatedPlugins::actions(const std::string& instance) const {
  std::vector<std::string> names;
  for (const auto& [name, action] : all) {
    const size_t dot = name.find('.');
    if (dot == std::string::npos) names.push_back(name);
    if (dot != std::string::npos && name.substr(0, dot) == plugin_of(instance)) names.push_back(name.substr(dot + 1));
  }
  return names;
}

void SimulatedPlugins::note(const std::string& what) {
  if (at) at(what);
  log.push_back(what);
}

void SimulatedPlugins::later(base::Duration delay, base::Task reply) {
  const uint64_t id = next_++;
  replies_[id] = loop_.after(delay, [this, id, reply = std::move(reply)] {
    replies_.erase(id);
    reply();
  });
}

void SimulatedPlugins::plan(Call call, std::function<void(Result<model::Plan>)> done) {
  note("plan " + call.action);
  const SimulatedAction* action = find(call.instance, call.action);
  model::Plan usual;
  usual.targets = {call.instance + "/" + call.action};
  Result<model::Plan> plan = action && action->plan ? action->plan(call.args) : Result<model::Plan>(usual);
  later(base::millis(1), [done = std::move(done), plan = std::move(plan)] { done(plan); });
}

void SimulatedPlugins::invoke(Call call, std::string key, std::string, model::Fence,
                              std::function<void(Result<Value>)> done) {
  note("invoke " + call.action);
  keys.push_back(std::move(key));
  const SimulatedAction* action = find(call.instance, call.action);
  const base::Duration takes = action ? action->takes : base::Duration{};
  auto answer = std::make_shared<Result<Value>>(Value());
  const uint64_t id = next_++;
  Sent sent;
  sent.arrive = [this, call, answer] {
    note("effect " + call.action);
    const SimulatedAction* now = find(call.instance, call.action);
    *answer = now && now->effect ? now->effect(call.args) : Result<Value>(Value::map());
  };
  sent.timer = loop_.after(takes, [this, id] {
    const auto arrive = sent_[id].arrive;
    sent_.erase(id);
    arrive();
  });
  sent_[id] = std::move(sent);
  later(takes * 2, [answer, done = std::move(done)] { done(*answer); });
}

void SimulatedPlugins::probe(Call call, std::string, std::string baseline,
                             std::function<void(Result<model::ProbeAnswer>)> done) {
  note("probe " + call.action);
  const SimulatedAction* action = find(call.instance, call.action);
  Result<model::ProbeAnswer> answer = action && action->probe
                                          ? action->probe(call.args, baseline)
                                          : Result<model::ProbeAnswer>(model::ProbeAnswer::kUnknown);
  later(base::millis(1), [answer, done = std::move(done)] { done(answer); });
}

void SimulatedPlugins::forget_replies(bool arrive) {
  for (const auto& [id, timer] : replies_) loop_.cancel(timer);
  replies_.clear();
  if (arrive) return;
  for (const auto& [id, sent] : sent_) loop_.cancel(sent.timer);
  sent_.clear();
}

}  // namespace reeve::runbook
