/// \file
/// How does a ledger file come to be? Whole, with its first entry, or not at all.
///
/// The writer's thread, or the core's before the writer starts.
#pragma once

#include <memory>
#include <string>

#include "ledger/chain_file.h"

namespace reeve::ledger {

/// Makes `ledger-<first.seq>.db` under another name and renames it, so that nobody ever sees half of one. `first`
/// follows `before` (all zero for a new ledger); the rows of the tables are copied from `from` when there is one.
/// \errors kUnavailable.
base::Result<std::unique_ptr<ChainFile>> create_file(const std::string& folder, const Pending& first,
                                                     const Head& before, const FileOptions& options,
                                                     store::Connection* from);

/// Makes a file that a newer one follows read-only, one file without a -wal, with its index on subject. Sealed already:
/// nothing happens. \errors kUnavailable; kTransient when a reader has it open (try at the next start).
base::Status seal_file(const std::string& path, const std::string& vfs);

}  // namespace reeve::ledger
