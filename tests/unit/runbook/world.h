/// \file
/// How do tests run runbooks? On the stage of rehearsals, with alerts by number and a plugin "box".
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "model/json.h"
#include "runbook/rehearsal/stage.h"

namespace reeve::runbook {

using FakeAction = SimulatedAction;

class World : public Stage {
 public:
  World();
  /// An action of the plugin "box", whose plan names the target box/one/<id>.
  FakeAction& add(const std::string& name, model::ActionClass cls, model::Effect effect);
  /// Adds or replaces a runbook whose file is `text`. Its errors fail the test.
  void runbook(const std::string& name, const std::string& text);
  /// `body` of the usual runbook: `local box = run:use "box"` stands before it.
  void simple(const std::string& name, const std::string& body, const std::string& declaration = "");
  void start_engine();
  void restart() {
    kill();
    start_engine();
  }

  Candidate candidate(const std::string& runbook, int alert = 1, uint64_t episode = 1);
  static model::Alert alert(int n, uint64_t episode = 1);
  Started consider(Candidate candidate);
  Started consider(const std::string& runbook) { return consider(candidate(runbook)); }
  /// The alert of a candidate changes its state.
  void alert_becomes(int n, model::AlertState state, uint64_t episode = 1);
  std::vector<std::string> kinds() const { return memory->kinds(); }
  /// Kinds that say what happens to a run, in order, without leases.
  std::vector<std::string> story() const;
  std::vector<ledger::Stored> find(const std::string& kind) const { return memory->find(kind); }
  std::string result() const;  ///< of the last run.ended: "succeeded: message"
  std::string parked() const;  ///< reason of the only live run

  std::map<int, bool> active;  ///< alerts by number
};

}  // namespace reeve::runbook
