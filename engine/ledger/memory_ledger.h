/// \file
/// How do other modules' tests (and the simulation) keep a ledger without a disk? One in memory that does as it is
/// told.
///
/// Core thread, one loop (usually a ManualLoop: run it to get the answers). No hashes, no signatures: what is checked
/// with it is what was appended, in which order, and what waits for what.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace reeve::ledger {

class MemoryLedger : public Ledger {
 public:
  /// `settings`: only tables and projects count.
  explicit MemoryLedger(base::Loop& loop, Settings settings = {});
  ~MemoryLedger() override;

  uint64_t append(model::Entry entry) override;
  uint64_t append(model::Entry entry, OnDurable done) override;
  void flush(OnDurable done) override;
  base::Hash put_blob(std::string bytes) override;
  uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, OnDurable done) override;
  void rotate(const std::string& actor, OnDurable done) override;
  bool writable() const override { return writable_; }
  Head head() const override;
  Counters counters() const override;

  // --- what tests tell it ---

  /// Nothing becomes durable and no waiter is answered until release().
  void hold() { held_ = true; }
  /// Everything appended so far becomes durable with the next turn of the loop.
  void release();
  /// Makes durable exactly up to `seq`, now, and holds the rest.
  void release_up_to(uint64_t seq);
  /// False: waiters are refused (kUnavailable) and their places become `ledger.refused`; what waits for nobody is kept
  /// and becomes durable when commits work again.
  void set_writable(bool writable);
  /// Refuses the next `count` entries that somebody waits for (kRefused), while the rest goes on.
  void refuse_next(size_t count) { refuse_next_ += count; }
  /// kill -9: what is not durable is gone, nobody is answered, the next seq follows the last durable entry.
  void crash();

  // --- what tests ask it ---

  /// All entries, durable or not, in order.
  const std::vector<Stored>& entries() const { return entries_; }
  /// The durable ones.
  std::vector<Stored> durable() const;
  /// Kinds of all entries, in order: {"alert.firing", "decision", ...}.
  std::vector<std::string> kinds() const;
  /// Entries of a kind, or of a prefix that ends in `*`.
  std::vector<Stored> find(const std::string& kind) const;
  /// Reads the durable entries; must not outlive this ledger.
  std::unique_ptr<Reader> reader() const;

 private:
  friend class MemoryReader;
  struct Waiter {
    uint64_t up_to;
    bool flush;  ///< waits for others' entries, has none itself
    OnDurable done;
  };

  void commit_soon();
  void commit(uint64_t up_to);
  void refuse(Stored& entry);
  void apply(const model::RowChange& change);
  void answer(OnDurable done, base::Status status);

  base::Loop& loop_;
  Settings settings_;
  std::vector<Stored> entries_;
  uint64_t durable_ = 0;  ///< seq of the last durable entry
  std::deque<Waiter> waiters_;
  std::vector<base::Hash> pending_blobs_;
  std::map<base::Hash, std::string> blobs_;
  std::map<std::string, std::vector<model::Value>> rows_;
  Counters counters_;
  size_t refuse_next_ = 0;
  uint64_t generation_ = 0;  ///< counts crashes: a commit posted before one is void
  bool held_ = false, writable_ = true, commit_posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace reeve::ledger
