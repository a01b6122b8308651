/// \file
/// Which halts does the ledger hold? A latch pulled through the engine stays until an engine lifts it.
#pragma once

#include <vector>

#include "api/api.h"
#include "ledger/ledger.h"

namespace reeve::cli {

/// Those that the next engine will find in force beside the file HALT, as it folds them at its start; none in a ledger
/// without switches.
base::Result<std::vector<api::StatusReport::Halt>> latched(ledger::Reader& reader);

}  // namespace reeve::cli
