/// \file
/// On what terms does a run run? What is fixed when it is decided on, and stands in its first entry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runbook/runbook.h"

namespace reeve::runbook {

struct Terms {
  std::string run;      ///< UUIDv7
  std::string runbook;  ///< "docker/restart_container"
  base::Uuid correlation{};
  std::string title;
  std::string bundle;  ///< hash of the bundle, in hexadecimal
  int level = 1;       ///< of the API
  model::Value params = model::Value::map();
  std::optional<model::Alert> alert;
  std::string dedup;                 ///< empty: nothing joins it
  std::vector<std::string> locks;    ///< sorted
  std::vector<std::string> targets;  ///< what the start is judged on; never empty
  std::string group;                 ///< of them, where the alert has a label `group`; else the plans tell it
  base::Duration deadline = base::hours(1);
  int changes = 10;
  guard::Settings safety;
  std::string mode = "approve";
  std::string response, response_key, requested_by;
  bool verify = true;
  base::Duration verify_within = base::minutes(5);
  std::optional<base::Duration> verify_hold, stale_after;
  bool approved = false;  ///< a person approved the start

  /// The body of `run.started` and of a `decision` that waits: {params, alert, terms}.
  model::Value to_body() const;
  /// \errors kInvalid when the body is no such body (redacted, another version).
  static base::Result<Terms> from_body(const model::Value& body);
  /// What decisions, runs and their projections are known by: {runbook, bundle, level, mode, dedup, response, rule_id,
  /// key, episode, targets, ...}.
  model::Value to_facts() const;
  /// What a yes to the start is for: its targets, and what the runbook locks.
  std::vector<std::string> named() const;
  /// `alert/<fingerprint>` or `runbook/<name>`.
  std::string subject() const;
};

/// Parameters from `with` (or the command line), else `from` the alert, else `default`, each judged by its type.
/// \errors kInvalid naming the parameter.
base::Result<model::Value> bind_params(const Runbook& runbook, const model::Value& given,
                                       const std::optional<model::Alert>& alert);
/// `${name}` replaced by the parameter. \errors kInvalid for an unknown name.
base::Result<std::string> fill(const std::string& text, const model::Value& params);
/// The terms of a candidate: parameters bound, keys filled in. `run` is its new id.
base::Result<Terms> make_terms(const Runbook& runbook, const Candidate& candidate, std::string run,
                               base::Uuid correlation);
/// The stricter of two modes: shadow, suggest, approve, auto.
std::string stricter_mode(const std::string& a, const std::string& b);

std::vector<std::string> texts_of(const model::Value& list);
model::Value list_of(const std::vector<std::string>& texts);

}  // namespace reeve::runbook
