/// \file
/// How do entries come from the core thread into the files? The Ledger behind ledger::open().
///
/// Core thread. What one turn of the loop appends gathers in a batch, which a posted task closes and hands to the
/// writer; the writer's reports come back through a mailbox and a posted task.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/signer.h"
#include "ledger/writer.h"

namespace reeve::ledger {

class FileLedger : public Ledger {
 public:
  /// `last_checkpoint`: the seq of the last ledger.checkpoint entry, 0 when there is none.
  FileLedger(Settings settings, base::Loop& loop, const base::Clock& clock, base::Random& random,
             std::unique_ptr<ChainFile> file, base::SigningKey key, uint64_t last_checkpoint);
  ~FileLedger() override;

  uint64_t append(model::Entry entry) override;
  uint64_t append(model::Entry entry, OnDurable done) override;
  void flush(OnDurable done) override;
  base::Hash put_blob(std::string bytes) override;
  uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, OnDurable done) override;
  void rotate(const std::string& actor, OnDurable done) override;
  bool writable() const override { return writable_; }
  Head head() const override { return head_; }
  Counters counters() const override;

 private:
  struct Waiter {
    uint64_t seq;
    bool flush;  ///< waits for others' entries, has none itself
    OnDurable done;
  };
  /// Where the writer's thread leaves its reports; outlives both.
  struct Mailbox {
    std::mutex mutex;
    std::vector<Report> reports;
    bool posted = false;
    FileLedger* owner = nullptr;  ///< core thread only; null when it has gone
  };

  Pending prepare(model::Entry entry);
  uint64_t enqueue(Pending item, OnDurable done);
  void close_soon();
  void close_batch();
  void on_lazy_time();
  void read_mail();
  void on_report(Report& report);
  void answer(OnDurable done, base::Status status);
  void refuse_waiter(uint64_t seq, const base::Error& error);
  void sign_head();
  void sign_before_it_is_due();
  void on_sign_time();
  bool is_news() const;
  base::Time next_time(base::Time wanted, const std::string& kind);
  Salt next_salt();
  Pending rotation(const std::string& actor);

  const Settings settings_;
  base::Loop& loop_;
  const base::Clock& clock_;
  base::Random& random_;
  const std::string ledger_id_;
  RowCheck rows_;
  Signer signer_;
  std::shared_ptr<Mailbox> mail_ = std::make_shared<Mailbox>();
  std::unique_ptr<Writer> writer_;

  uint64_t next_seq_;
  base::Time last_at_;
  std::vector<Pending> batch_;  ///< of the open turn
  bool close_posted_ = false, batch_waited_ = false;
  base::Loop::Id lazy_timer_ = 0, sign_timer_ = 0;
  std::vector<std::pair<base::Hash, std::string>> blobs_;  ///< for the next append
  std::deque<Waiter> waiters_;                             ///< in order of seq
  Head head_;
  uint64_t signed_ = 0;       ///< seq of the last ledger.checkpoint entry
  uint64_t signed_head_ = 0;  ///< seq that it vouches for
  bool writable_ = true, closing_ = false;
  std::string failure_;  ///< why not
  Counters counters_;
  std::vector<uint8_t> salts_;
  size_t salt_at_ = 0;
};

}  // namespace reeve::ledger
