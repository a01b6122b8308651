/// \file
/// When does the writer copy its -wal file into the database? At idle in small quotas, at least every minute.
///
/// A checkpoint inside COMMIT costs p99 15 to 77 ms, so none is made in the hot path: when a quota of pages has
/// gathered and the writer has been idle for a moment, when a minute is over, or when the -wal file would grow beyond
/// measure. SQLite cannot stop a checkpoint half-way and go on later (an interrupted one starts anew), so the quota is
/// kept by starting early. Pure.
#pragma once

#include <optional>

#include "base/time.h"

namespace reeve::store {

struct CheckpointPolicy {
  int quota_pages = 256;  ///< 1 MiB
  int most_pages = 65536;
  base::Duration idle = base::millis(20);
  base::Duration at_least_every = base::seconds(60);
  base::Duration retry = base::seconds(1);
};

class Checkpointer {
 public:
  explicit Checkpointer(base::Boot now, CheckpointPolicy policy = {}) : policy_(policy), last_(now) {}

  /// After a commit that left `wal_pages` in the -wal file.
  void on_commit(int wal_pages, base::Boot now);
  /// The writer has nothing to do (`idle`) or has just committed: is a checkpoint due?
  bool due(bool idle, base::Boot now) const;
  /// How long to wait for due() to become true if nothing else happens; nullopt: nothing to copy.
  std::optional<base::Duration> wait(base::Boot now) const;
  /// A checkpoint was made; `left_pages` could not be copied (a reader holds them), `failed`: try again later.
  void on_checkpoint(int left_pages, bool failed, base::Boot now);

  int pending_pages() const { return wal_pages_ - done_pages_; }

 private:
  base::Boot due_at() const;

  CheckpointPolicy policy_;
  base::Boot last_, committed_, not_before_;
  int wal_pages_ = 0, done_pages_ = 0;
};

}  // namespace reeve::store
