/// \file
/// Which breakers of rail 6 are open, and who resets one? Core thread.
#pragma once

#include <string>
#include <vector>

#include "app/parts.h"

namespace reeve::app {

/// Those that refuse now, with today's limits of the configuration and of each runbook.
std::vector<guard::State::OpenBreaker> open_breakers(const Parts& parts);

/// What api::Engine::reset promises; its entry is appended, not yet durable.
base::Result<model::Value> reset_breakers(Parts& parts, const std::string& runbook, const std::string& target,
                                          const std::string& reason, const std::string& actor);

}  // namespace reeve::app
