/// \file
/// What does each event rule say to this event? For those who follow the bus and wonder why nothing happened. Pure.
#pragma once

#include "model/event.h"
#include "model/value.h"
#include "rule/rule.h"

namespace reeve::api {

/// A list of {rule, verdict} of the rules that look at events of this type: "begins or counts", "ends", "no match: its
/// labels or fields differ", "caused by a step: begins nothing".
model::Value verdicts_of(const rule::RuleSet& rules, const model::Event& event);

}  // namespace reeve::api
