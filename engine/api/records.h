/// \file
/// What do the ledger's rows look like to people and programs? Reader in, values out; the same with and without an
/// engine.
///
/// One thread at a time (the Reader's).
#pragma once

#include <string>

#include "api/status.h"
#include "ledger/ledger.h"
#include "model/run.h"
#include "model/value.h"

namespace reeve::api {

/// {seq, at, at_us, kind, actor, subject, run, correlation, facts, body, hash}; the body is read as JSON where it is.
model::Value entry_value(const ledger::Stored& entry);
/// From RunRow::to_value() or a row of the projection `runs`.
model::RunRow run_of(const model::Value& value);

/// Rows of the projection `runs` as RunRow::to_value(), newest first; `state` empty: all; `limit` 0: all.
base::Result<model::Value> list_runs(ledger::Reader& reader, const std::string& state, size_t limit);
/// One run: its row and `entries`: every ledger entry of it, in order. `id` may be a unique beginning of at least 4
/// letters. \errors kNotFound, kConflict when several begin so.
base::Result<model::Value> run_story(ledger::Reader& reader, const std::string& id);
/// Its row alone, with empty `entries`.
base::Result<model::Value> run_row(ledger::Reader& reader, const std::string& id);
/// Active alerts (pending and firing) as the ledger has them, as Alert::to_value().
base::Result<model::Value> list_alerts(ledger::Reader& reader);
/// Events of the entries that `filter` finds (its kind is set here), oldest first, as Event::to_value().
base::Result<model::Value> list_events(ledger::Reader& reader, ledger::Filter filter);
/// Entries as entry_value().
base::Result<model::Value> list_entries(ledger::Reader& reader, const ledger::Filter& filter);
/// \errors kNotFound.
base::Result<model::Value> one_entry(ledger::Reader& reader, uint64_t seq);

/// What can be said without an engine: switches, active alerts, runs, the ledger's head.
base::Result<StatusReport> offline_status(ledger::Reader& reader, const std::string& state_folder);

}  // namespace reeve::api
