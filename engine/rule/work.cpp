#include "rule/work.h"

#include <algorithm>

namespace reeve::rule {

bool WorkQueue::take(Work& work) {
  std::deque<Work>& queue = arrivals_.empty() ? ticks_ : arrivals_;
  if (queue.empty()) return false;
  work = queue.front();
  queue.pop_front();
  return true;
}

void WorkQueue::slice() {
  const base::Boot begin = loop_.clock().boot();
  base::Duration took;
  Work work;
  while (took < kSlice && take(work)) {
    run_(work);
    took = loop_.clock().boot() - begin;
  }
  ++slices_;
  longest_ = std::max(longest_, took);
  if (next_ != 0 || (arrivals_.empty() && ticks_.empty())) return;
  next_ = loop_.after({}, [this] {
    next_ = 0;
    slice();
  });
}

void WorkQueue::clear() {
  arrivals_.clear();
  ticks_.clear();
  loop_.cancel(next_);
  next_ = 0;
}

}  // namespace reeve::rule
