/// \file
/// Is this a ledger file, and do its last entries verify? Asked at every open.
#pragma once

#include <array>

#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

/// \errors kInvalid when the application id, the format version, a table or a trigger is not the format's.
base::Status check_format(store::Connection& connection);

struct Tail {
  Head head;
  std::array<uint8_t, 16> ledger{};  ///< the ledger's id, from the first entry of the file
};
/// Checks the hashes, the chain and the bodies of the last entries. \errors kInvalid naming the entry.
base::Result<Tail> check_tail(store::Connection& connection, uint64_t entries = 256);

}  // namespace reeve::ledger
