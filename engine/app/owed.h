/// \file
/// What were people not told yet when the last engine ended? Follows from the ledger: `operator.owed` says what is on
/// its way to whom, `operator.told` that it arrived, `operator.untold` that it never will.
///
/// The choice is pure; restore_owed() runs on the core thread, once, at the start.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/parts.h"

namespace reeve::app {

/// Older debts are forgiven: news of yesterday's night wake nobody.
inline constexpr base::Duration kOwedFor = base::hours(24);

/// A message on its way to one receiver.
struct Owed {
  std::string kind, run, approval;
  std::string receiver;
  base::Time at;
};
/// What decides whether it is still wanted.
struct Today {
  base::Time now;
  std::set<std::string> receivers, open_approvals, open_runs;
};
/// Empty: it is to be told. Else why not, as a word: "late", "no_receiver", "answered" (a question that nobody needs to
/// answer any more), "over" (a run that stood and has ended).
std::string why_not(const Owed& owed, const Today& today);

/// (delivery key, receiver) of all that was delivered.
using ToldPairs = std::set<std::pair<std::string, std::string>>;
/// Of entries `alert.resolved`, those of which somebody was told that the alert fired, and not that it is over.
std::vector<uint64_t> untold_ends(const std::vector<model::Entry>& resolved, const ToldPairs& told,
                                  const std::set<std::string>& receivers);

/// Gives the notifier what is still to be told, and ends in the ledger what is not wanted any more. After the notifier
/// knows its receivers and what was told, and runs are restored.
void restore_owed(Parts& parts, const ToldPairs& told);

}  // namespace reeve::app
