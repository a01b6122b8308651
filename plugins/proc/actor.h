/// \file
/// How is the process started, stopped, restarted, signalled? The plugin's Actor.
#pragma once

#include "common/process/pidfd.h"
#include "proc/identity.h"
#include "reeve/plugin.hpp"

namespace reeve::proc {

/// Was the act done, compared with the life that plan() saw? Pure. `starting`: a process that this very act started
/// lives, though it does not show itself yet.
Probe judge(const std::string& action, const Life& before, const Life& now, bool starting);

class ProcActor : public Actor {
 public:
  explicit ProcActor(const Config& config) : settings_(Settings::of(config)) {}
  Plan plan(const Action& action) override;
  Json invoke(const Action& action) override;
  Probe probe(const Action& action) override;

 private:
  Json start(const Action& action);
  Json stop(const Action& action);
  Json signal(const Action& action);
  /// Waits until the started one shows itself, or stays in the foreground. Throws when it does not come up.
  common::ProcessStat wait_until_up(pid_t pid, const common::Pidfd& handle, const Action& action);
  void ask_to_stop(const common::ProcessStat& process, const common::Pidfd& handle, const Action& action);
  void keep_child(common::Pidfd handle);
  Json report(const common::ProcessStat& process, bool changed) const;

  Settings settings_;
  std::vector<common::Pidfd> children_;  ///< to be reaped when they end
};

}  // namespace reeve::proc
