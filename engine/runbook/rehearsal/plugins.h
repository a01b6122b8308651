/// \file
/// What do runs act on when nothing may be touched? Plugins that do as they are told, on a virtual clock.
///
/// Core thread. What they did outlives a killed engine: a request that was sent arrives, its reply goes nowhere.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "runbook/ports.h"

namespace reeve::runbook {

/// One action. What is not set: no effect and an empty reply; a target named after the action; an unknown outcome.
struct SimulatedAction {
  model::ActionSpec spec;
  /// What the world does; the value is the reply. Called when the request arrives.
  std::function<base::Result<model::Value>(const model::Value& args)> effect;
  std::function<base::Result<model::Plan>(const model::Value& args)> plan;
  std::function<base::Result<model::ProbeAnswer>(const model::Value& args, const std::string& baseline)> probe;
  base::Duration takes = base::millis(10);  ///< from request to effect, and again from effect to reply
};

class SimulatedPlugins : public ActionPort {
 public:
  explicit SimulatedPlugins(base::ManualLoop& loop) : loop_(loop) {}
  base::Result<std::string> resolve(const std::string& plugin, const std::string& target) const override;
  const model::ActionSpec* spec(const std::string& instance, const std::string& action) const override;
  std::vector<std::string> actions(const std::string& instance) const override;
  void plan(Call call, std::function<void(base::Result<model::Plan>)> done) override;
  void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
              std::function<void(base::Result<model::Value>)> done) override;
  void probe(Call call, std::string key, std::string baseline,
             std::function<void(base::Result<model::ProbeAnswer>)> done) override;

  /// The engine was killed: replies go nowhere, requests that were sent arrive all the same if `arrive`.
  void forget_replies(bool arrive);

  std::map<std::string, SimulatedAction> all;  ///< "box.restart", or "restart" of every plugin
  std::vector<std::string> instances;          ///< "box/one"
  std::vector<std::string> log;                ///< "plan restart", "invoke restart", "effect restart", "probe restart"
  std::vector<std::string> keys;               ///< of each invoke
  std::function<void(const std::string& what)> at;  ///< called with each line of the log before it happens

 private:
  struct Sent {
    base::Loop::Id timer;
    std::function<void()> arrive;
  };
  const SimulatedAction* find(const std::string& instance, const std::string& action) const;
  void note(const std::string& what);
  void later(base::Duration delay, base::Task reply);

  base::ManualLoop& loop_;
  std::map<uint64_t, Sent> sent_;
  std::map<uint64_t, base::Loop::Id> replies_;
  uint64_t next_ = 1;
};

}  // namespace reeve::runbook
