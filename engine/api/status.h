/// \file
/// What does anyone want to know first? The report behind `reeve status`.
#pragma once

#include <string>
#include <vector>

#include "base/base.h"
#include "ledger/ledger.h"
#include "model/alert.h"
#include "model/run.h"
#include "model/value.h"

namespace reeve::api {

struct StatusReport {
  bool running = true;  ///< false: read from the ledger alone
  std::string version;
  long long pid = 0;
  base::Time started;
  base::Time now;

  /// One switch that is pulled.
  struct Halt {
    std::string scope, reason, owner;
    base::Time since;  ///< zero: unknown
  };
  std::vector<Halt> halts;
  /// What is wrong and needs a person, one sentence each: "ledger: disk full, no act may start"; an alert whose
  /// remediation was refused, by which rail and why, and what to type.
  std::vector<std::string> problems;
  std::vector<model::Alert> alerts;               ///< active ones: pending and firing
  std::vector<model::RunRow> runs;                ///< not ended
  model::Value approvals = model::Value::list();  ///< {id, run, runbook, text, since_us, until_us}
  struct Source {
    std::string instance;
    std::string state;  ///< "up", "down", "starting", "quarantined"
    std::string error;
  };
  std::vector<Source> sources;
  ledger::Head head;
  bool ledger_writable = true;
  size_t rules = 0, runbooks = 0, series = 0;

  model::Value to_value() const;
  static StatusReport from_value(const model::Value& value);
};

}  // namespace reeve::api
