#include "ledger/queue.h"

#include <algorithm>
#include <iterator>

namespace reeve::ledger {

namespace {
bool may_drop(const Pending& item) {
  return item.observation && !item.waited;
}
}  // namespace

void Queue::push(std::vector<Pending> batch) {
  const std::lock_guard lock(mutex_);
  for (Pending& item : batch) {
    observations_ += may_drop(item);
    items_.push_back(std::move(item));
  }
  if (items_.size() > limit_ && observations_ > 0) drop_some();
}

std::deque<Pending> Queue::take() {
  const std::lock_guard lock(mutex_);
  observations_ = 0;
  return std::exchange(items_, {});
}

void Queue::put_back(std::deque<Pending> items) {
  const std::lock_guard lock(mutex_);
  items.insert(items.end(), std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
  items_ = std::move(items);
  observations_ = static_cast<size_t>(std::count_if(items_.begin(), items_.end(), may_drop));
  if (items_.size() > limit_ && observations_ > 0) drop_some();
}

// A tenth at a time, so that a full queue is not walked for every entry.
void Queue::drop_some() {
  const size_t wanted = limit_ - limit_ / 10;
  size_t left = items_.size();
  std::deque<Pending> kept;
  for (Pending& item : items_) {
    if (left > wanted && may_drop(item)) {
      drop(item);
      ++dropped_;
      --observations_;
    }
    if (!kept.empty() && merge_dropped(kept.back(), item)) {
      --left;
    } else {
      kept.push_back(std::move(item));
    }
  }
  items_ = std::move(kept);
}

size_t Queue::size() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}

uint64_t Queue::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace reeve::ledger
