/// \file
/// How is a run told to people? Rows and stories as the engine's records have them (api/records.h).
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace reeve::cli {

/// "parked: approval", "ended: succeeded".
std::string state_text(const model::Value& run);
Colour colour_of(const model::Value& run);
/// "3m20s" from its start to its end, or to now; "-" before it starts.
std::string took(const model::Value& run, base::Time now);
/// What to type for each step in doubt of a run's story: "reeve settle RUN 2 happened|repeat|abort".
std::vector<std::string> settle_commands(const model::Value& story);

/// For a row that is parked in doubt: where the command stands that settles it. Nothing for another.
void say_in_doubt(std::ostream& out, const std::string& reason, const std::string& run);

/// Watches the run until it ends, and prints how. Where the engine is gone meanwhile, its ledger tells: a stopping
/// engine ends what is under way, and a new one goes on with it.
int wait_for_end(const Context& context, const std::string& run, base::Duration timeout);

}  // namespace reeve::cli
