/// \file
/// What do the routes ask the engine? Ports that app fills in, and the routes that call them.
///
/// Core thread. Each `Done` is called once, on the core thread, at once or later. A port left empty makes its routes
/// answer 503 "not available". "Done" of a change means durable in the ledger.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/bus.h"
#include "api/metrics.h"
#include "api/queries.h"
#include "api/server.h"
#include "api/status.h"
#include "ledger/ledger.h"
#include "model/alert.h"
#include "model/run.h"
#include "rule/rule.h"
#include "runbook/runbook.h"

namespace reeve::api {

/// `reeve run NAME --param k=v [--dry-run]`.
struct StartRequest {
  std::string runbook;
  model::Value params = model::Value::map();  ///< text or typed values
  std::string actor;                          ///< "uid:0"
};

struct Engine {
  using Done = std::function<void(base::Result<model::Value>)>;
  using DoneStatus = std::function<void(base::Status)>;
  /// Keys of the configuration that only the next start takes up.
  using DoneReload = std::function<void(base::Result<std::vector<std::string>>)>;
  using DoneStarted = std::function<void(base::Result<runbook::Started>)>;
  /// A question to the ledger's reader; runs on the reader thread.
  using Read = std::function<base::Result<model::Value>(ledger::Reader&)>;

  // What is so now.
  std::function<StatusReport()> status;
  /// Why the engine is not ready (ledger refused, no rules loaded yet, draining); ok: ready.
  std::function<base::Status()> ready;
  std::function<std::vector<model::Alert>()> alerts;
  std::function<const rule::RuleSet*()> rules;
  std::function<std::vector<model::RunRow>()> runs;  ///< live ones; ended ones are read from the ledger
  std::function<model::Value()> approvals;           ///< runbook::Runner::approvals
  std::function<model::Value()> plugins;             ///< list of {instance, plugin, state, pid, ..., manifest}
  std::function<model::Value()> runbooks;            ///< list of {name, title, params, alerts}
  Metrics* metrics = nullptr;
  Bus* bus = nullptr;
  Queries* queries = nullptr;
  std::function<void(Read, Done)> read;

  // What changes something; `actor` is who.
  std::function<void(StartRequest, DoneStarted)> run;
  std::function<void(StartRequest, Done)> dry_run;
  std::function<void(const std::string& id, const std::string& actor, DoneStatus)> approve;
  std::function<void(const std::string& id, const std::string& why, const std::string& actor, DoneStatus)> deny;
  std::function<void(const std::string& run, const std::string& actor, DoneStatus)> cancel;
  /// `answer` is "happened", "repeat" or "abort".
  std::function<void(const std::string& run, const std::string& path, const std::string& answer,
                     const std::string& actor, DoneStatus)>
      settle;
  /// Pulls the switch for `scope` ("*": everything), in the ledger and in `<state>/HALT`; repeating it is no error.
  std::function<void(const std::string& scope, const std::string& reason, const std::string& actor, DoneStatus)> halt;
  /// Lifts it; `scope` empty: every switch. \errors kNotFound when nothing is halted there.
  std::function<void(const std::string& scope, const std::string& actor, DoneStatus)> lift;
  /// Resets the open breakers of a runbook: of one target, or (empty) of all. Answers {reset, open}, what was reset and
  /// what is still open of this runbook, lists of {target or group, failures, command}. \errors kNotFound: none is
  /// open there, naming those that are.
  std::function<void(const std::string& runbook, const std::string& target, const std::string& reason,
                     const std::string& actor, Done)>
      reset;
  /// kInvalid with every `file:line:col: ...` when the old configuration stays.
  std::function<void(const std::string& actor, DoneReload)> reload;
};

/// Adds every route of API.md to `server`. `engine` is kept until the server ends.
void add_routes(Server& server, Engine engine, const base::Clock& clock);

}  // namespace reeve::api
