/// \file
/// Which response acts in which mode, as the ledger knows it, and what a start or a reload does to that?
///
/// Core thread. The judgement is promotion.h's; here it meets the ledger.
#pragma once

#include <string>

#include "app/loading.h"

namespace reeve::app {

/// At start, before anything is put in place. What lacks the evidence for `auto` keeps the mode that the ledger knows,
/// and this is said: an engine that did not start would watch nothing. \errors the ledger cannot be read.
base::Status judge_modes_at_start(Parts& parts, Loaded& loaded);
/// At a reload. \errors kInvalid: what lacks the evidence for `auto`, a line each; the ledger cannot be read.
base::Status judge_modes(Parts& parts, Loaded& loaded);
/// Writes a `mode.changed` for each change that was judged good.
void record_modes(Parts& parts, const Loaded& loaded, const std::string& actor);

}  // namespace reeve::app
