/// \file
/// Is this ledger the one that this engine left, as far as can be told quickly? Asked at every start.
#pragma once

#include <string>

#include "base/base.h"
#include "ledger/chain_file.h"

namespace reeve::ledger {

struct StartCheck {
  uint64_t last_checkpoint = 0;  ///< the seq of the last ledger.checkpoint entry; 0: none as far back as one is due
  std::string doubt;             ///< what does not fit, in one or two sentences; empty: nothing
};

/// Compares the newest file with its last checkpoint, with the mark beside it (head_mark.h) and with the last line of
/// the anchor file. What cannot be read or is signed by a stranger is logged and says nothing. Core thread; reads a few
/// thousand entries at most. \errors when SQLite refuses.
base::Result<StartCheck> check_start(ChainFile& newest, const Settings& settings, const base::SigningKey& key);

}  // namespace reeve::ledger
