/// \file
/// Which classic buckets had to be repaired, and how badly, over a whole query?
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "promql/annotations.h"
#include "promql/classic.h"

namespace reeve::promql {

class ForcedMonotonic {
 public:
  void note(const Repair& repair, int64_t at_ms) {
    if (!repair.forced) return;
    if (samples_ == 0) {
      first_ = repair;
      from_ms_ = at_ms;
    }
    first_.lowest_bound = std::min(first_.lowest_bound, repair.lowest_bound);
    first_.highest_bound = std::max(first_.highest_bound, repair.highest_bound);
    first_.largest_drop = std::max(first_.largest_drop, repair.largest_drop);
    to_ms_ = at_ms;
    ++samples_;
  }
  /// Nothing when nothing was repaired.
  void annotate(Annotations& annotations, std::string_view metric, Position where) const;

 private:
  Repair first_;
  int64_t from_ms_ = 0, to_ms_ = 0;
  int samples_ = 0;
};

}  // namespace reeve::promql
