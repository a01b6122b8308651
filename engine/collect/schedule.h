/// \file
/// When is the next collect of an instance? Each has its own phase within its interval, so that they spread.
#pragma once

#include <string_view>

#include "base/time.h"

namespace reeve::collect {

/// The wait before the first collect: within a second, so that a start is not blind for an interval.
base::Duration first_wait(std::string_view instance, base::Duration every);
/// The wait from `now` to the next moment of the instance's phase, more than a tenth of `every` away: what was missed
/// by a collect that took long is left out, not made up for.
base::Duration next_wait(std::string_view instance, base::Duration every, base::Boot now);

}  // namespace reeve::collect
