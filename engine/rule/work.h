/// \file
/// Which rule is evaluated next, and when must the loop have its turn? Arrivals before ticks, in slices of 2 ms.
///
/// Core thread.
#pragma once

#include <deque>
#include <functional>

#include "base/base.h"
#include "rule/evaluation.h"

namespace reeve::rule {

/// One evaluation that waits for its turn.
struct Work {
  size_t rule = 0;
  Why why = Why::kTick;
  Moment at;               ///< of a tick; an arrival is evaluated at the time of its turn
  bool ends_tick = false;  ///< the last of its group
};

class WorkQueue {
 public:
  static constexpr base::Duration kSlice = base::millis(2);

  WorkQueue(base::Loop& loop, std::function<void(const Work&)> run) : loop_(loop), run_(std::move(run)) {}
  ~WorkQueue() { clear(); }
  void add(const Work& work) { (work.why == Why::kArrival ? arrivals_ : ticks_).push_back(work); }
  /// Works for one slice; what is left follows on the loop's next turns.
  void slice();
  void clear();
  uint64_t slices() const { return slices_; }
  base::Duration longest() const { return longest_; }

 private:
  bool take(Work& work);

  base::Loop& loop_;
  std::function<void(const Work&)> run_;
  std::deque<Work> arrivals_, ticks_;
  base::Loop::Id next_ = 0;
  uint64_t slices_ = 0;
  base::Duration longest_;
};

}  // namespace reeve::rule
