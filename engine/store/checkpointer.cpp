#include "store/checkpointer.h"

#include <algorithm>

namespace reeve::store {

void Checkpointer::on_commit(int wal_pages, base::Boot now) {
  if (wal_pages < wal_pages_) done_pages_ = 0;  // the -wal file was begun anew
  wal_pages_ = wal_pages;
  committed_ = now;
}

base::Boot Checkpointer::due_at() const {
  const base::Boot minute = last_ + policy_.at_least_every;
  const base::Boot quiet = committed_ + policy_.idle;
  const base::Boot at = pending_pages() >= policy_.quota_pages ? std::min(minute, quiet) : minute;
  return std::max(at, not_before_);
}

bool Checkpointer::due(bool idle, base::Boot now) const {
  if (pending_pages() <= 0 || now < not_before_) return false;
  if (pending_pages() >= policy_.most_pages || now >= last_ + policy_.at_least_every) return true;
  return idle && now >= due_at();
}

std::optional<base::Duration> Checkpointer::wait(base::Boot now) const {
  if (pending_pages() <= 0) return std::nullopt;
  return std::max(base::Duration{0}, due_at() - now);
}

void Checkpointer::on_checkpoint(int left_pages, bool failed, base::Boot now) {
  last_ = now;
  if (failed || left_pages > 0) not_before_ = now + policy_.retry;
  if (!failed) done_pages_ = wal_pages_ - left_pages;
}

}  // namespace reeve::store
