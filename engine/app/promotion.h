/// \file
/// How far is each response trusted, and does a new configuration trust it further than the record bears out?
///
/// Pure. `mode: auto` in a file is the promotion (SAFETY): it is written down with the evidence so far, and with
/// `safety.promotion_evidence: N` it needs N cases that went well under a stricter mode.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "model/entry.h"
#include "rule/rule.h"
#include "runbook/runbook.h"

namespace reeve::app {

/// What a response is known by wherever it stands in its file: its runbook and the alerts that it answers. Two with
/// the same key share mode (the loosest) and evidence.
std::string key_of(const response::Response& response);
/// The strictest that engine, response and runbook name; where none names one, `approve`.
response::Mode mode_in_force(std::optional<response::Mode> engine, const response::Response& response,
                             const runbook::Library* library);

/// A response of a configuration.
struct Standing {
  std::string key, id, runbook;
  response::Mode mode = response::Mode::kApprove;  ///< in force
  std::optional<yaml::Node> place;                 ///< of its runbook
  model::Value named = model::Value::map();        ///< who names which mode: {engine, response, runbook}
  int wanted = 0;                                  ///< safety.promotion_evidence, the runbook's before the engine's
};
/// One for each key, in the order of the files.
std::vector<Standing> standings(const Config& config, const rule::RuleSet& rules, const runbook::Library& library);

/// What became of a response's cases while a person said yes to each, or nothing was done.
struct Evidence {
  int succeeded = 0, failed = 0, cancelled = 0;  ///< runs under approve; failed: escalated and killed ones too
  int would_act = 0, would_not = 0;              ///< decisions under shadow and suggest
  int good() const { return succeeded + would_act; }
  model::Value to_value() const;
  std::string text() const;
};
/// Counts rows of the table `evidence` that are younger than the entry `after`.
Evidence evidence_of(const std::vector<model::Value>& rows, uint64_t after);

/// What the ledger last knew of a response; what it does not know has the default, `approve`.
struct KnownMode {
  response::Mode mode = response::Mode::kApprove;
  uint64_t evidence_after = 0;  ///< the entry with which it last ceased to be auto: what was before is no evidence
};
using KnownModes = std::map<std::string, KnownMode>;

struct ModeChange {
  Standing now;
  response::Mode from = response::Mode::kApprove;
  Evidence evidence;
  bool is_promotion() const { return now.mode == response::Mode::kAuto; }
};
/// Those whose mode differs from what is known, with their evidence.
std::vector<ModeChange> mode_changes(const std::vector<Standing>& now, const KnownModes& known,
                                     const std::function<Evidence(const std::string& key, uint64_t after)>& evidence);
/// Why a promotion must wait and what to do, without its place; empty when it need not.
std::string shortfall(const ModeChange& change);

/// `mode.changed`: facts {response, response_key, runbook, from, to, evidence, wanted}, body {place, named}.
model::Entry mode_entry(const ModeChange& change, const std::string& actor);

}  // namespace reeve::app
