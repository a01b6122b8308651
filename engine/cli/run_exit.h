/// \file
/// Which exit code answers who started a run and waits for it? Pure: of what the engine and its ledger tell.
#pragma once

#include <optional>
#include <string>

#include "cli/cli.h"

namespace reeve::cli {

/// How a run by hand came to its end: its entries in the order of the ledger, and then the code.
class RunExit {
 public:
  void add(const std::string& kind, const model::Value& facts);
  /// kOk of one that succeeded; kDenied where a person's yes was missing (denied, or nobody answered in time); kRefused
  /// where a rail kept it from its start; else kFailure.
  int of_end(const std::string& result) const;

 private:
  int reason_ = kFailure;  ///< what would explain an end that came now
  bool cleans_ = false;    ///< why it ends is known; what clean-up meets is another matter
};

/// Of a run that is parked and stands there until a person ends it or lifts the halt: kRefused of a rail, kTimedOut
/// when its own deadline passed, else kFailure. Nothing where it goes on by itself (a plugin
/// that is gone comes back), or by an answer that is waited for (an approval, a step in doubt).
std::optional<int> exit_of_parked(const std::string& reason);
/// What its person types: "to end it: reeve cancel RUN".
std::string way_on(const std::string& reason, const std::string& run);

/// Why a run that was asked for did not begin, of Decision::to_value(): kRefused by a rail; kDenied where its mode lets
/// it only be recorded.
base::Error not_begun(const model::Value& decision);

}  // namespace reeve::cli
