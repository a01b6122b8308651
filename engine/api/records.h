/// \file
/// What do the ledger's rows look like to people and programs? Reader in, values out; the same with and without an
/// engine.
///
/// One thread at a time (the Reader's).
#pragma once

#include <string>

#include "api/status.h"
#include "ledger/ledger.h"
#include "model/value.h"

namespace reeve::api {

/// {seq, at, at_us, kind, actor, subject, run, correlation, facts, body, hash}; the body is read as JSON where it is.
model::Value entry_value(const ledger::Stored& entry);

/// Rows of the projection `runs`, newest first; `state` empty: all.
base::Result<model::Value> list_runs(ledger::Reader& reader, const std::string& state, size_t limit);
/// One run: its row and `entries`: every ledger entry of it, in order. `id` may be a unique beginning of at least 4
/// letters. \errors kNotFound, kConflict when several begin so.
base::Result<model::Value> run_story(ledger::Reader& reader, const std::string& id);
/// Events of `events.accepted` entries in [from, to], oldest first, at most the newest `limit`.
base::Result<model::Value> list_events(ledger::Reader& reader, base::Time from, base::Time to, size_t limit);
base::Result<model::Value> list_entries(ledger::Reader& reader, const ledger::Filter& filter);

/// What can be said without an engine.
base::Result<StatusReport> offline_status(ledger::Reader& reader, const std::string& state_folder);

}  // namespace reeve::api
