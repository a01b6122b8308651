/// \file
/// Which series did a rule write at its last tick? What it no longer writes gets a stale marker.
///
/// Core thread. Source: prometheus rules/group.go (seriesInPreviousEval).
#pragma once

#include <set>
#include <utility>

#include "model/labels.h"
#include "model/sample.h"
#include "series/series.h"

namespace reeve::rule {

class Outputs {
 public:
  /// One series of this tick.
  void write(series::Head& head, model::Labels labels, int64_t ms, double value) {
    head.append(labels, ms, value);
    now_.insert(std::move(labels));
  }
  void write(series::Head& head, model::Labels labels, int64_t ms, std::shared_ptr<const series::Histogram> value) {
    head.append(labels, ms, std::move(value));
    now_.insert(std::move(labels));
  }
  /// The tick is complete: ends what the last one had and this one has not.
  void finish(series::Head& head, int64_t ms) {
    for (const model::Labels& labels : before_)
      if (!now_.contains(labels)) head.append(labels, ms, model::stale_marker());
    before_ = std::move(now_);
    now_.clear();
  }

 private:
  std::set<model::Labels> before_, now_;
};

}  // namespace reeve::rule
