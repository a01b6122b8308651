/// \file
/// How are the commands of the allow-list run, planned and probed? The plugin's Actor.
#pragma once

#include "exec/settings.h"
#include "reeve/plugin.hpp"

namespace reeve::exec {

class ExecActor : public Actor {
 public:
  explicit ExecActor(const Config& config) : settings_(Settings::of(config)) {}
  Plan plan(const Action& action) override;
  Json invoke(const Action& action) override;
  Probe probe(const Action& action) override;

 private:
  Json check(const Action& action) const;
  /// One of an action's commands, with the arguments of this call.
  common::Ended run(const Argv& argv, const Allowed& allowed, const Action& action) const;
  Settings settings_;
};

/// The words that a call adds to argv: its arguments in the order of the configuration.
/// Throws Error(kInvalid) for one that is missing, or does not match.
Argv checked_arguments(const Allowed& allowed, const Args& args);

/// What an exit code other than 0 means, as far as sysexits.h says.
Fault fault_of_exit(int code);

}  // namespace reeve::exec
