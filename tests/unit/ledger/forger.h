/// \file
/// What could somebody do who has the file, the format and time? Changes a ledger file and makes its chain whole again.
#pragma once

#include <string>

namespace reeve::ledger {

enum class Forging {
  kEdit,      ///< SQL alone
  kRehash,    ///< and every body_hash, prev_hash and hash behind it anew
  kResign,    ///< and every checkpoint anew, with the ledger's own key
  kStranger,  ///< and every checkpoint anew, with a key of one's own
};

/// Runs `sql` on the ledger file behind the back of its triggers, which are put back. `own_key`, `other_key`: key
/// files. Empty when it worked, else what went wrong.
std::string forge(const std::string& file, const std::string& sql, Forging how, const std::string& own_key = {},
                  const std::string& other_key = {});

}  // namespace reeve::ledger
