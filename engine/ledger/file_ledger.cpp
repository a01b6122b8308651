#include "ledger/file_ledger.h"

#include <algorithm>
#include <cstring>

#include "ledger/bare_stretch.h"
#include "ledger/filter.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
constexpr base::Duration kLazy = base::millis(2);
constexpr size_t kMostBytes = 64 << 20;  // of one entry's facts or body: what is larger belongs into a blob
constexpr size_t kSaltPool = 4096;

bool is_clock_mark(const std::string& kind) {
  return kind == "clock.stepped" || kind == "engine.start";
}
}  // namespace

FileLedger::FileLedger(Settings settings, base::Loop& loop, const base::Clock& clock, base::Random& random,
                       std::unique_ptr<ChainFile> file, base::SigningKey key, uint64_t last_checkpoint)
    : settings_(std::move(settings)),
      loop_(loop),
      clock_(clock),
      random_(random),
      ledger_id_(base::hex(file->id())),
      rows_(all_tables(settings_)),
      signer_(std::move(key), file->id(), settings_.folder, settings_.anchor_file),
      next_seq_(file->tail().seq + 1),
      last_at_(file->tail().at),
      head_(file->tail()),
      signed_(last_checkpoint) {
  mail_->owner = this;
  const auto post_mail = [mail = mail_, &loop_of_core = loop_](Report report) {
    {
      const std::lock_guard lock(mail->mutex);
      mail->reports.push_back(std::move(report));
      if (std::exchange(mail->posted, true)) return;
    }
    loop_of_core.post([mail] {
      if (mail->owner) mail->owner->read_mail();
    });
  };
  writer_ = std::make_unique<Writer>(std::move(file), FileOptions{all_tables(settings_), settings_.vfs, 0},
                                     settings_.queue_limit, post_mail);
  writer_->start();
  sign_timer_ = loop_.after(settings_.checkpoint_every, [this] { on_sign_time(); });
}

// Stops in the reverse order: no more timers, the queue drained, a last checkpoint over it, the file closed.
FileLedger::~FileLedger() {
  closing_ = true;
  loop_.cancel(sign_timer_);
  if (lazy_timer_) loop_.cancel(lazy_timer_);
  close_batch();
  writer_->finish();
  read_mail();
  if (writable_ && is_news()) {
    sign_head();
    close_batch();
    writer_->finish();
    read_mail();
  }
  for (Waiter& waiter : waiters_)
    answer(std::move(waiter.done), base::Error{base::Fault::kUnavailable, "the ledger was closed"});
  mail_->owner = nullptr;
  writer_->close();
  if (head_.seq + 1 < next_seq_)
    base::log_error("ledger: closed with entries that could not be written",
                    {{"entries", next_seq_ - 1 - head_.seq}, {"error", failure_}});
}

Salt FileLedger::next_salt() {
  if (salt_at_ >= salts_.size()) {
    salts_.resize(kSaltPool);
    random_.fill(salts_.data(), salts_.size());
    salt_at_ = 0;
  }
  Salt salt{};
  std::memcpy(salt.data(), salts_.data() + salt_at_, salt.size());
  salt_at_ += salt.size();
  return salt;
}

// Readers search times by halving, between two clock marks: so there they must not go back.
base::Time FileLedger::next_time(base::Time wanted, const std::string& kind) {
  const base::Time wall = clock_.wall();
  base::Time at = wanted == base::Time{} ? wall : std::min(wanted, wall);
  if (!is_clock_mark(kind)) at = std::max(at, last_at_);
  last_at_ = at;
  return at;
}

Pending FileLedger::prepare(model::Entry entry) {
  entry.seq = next_seq_++;
  entry.at = next_time(entry.at, entry.kind);
  if (!blobs_.empty()) {
    model::Value names = entry.facts["blobs"].is_list() ? entry.facts["blobs"] : model::Value::list();
    for (const auto& [hash, bytes] : blobs_) names.push(base::hex(hash));
    entry.facts.set("blobs", std::move(names));
  }
  Pending item;
  item.rows = project_all(settings_, entry);
  for (const model::RowChange& change : item.rows) REEVE_ASSERT(rows_.knows(change));
  item.seq = entry.seq;
  item.at_us = entry.at.us;
  item.facts = model::to_json(entry.facts);
  item.observation = std::any_of(settings_.observations.begin(), settings_.observations.end(),
                                 [&](const std::string& pattern) { return matches_pattern(pattern, entry.kind); });
  item.kind = std::move(entry.kind);
  item.actor = std::move(entry.actor);
  item.subject = std::move(entry.subject);
  item.run = std::move(entry.run);
  item.correlation = entry.correlation;
  item.body = std::move(entry.body);
  if (item.body) item.salt = next_salt();
  item.blobs = std::exchange(blobs_, {});
  ++counters_.appended;
  return item;
}

uint64_t FileLedger::enqueue(Pending item, OnDurable done) {
  const uint64_t seq = item.seq;
  if (item.facts.size() > kMostBytes || (item.body && item.body->size() > kMostBytes)) {
    base::log_error("ledger: an entry is too large", {{"kind", item.kind}, {"seq", seq}});
    refuse(item);
    ++counters_.refused;
    if (done) answer(std::move(done), base::invalid("entry " + std::to_string(seq) + " is larger than 64 MiB"));
  } else if (done && !writable_) {
    refuse(item);
    ++counters_.refused;
    answer(std::move(done), base::Error{base::Fault::kUnavailable, "the ledger cannot be written: " + failure_});
  } else if (done) {
    item.waited = true;
    batch_waited_ = true;
    waiters_.push_back({seq, false, std::move(done)});
  }
  batch_.push_back(std::move(item));
  close_soon();
  return seq;
}

uint64_t FileLedger::append(model::Entry entry) {
  const uint64_t seq = enqueue(prepare(std::move(entry)), {});
  sign_before_it_is_due();
  return seq;
}

uint64_t FileLedger::append(model::Entry entry, OnDurable done) {
  REEVE_ASSERT(done != nullptr);
  const uint64_t seq = enqueue(prepare(std::move(entry)), std::move(done));
  sign_before_it_is_due();
  return seq;
}

void FileLedger::flush(OnDurable done) {
  if (!writable_)
    return answer(std::move(done), base::Error{base::Fault::kUnavailable, "the ledger cannot be written: " + failure_});
  if (head_.seq + 1 == next_seq_) return answer(std::move(done), {});
  waiters_.push_back({next_seq_ - 1, true, std::move(done)});
  batch_waited_ = true;
  close_soon();
}

base::Hash FileLedger::put_blob(std::string bytes) {
  const base::Hash hash = base::sha256(bytes);
  blobs_.emplace_back(hash, std::move(bytes));
  return hash;
}

uint64_t FileLedger::redact(uint64_t seq, const std::string& actor, const std::string& reason, OnDurable done) {
  model::Entry entry;
  entry.kind = "ledger.redacted";
  entry.actor = actor;
  entry.subject = "entry/" + std::to_string(seq);
  entry.facts.set("seq", seq);
  entry.body = reason;
  Pending item = prepare(std::move(entry));
  item.act = Pending::Act::kRedact;
  item.redacts = seq;
  return enqueue(std::move(item), std::move(done));
}

// A batch of its own, between two turns: the writer splits its pass there.
void FileLedger::rotate(const std::string& actor, OnDurable done) {
  loop_.post([mail = mail_, actor, done = std::move(done)]() mutable {
    FileLedger* self = mail->owner;
    if (!self) return done(base::Error{base::Fault::kUnavailable, "the ledger was closed"});
    self->close_batch();
    Pending item = self->rotation(actor);
    item.act = Pending::Act::kRotate;
    self->enqueue(std::move(item), std::move(done));
    self->close_batch();
  });
}

Pending FileLedger::rotation(const std::string& actor) {
  ++counters_.appended;
  return first_entry("ledger.rotated", actor, ledger_id_, signer_.public_key(), next_seq_++,
                     next_time({}, "ledger.rotated"));
}

void FileLedger::close_soon() {
  if (std::exchange(close_posted_, true)) return;
  loop_.post([mail = mail_] {
    if (mail->owner) mail->owner->close_batch();
  });
}

void FileLedger::close_batch() {
  close_posted_ = false;
  const bool waited = std::exchange(batch_waited_, false);
  const bool lazy = !batch_.empty() && !waited;
  if (!batch_.empty()) writer_->push(std::exchange(batch_, {}));
  if (closing_) return;
  if (waited) writer_->wake();
  if (lazy && !lazy_timer_) lazy_timer_ = loop_.after(kLazy, [this] { on_lazy_time(); });
}

void FileLedger::on_lazy_time() {
  lazy_timer_ = 0;
  writer_->wake();
}

void FileLedger::read_mail() {
  std::vector<Report> reports;
  {
    const std::lock_guard lock(mail_->mutex);
    reports = std::exchange(mail_->reports, {});
    mail_->posted = false;
  }
  for (Report& report : reports) on_report(report);
}

void FileLedger::on_report(Report& report) {
  head_ = report.head;
  counters_.committed += report.committed;
  counters_.commits += report.commits;
  counters_.failed_commits += report.failed_commits;
  for (const ChainFile::Conflict& conflict : report.conflicts) refuse_waiter(conflict.seq, conflict.error);
  while (!waiters_.empty() && waiters_.front().seq <= report.committed_up_to) {
    answer(std::move(waiters_.front().done), {});
    waiters_.pop_front();
  }
  writable_ = !report.error;
  failure_ = report.error ? report.error->text : "";
  while (report.error && !waiters_.empty() && waiters_.front().seq <= report.refused_up_to) {
    counters_.refused += !waiters_.front().flush;
    answer(std::move(waiters_.front().done), *report.error);
    waiters_.pop_front();
  }
  if (writable_ && !closing_ && head_.seq >= signed_head_ + settings_.checkpoint_entries) sign_head();
}

void FileLedger::refuse_waiter(uint64_t seq, const base::Error& error) {
  const auto waiter =
      std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& w) { return w.seq == seq && !w.flush; });
  if (waiter == waiters_.end()) return;
  ++counters_.refused;
  answer(std::move(waiter->done), error);
  waiters_.erase(waiter);
}

void FileLedger::answer(OnDurable done, base::Status status) {
  if (!done) return;
  loop_.post([done = std::move(done), status = std::move(status)] { done(status); });
}

void FileLedger::sign_head() {
  signed_head_ = head_.seq;
  const base::Time at = std::max(clock_.wall(), last_at_);  // the entry's own
  model::Entry checkpoint = signer_.sign(head_, at);
  checkpoint.at = at;
  signed_ = enqueue(prepare(std::move(checkpoint)), {});
  ++counters_.checkpoints;
}

// What is long under way is not durable yet, so the same head may be signed again: but a verifier wants to see one.
void FileLedger::sign_before_it_is_due() {
  if (next_seq_ - 1 - signed_ >= BareStretch::kMost) sign_head();
}

void FileLedger::on_sign_time() {
  sign_timer_ = loop_.after(settings_.checkpoint_every, [this] { on_sign_time(); });
  if (writable_ && is_news()) sign_head();
}

// Anything but the last checkpoint itself.
bool FileLedger::is_news() const {
  return head_.seq > signed_head_ + 1 || (head_.seq > signed_head_ && head_.seq != signed_);
}

Counters FileLedger::counters() const {
  Counters now = counters_;
  now.dropped = writer_->dropped();
  now.queued = next_seq_ - 1 - head_.seq;
  return now;
}

}  // namespace reeve::ledger
