/// \file
/// How do app's own facts stand in the ledger? Engine, plugin, switch, configuration and delivery entries, their
/// tables.
///
/// Pure. Kinds owned: engine.*, clock.stepped, config.loaded, mode.changed, plugin.*, switch.*, operator.*.
#pragma once

#include <string>
#include <vector>

#include "alert/alert.h"
#include "base/base.h"
#include "guard/guard.h"
#include "ledger/ledger.h"
#include "model/entry.h"
#include "runbook/runbook.h"

namespace reeve::app {

model::Entry engine_entry(const std::string& kind, const base::Clock& clock, const std::string& version);
model::Entry plugin_entry(const std::string& kind, const std::string& instance, const std::string& detail,
                          int consecutive);
/// `switch.pulled` and `switch.lifted`; scope "" is everything, and lifted with "" every switch (guard/guard.h).
model::Entry switch_entry(bool pulled, const std::string& scope, const std::string& reason, const std::string& actor);
/// The same of what was seen in the file `<state>/HALT`: its lines came, changed or are gone.
model::Entry file_switch_entry(const guard::State::FileChange& change);
/// `operator.breaker_reset`; target "" is all targets of the runbook.
model::Entry breaker_entry(const std::string& runbook, const std::string& target, const std::string& reason,
                           const std::string& actor);
/// `config.loaded`; its `runbooks_hash` is the SHA-256 of a line `<name> <bundle>` for each runbook, in the order of
/// their names, where `bundle` is what run.started names.
model::Entry config_entry(const std::string& hash, const std::string& rules_hash, size_t rules,
                          std::vector<const runbook::Runbook*> runbooks, const std::string& actor);
/// `operator.owed`, `operator.told`, `operator.untold`: a message is on its way to receivers; it has arrived at one; it
/// never will, `why` in a word (app/owed.h, "refused" by the receiver as `error` says, "redacted", "nobody_asked").
model::Entry owed_entry(const alert::OnItsWay& message);
model::Entry delivered_entry(const alert::Delivery& delivery);
model::Entry untold_entry(const std::string& key, const std::string& receiver, const std::string& run,
                          const std::string& why, const std::string& error);

std::vector<model::RowChange> project(const model::Entry& entry);
std::vector<ledger::Table> tables();
/// All tables and projections of the engine, as the ledger wants them.
ledger::Settings ledger_settings(const std::string& folder);

/// The `data` of a query answer as scripts see it: a vector is a list of {labels, value}, a scalar a number.
model::Value plain_answer(const model::Value& data);

}  // namespace reeve::app
