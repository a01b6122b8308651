/// \file
/// Which entries are one story? Those of a correlation, of the runs it met others in, and what caused its alerts.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

/// `files`: the connections to all files of the ledger, the newest (with the tables) last.
base::Result<std::set<uint64_t>> story_seqs(const std::vector<store::Connection*>& files,
                                            const base::Uuid& correlation);

/// The seqs of entries whose correlation met run `run`; empty when the run is unknown.
base::Result<std::set<uint64_t>> run_seqs(const std::vector<store::Connection*>& files, const std::string& run);

}  // namespace reeve::ledger
