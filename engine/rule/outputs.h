/// \file
/// Which series did a rule write at its last tick? What it no longer writes gets a stale marker.
///
/// Core thread. Source: prometheus rules/group.go (seriesInPreviousEval).
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/base.h"
#include "model/labels.h"
#include "series/series.h"

namespace reeve::rule {

class Outputs {
 public:
  /// One series of this tick.
  void write(series::Head& head, model::Labels labels, int64_t ms, double value);
  void write(series::Head& head, model::Labels labels, int64_t ms, std::shared_ptr<const series::Histogram> value);
  /// The tick is complete: ends what the last one had and this one has not. \errors kConflict: somebody else had
  /// written one of the series at this time already, or at a later one.
  base::Status finish(series::Head& head, int64_t ms);

 private:
  std::set<model::Labels> before_, now_;
  std::string conflict_;
};

}  // namespace reeve::rule
