/// \file
/// What does a new engine know of the one before it? Everything that the ledger says, folded into the parts.
///
/// Core thread, once, after the parts were made and before anything runs.
#pragma once

#include "app/parts.h"

namespace reeve::app {

/// What the gate must remember: the last day, what open runs did before that, and switches however old. What cannot be
/// read is logged and left out.
void fold_memory(Parts& parts);

/// Cursors of sources, what people were told, alerts and open runs; after the rules and the library are in place.
/// \errors of the reader, and of the runner.
base::Status restore(Parts& parts);

}  // namespace reeve::app
