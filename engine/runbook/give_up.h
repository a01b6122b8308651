/// \file
/// What is done about a run that cannot be taken up again after a restart? It is ended in the ledger, once, with the
/// reason; what it held is let go of; people are told. Nothing of it is lost in silence:
///
/// - no request of its is open: its alerts are decided on again, as if they had just fired. Should the engine end
/// before
///   that, the next one does it: a `run.ended` with this reason takes back the decisions that name the run.
/// - a request of its has no outcome: nothing is repeated (RUNBOOKS, In doubt); a person looks.
#pragma once

namespace reeve::runbook {

/// `reason` of the `run.ended` entries, and of the rows of `runs`.
constexpr const char* kLost = "lost";
constexpr const char* kLostInDoubt = "in_doubt";

}  // namespace reeve::runbook
