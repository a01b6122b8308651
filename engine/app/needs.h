/// \file
/// Where does the engine need a person? What it tells its operator of the story: lines in the log, words in the status.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "guard/guard.h"
#include "ledger/ledger.h"
#include "model/alert.h"
#include "model/entry.h"

namespace reeve::app {

/// Core thread. Fed with every entry on its way to the ledger; remembers only what fires now.
class Needs {
 public:
  /// One line in the log for an entry that tells a piece of the story: warn where a person is needed, else info.
  void on_entry(const model::Entry& entry);
  /// At start: what fires, and what was refused or did not help before.
  void restore(const std::vector<model::Alert>& alerts, ledger::Reader& reader);
  /// A sentence for each firing alert whose remediation was refused or did not help: why, and what to type.
  std::vector<std::string> sentences(const std::vector<guard::State::OpenBreaker>& open) const;

 private:
  struct Need {
    bool refused = true;  ///< else it was done and did not help
    int rail = 0;
    std::string runbook, run, rail_name, reason, to_do;
  };
  struct Firing {
    std::string alert, target;
    std::optional<Need> need;
  };
  class Words;
  /// The alert that an entry is about, if it fires.
  Firing* firing_of(const model::Entry& entry);
  /// True: a person is needed.
  bool remember(const model::Entry& entry, const Words& body);
  void log_decision(const model::Entry& entry, const Words& body, bool needed);
  void log_run(const model::Entry& entry, const Words& body);
  std::string name_of(const model::Entry& entry);

  std::map<base::Uuid, Firing> firing_;        ///< by the correlation of the episode
  std::map<std::string, std::string> alerts_;  ///< of runs under way, which may outlast them
};

}  // namespace reeve::app
