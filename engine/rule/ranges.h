/// \file
/// What does an expression read, as far as rules must know? Its longest range, and the data without which its answer
/// says nothing.
///
/// Pure, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "promql/promql.h"
#include "series/series.h"

namespace reeve::rule {

/// The longest `[range]` (of a subquery too) with its offset; zero for an expression that reads only newest samples.
base::Duration longest_range(const promql::Expr& expr);

/// False: no series with this metric name can match.
bool may_select(const series::Matchers& matchers, std::string_view metric_name);

/// The samples that must be there before an empty answer means "all is well": of `a / b > 1` both, of `a or b` one, of
/// `a unless b` only a; an absent() needs nothing, and what is read with an offset or `@` is not today's.
struct Need {
  enum class Kind { kNothing, kSelector, kAll, kAny };
  Kind kind = Kind::kNothing;
  std::vector<Need> parts;    ///< of kAll and kAny
  series::Matchers matchers;  ///< of kSelector
  base::Duration window;      ///< of kSelector: its range, or the look-back
  bool range = false;
};
Need need_of(const promql::Expr& expr);
/// Of all selectors that are needed; zero: there are none.
base::Duration longest_window(const Need& need);

}  // namespace reeve::rule
