/// \file
/// When is a group's next tick? At multiples of its interval, spread so that groups do not all tick at once.
///
/// Pure. Source: prometheus rules/group.go (EvalTimestamp).
#pragma once

#include "base/base.h"

namespace reeve::rule {

/// Where in its interval a group ticks: the same in every process.
base::Duration tick_offset(std::string_view file, std::string_view group, base::Duration interval);
/// The first tick after `now`.
base::Time next_tick(base::Time now, base::Duration interval, base::Duration offset);

}  // namespace reeve::rule
