/// \file
/// How does a case go? One run of the runbook on a stage, what happened in it, and what of that was not expected.
///
/// Core thread.
#pragma once

#include <string>
#include <vector>

#include "runbook/rehearsal/case.h"
#include "runbook/rehearsal/stage.h"

namespace reeve::runbook {

/// A step as it was taken.
struct SeenStep {
  std::string name;
  model::Value args = model::Value::map();
  std::vector<std::string> targets;
  std::string error;  ///< the fault; empty: it went well
};

struct Seen {
  std::vector<SeenStep> steps, reads;
  std::vector<std::string> gate, notes, told;
  std::string ended;                  ///< "succeeded: message", "parked: reason", "refused: reason", "error: text"
  std::vector<std::string> problems;  ///< happenings that could not happen, with their places
};

class Play {
 public:
  Play(const Case& of, const Runbook& runbook);

  void begin();
  /// Runs for so long at most.
  void advance(base::Duration by);
  /// Runs until it is over, or the case's time is.
  void finish();
  bool over() const;
  Seen seen();

  Stage& stage() { return stage_; }
  /// "docker.restart {...}" -> how often it happened, of what must not happen twice.
  const std::map<std::string, int>& effects() const { return effects_; }

 private:
  void add_action(const std::string& name, const ScriptedAction& scripted);
  void add_questions();
  void happen(const Happening& happening);
  base::Status act(const Happening& happening);
  std::string live_run() const;
  std::string end_of_it() const;

  const Case& case_;
  const Runbook& runbook_;
  Stage stage_;
  base::Boot began_{};
  std::string refused_;  ///< why there is no run
  std::string run_;
  bool alert_over_ = false;
  std::map<std::string, size_t> asked_;  ///< answers given, by action or expression
  std::map<std::string, int> count_;     ///< effects, by action and arguments
  std::map<std::string, int> effects_;   ///< those of class probed and once
  size_t happened_ = 0;
  std::vector<std::string> problems_;
};

/// What differs, a line each, with the place of what was expected.
std::vector<std::string> differences(const Case& of, const Seen& seen);

/// The case again and again, the engine killed around each of its entries; a line for what went wrong, with the place
/// of the case.
std::vector<std::string> crash_problems(const Case& of, const Runbook& runbook);

}  // namespace reeve::runbook
