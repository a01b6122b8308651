/// \file
/// How does a file of an older version become today's? Numbered steps, each once, counted in PRAGMA user_version.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/connection.h"

namespace reeve::store {

/// Runs steps[user_version .. end), all in one transaction; steps are only ever added at the end.
/// \return the version before. \errors kInvalid when the file is newer than this program.
base::Result<int64_t> migrate(Connection& connection, const std::vector<std::string>& steps);

}  // namespace reeve::store
