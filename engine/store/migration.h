/// \file
/// How does a file of an older version become today's? Numbered steps, each once, counted in PRAGMA user_version.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "store/connection.h"

namespace reeve::store {

/// Makes version n + 1 of version n, its place in the list.
using Migration = std::function<base::Status(Connection&)>;

/// Runs steps[user_version .. end), all in one transaction; steps are only ever added at the end.
/// \return the version before. \errors kInvalid when the file is newer than this program.
base::Result<int64_t> migrate(Connection& connection, const std::vector<Migration>& steps);

}  // namespace reeve::store
