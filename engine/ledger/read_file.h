/// \file
/// How is one ledger file opened to be read, and which of its entries lie between two times?
///
/// Any one thread each. Never writes, leaves no file behind.
#pragma once

#include <utility>
#include <vector>

#include "ledger/files.h"
#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

struct ReadFile {
  store::Connection connection;
  bool wal_unread = false;  ///< there is a -wal file beside it that could not be read
};
/// A file without a -wal beside it is opened as one that nobody writes. \errors as Connection::open.
base::Result<ReadFile> open_to_read(const std::string& path);
/// True when `file` was opened as one that nobody writes and a writer has come since.
bool is_outdated(const store::Connection& connection);

/// Runs of seqs, both ends included, outside of which no entry has from <= at < to. Found by halving between the clock
/// marks, where times do not go back.
using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;
base::Result<Ranges> time_ranges(store::Connection& connection, const Filter& filter);

}  // namespace reeve::ledger
