/// \file
/// What does a run need from the rest of the engine? Ports, joined in app.
///
/// Core thread. Every answer arrives once, later, on the core thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "guard/guard.h"
#include "model/action.h"
#include "model/alert.h"
#include "model/value.h"

namespace reeve::runbook {

/// The plugins, as runs see them (plugin::Fleet behind it).
class ActionPort {
 public:
  virtual ~ActionPort() = default;
  /// The instance that `run:use(plugin, target)` means: "docker/local". With no target: the plugin's only instance.
  virtual base::Result<std::string> resolve(const std::string& plugin, const std::string& target) const = 0;
  virtual const model::ActionSpec* spec(const std::string& instance, const std::string& action) const = 0;
  /// The names of an instance's actions, for "did you mean"; empty when not known.
  virtual std::vector<std::string> actions(const std::string& instance) const {
    (void)instance;
    return {};
  }
  struct Call {
    std::string instance, action;
    model::Value args;
    base::Duration deadline;
  };
  virtual void plan(Call call, std::function<void(base::Result<model::Plan>)> done) = 0;
  virtual void invoke(Call call, std::string key, std::string baseline, model::Fence fence,
                      std::function<void(base::Result<model::Value>)> done) = 0;
  virtual void probe(Call call, std::string key, std::string baseline,
                     std::function<void(base::Result<model::ProbeAnswer>)> done) = 0;
};

enum class Verified { kHeld, kNotHeld, kUnknown };

struct Ports {
  ActionPort* actions = nullptr;
  /// The gate with today's state and settings; pure. `act.mode` etc. are filled in by the runner.
  std::function<model::Decision(const guard::Act&, const guard::Settings& of_runbook)> gate;
  /// PromQL on fresh data, on the query thread: vector as list of {labels, value}, scalar as number.
  std::function<void(const std::string& expr, std::function<void(base::Result<model::Value>)> done)> query;
  /// Is this alert's episode still active (pending or firing)?
  std::function<bool(const model::Alert&)> alert_active;
  /// The alert as it is now (annotations, `warming`); without this port the alert of the start counts.
  std::function<std::optional<model::Alert>(const model::Alert&)> alert_now;
  /// A flapping alert escalates and never acts; without this port none flaps.
  std::function<bool(const model::Alert&)> flapping;
  std::function<std::optional<base::Duration>(const model::Alert&)> data_age;
  /// Today's `safety:` of the engine, for what is no rail (`settles`, `hold`); without it the defaults.
  std::function<guard::Settings()> settings;
  std::function<void(const model::Alert&, base::Time since, base::Duration hold, base::Duration within,
                     std::function<void(Verified, std::string why)> done)>
      verify;
  /// Tells people: escalations and approval requests; at least once, never blocks.
  struct Message {
    std::string kind;  ///< "escalation", "approval", "parked", "ended"
    std::string run, runbook, text;
    std::optional<model::Alert> alert;
    base::Uuid correlation{};
    bool over = false;       ///< nobody needs to do anything: the run ended well, the question was answered
    std::string approval{};  ///< id of the question that is asked or answered
    base::Time since{};      ///< when it was asked
    std::string about{};     ///< of a run that ended: its runbook and targets (or parameters)
  };
  std::function<void(const Message&)> tell;
  /// The ledger reader for journals and bundles at restore (blocking: used before the loop runs, and for resume).
  std::function<base::Result<std::string>(const base::Hash&)> blob;
};

}  // namespace reeve::runbook
