/// \file
/// What does a script's call of an action mean: with which arguments, and for how long?
#pragma once

#include "base/base.h"
#include "model/action.h"
#include "script/script.h"

namespace reeve::runbook {

struct Arguments {
  model::Value args = model::Value::map();  ///< always a map: an empty table of Lua arrives as a list
  base::Duration timeout = base::seconds(60);
};

/// The arguments of an action's call, for a live run and a dry one alike. `wait` and `timeout` stand beside them; they
/// pass through where the action has an argument of that name. Without a `spec` the arguments are not judged.
/// \errors kInvalid: a bad timeout, an unknown argument, a missing one.
base::Result<Arguments> read_arguments(const script::Call& call, const model::ActionSpec* spec);

}  // namespace reeve::runbook
