/// \file
/// What do the projection tables say when they are told anew, from the entries alone?
#pragma once

#include <set>
#include <string>

#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

/// Runs every project over the entries of the folder up to `last` into the tables `only` of `into` (there and empty);
/// in the caller's transaction. \return false when the first entries are gone, so that the tables may lack something.
base::Result<bool> fill_tables(store::Connection& into, const Settings& settings, const std::set<std::string>& only,
                               uint64_t last = UINT64_MAX);

}  // namespace reeve::ledger
