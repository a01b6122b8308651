/// \file
/// What does a `*_test.lua` say? Its cases, typed, each with the place where it stands.
///
/// Pure. A test is `return runbook_test { shared keys, case, case, ... }`; a case is `{ "name", keys }`, and its keys
/// go before the shared ones. The format is explained in runbooks/README.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "guard/guard.h"
#include "model/action.h"
#include "model/alert.h"
#include "runbook/bundle.h"

namespace reeve::runbook {

/// An action of a simulated plugin: what its manifest says, and what it answers, one after the other; the last answer
/// is repeated.
struct ScriptedAction {
  model::ActionSpec spec;
  base::Duration takes = base::seconds(1);  ///< from the request to the answer; the effect is in the middle
  std::vector<base::Result<model::Value>> replies;
  std::vector<model::ProbeAnswer> probes;  ///< empty: the truth
  std::vector<std::string> targets;        ///< of its plan, with ${argument}; empty: what the run is about
  std::string group;
  std::vector<std::string> members, healthy;
};

/// Something that happens at a moment after the start.
struct Happening {
  base::Duration at;
  std::string what;  ///< approve, deny, cancel, settle, alert, halt, lift, kill
  std::string word;  ///< who, the answer, "resolved", the reason, "engine" or "worker"
  std::string by, why;
  std::string place;
};

struct ExpectedStep {
  std::string name;  ///< "docker.restart"
  std::optional<model::Value> args;
  std::optional<std::string> error;  ///< "" is none
  std::optional<std::vector<std::string>> targets;
  std::string place;
};

/// One line of a list that is compared as it is.
struct ExpectedLine {
  std::string text, place;
};

struct Expectation {
  std::optional<std::vector<ExpectedStep>> steps, reads;
  std::optional<std::vector<ExpectedLine>> gate, notes, told;
  std::optional<ExpectedLine> ended;
  /// Where "steps", "gate", ... stand, for what is missing.
  std::map<std::string, std::string> places;
};

struct Case {
  std::string name, place;
  model::Value params = model::Value::map();
  std::optional<model::Alert> alert;
  guard::Settings safety;
  std::string mode = "auto";
  std::string verify = "held";  ///< "held", "not_held", "unknown"
  base::Duration within = base::hours(2);
  bool crash = false;
  std::vector<std::string> instances;
  std::map<std::string, ScriptedAction> actions;             ///< by "docker.restart"
  std::map<std::string, std::vector<model::Value>> queries;  ///< answers of each expression
  std::vector<Happening> happenings;
  Expectation expected;
};

struct TestFile {
  std::string runbook;  ///< the name of what is tested
  std::vector<Case> cases;
};

/// \errors kInvalid, a line for each finding: `path:line:col: ...`.
base::Result<TestFile> read_test(const Source& source, const script::Declared& declared);

}  // namespace reeve::runbook
