/// \file
/// How do entries get from the queue to the disk, and what happens when they do not? The ledger's one writer.
///
/// The only connection that writes or checkpoints lives here, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ledger/chain_file.h"
#include "ledger/queue.h"
#include "store/checkpointer.h"
#include "store/writer_thread.h"

namespace reeve::ledger {

/// What one pass of the writer did.
struct Report {
  Head head;                     ///< the last entry on the disk
  uint64_t committed_up_to = 0;  ///< waiters up to here: durable
  uint64_t refused_up_to = 0;    ///< waiters above, up to here: refused with `error`
  std::optional<base::Error> error;
  std::vector<ChainFile::Conflict> conflicts;  ///< waiters refused one by one, whatever the commit did
  uint64_t committed = 0, commits = 0, failed_commits = 0;
};

class Writer {
 public:
  /// `on_report` is called on the writer's thread after each pass that did something.
  Writer(std::unique_ptr<ChainFile> file, FileOptions options, size_t queue_limit,
         std::function<void(Report)> on_report);
  ~Writer();

  // Core thread.
  void start();
  /// In order of seq; taken together by one pass.
  void push(std::vector<Pending> batch) { queue_.push(std::move(batch)); }
  void wake() { thread_->wake(); }
  /// Ends the thread and writes, on this one, what is left: one try. May be called again after another push().
  void finish();
  /// After finish(): copies the -wal file and closes.
  void close();

  uint64_t dropped() const { return queue_.dropped(); }

 private:
  std::optional<base::Duration> pass();
  void write(std::deque<Pending> items);
  base::Status write_some(std::deque<Pending>& items, Report& report);
  base::Status rotate(const Pending& first);
  void on_failure(std::deque<Pending> items, const base::Error& error, Report& report);
  void reopen(std::deque<Pending>& items);
  std::optional<base::Duration> housekeep(bool idle);
  void checkpoint(base::Boot now);
  void start_sealing();

  FileOptions options_;
  LedgerFile where_;
  std::unique_ptr<ChainFile> file_;  ///< null after a failure until it can be opened again
  Head durable_, attempted_;
  Queue queue_;
  std::function<void(Report)> on_report_;
  store::Checkpointer checkpointer_;
  std::optional<base::Error> lost_;  ///< the file is not the one we wrote: nothing more is written
  base::Boot retry_at_;
  base::Duration back_off_;
  bool must_truncate_ = false;  ///< a redacted body may still be in the -wal file
  std::unique_ptr<store::WriterThread> thread_, sealer_;
};

}  // namespace reeve::ledger
