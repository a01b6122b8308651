#include "ledger/writer.h"

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "ledger/create_file.h"

namespace reeve::ledger {

namespace {
constexpr base::Duration kFirstBackOff = base::millis(50);
constexpr base::Duration kLongestBackOff = base::seconds(5);
constexpr base::Duration kSealAgain = base::seconds(10);

// The writer waits in real time whatever clock the core has, so it measures in real time.
base::Boot now() {
  return base::system_clock().boot();
}

bool is_rotation(const Pending& item) {
  return item.act == Pending::Act::kRotate;
}

uint64_t last_seq(const std::deque<Pending>& items) {
  return items.back().seq + items.back().count - 1;
}
}  // namespace

Writer::Writer(std::unique_ptr<ChainFile> file, FileOptions options, size_t queue_limit,
               std::function<void(Report)> on_report)
    : options_(std::move(options)),
      where_(file->file()),
      file_(std::move(file)),
      durable_(file_->tail()),
      queue_(queue_limit),
      on_report_(std::move(on_report)),
      checkpointer_(now()) {}

Writer::~Writer() = default;

void Writer::start() {
  thread_ = std::make_unique<store::WriterThread>("reeve-ledger", [this] { return pass(); });
  const auto files = ledger_files(folder_of(where_.path));
  if (files.ok() && files->size() > 1) start_sealing();
}

void Writer::finish() {
  if (thread_) thread_->stop();
  sealer_.reset();
  retry_at_ = {};
  std::deque<Pending> items = queue_.take();
  if (!items.empty()) write(std::move(items));
}

void Writer::close() {
  if (!file_) return;
  if (const auto done = file_->connection().checkpoint(store::CheckpointMode::kTruncate); !done.ok())
    base::log_warn("ledger: the last checkpoint failed; the -wal file keeps what it holds",
                   {{"error", done.error().text}});
  file_.reset();
}

std::optional<base::Duration> Writer::pass() {
  if (const base::Boot at = now(); at < retry_at_) return retry_at_ - at;
  std::deque<Pending> items = queue_.take();
  if (items.empty()) return housekeep(true);
  write(std::move(items));
  if (const base::Boot at = now(); at < retry_at_) return retry_at_ - at;
  return housekeep(false);
}

void Writer::write(std::deque<Pending> items) {
  Report report;
  const base::Status done = write_some(items, report);
  if (done.ok()) {
    back_off_ = {};
    retry_at_ = {};
  } else {
    on_failure(std::move(items), done.error(), report);
  }
  report.head = durable_;
  on_report_(std::move(report));
  // All of it was found on the disk: nothing is left that would show that commits work again.
  if (!done.ok() && file_ && queue_.size() == 0) on_report_(Report{.head = durable_});
}

// What is written leaves `items`.
base::Status Writer::write_some(std::deque<Pending>& items, Report& report) {
  if (lost_) return *lost_;
  if (!file_) {
    reopen(items);
    if (lost_) return *lost_;
    if (!file_) return base::Error{base::Fault::kUnavailable, where_.path + ": cannot be opened again yet"};
  }
  while (!items.empty()) {
    const bool rotates = is_rotation(items.front());
    const auto end = rotates ? items.begin() + 1 : std::find_if(items.begin(), items.end(), is_rotation);
    const auto count = static_cast<size_t>(end - items.begin());
    must_truncate_ |= std::any_of(items.begin(), end, [](const Pending& i) { return i.act == Pending::Act::kRedact; });
    const base::Status done = rotates ? rotate(items.front()) : file_->write(items, count, report.conflicts);
    if (!done.ok()) {
      attempted_ = rotates ? durable_ : file_->attempted();
      return done;
    }
    report.committed += file_->tail().seq - durable_.seq;
    ++report.commits;
    durable_ = file_->tail();
    report.committed_up_to = durable_.seq;
    items.erase(items.begin(), end);
    checkpointer_.on_commit(file_->connection().wal_pages(), now());
  }
  return {};
}

base::Status Writer::rotate(const Pending& first) {
  REEVE_TRY(std::unique_ptr<ChainFile> next,
            create_file(folder_of(where_.path), first, durable_, options_, &file_->connection()));
  file_ = std::move(next);
  where_ = file_->file();
  start_sealing();
  return {};
}

// Nothing is lost by a failed commit but the acts that waited for it: they are refused, the rest goes again in order.
void Writer::on_failure(std::deque<Pending> items, const base::Error& error, Report& report) {
  ++report.failed_commits;
  report.error = error;
  report.refused_up_to = last_seq(items);
  for (Pending& item : items)
    if (item.waited) refuse(item);
  file_.reset();
  if (!lost_) reopen(items);
  queue_.put_back(std::move(items));
  back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
  retry_at_ = now() + back_off_;
  base::log_error("ledger: a commit failed, nothing is done until it works again",
                  {{"error", error.text}, {"retry_in", base::format_duration(back_off_)}});
}

// A commit may fail after its bytes have reached the disk: what is found there does not go again.
void Writer::reopen(std::deque<Pending>& items) {
  auto opened = ChainFile::open(where_, options_);
  if (!opened.ok()) {
    if (opened.error().fault == base::Fault::kInvalid || opened.error().fault == base::Fault::kNotFound)
      lost_ = opened.error();
    return;
  }
  const Head found = (*opened)->tail();
  const bool as_before = found.seq == durable_.seq && found.hash == durable_.hash;
  const bool as_tried = found.seq == attempted_.seq && found.hash == attempted_.hash;
  if (!as_before && !as_tried) {
    lost_ =
        base::Error{base::Fault::kUnavailable, where_.path + ": ends at entry " + std::to_string(found.seq) +
                                                   ", not where this engine left it (" + std::to_string(durable_.seq) +
                                                   "): something else changed it; stop, and run `reeve audit verify`"};
    return;
  }
  while (!items.empty() && items.front().seq <= found.seq) items.pop_front();
  durable_ = found;
  file_ = std::move(*opened);
  checkpointer_.on_commit(file_->connection().wal_pages(), now());
}

std::optional<base::Duration> Writer::housekeep(bool idle) {
  if (!file_) return std::nullopt;
  const base::Boot at = now();
  if (idle && must_truncate_) {
    const auto done = file_->connection().checkpoint(store::CheckpointMode::kTruncate);
    must_truncate_ = !(done.ok() && done->complete);
    checkpointer_.on_checkpoint(0, !done.ok(), at);
    if (must_truncate_) return base::seconds(1);
  }
  if (checkpointer_.due(idle, at)) checkpoint(at);
  if (must_truncate_) return base::Duration{0};
  return checkpointer_.wait(now());
}

void Writer::checkpoint(base::Boot at) {
  const auto done = file_->connection().checkpoint(store::CheckpointMode::kPassive);
  if (!done.ok()) base::log_warn("ledger: checkpoint failed, trying again", {{"error", done.error().text}});
  checkpointer_.on_checkpoint(done.ok() ? done->wal_pages - done->done_pages : 0, !done.ok(), at);
}

// Making the index takes seconds on a large file, so it has a thread of its own; the file has no other writer any more.
void Writer::start_sealing() {
  sealer_.reset();
  sealer_ = std::make_unique<store::WriterThread>(
      "reeve-seal", [newest = where_, vfs = options_.vfs]() -> std::optional<base::Duration> {
        bool again = false;
        const auto files = ledger_files(folder_of(newest.path));
        for (const LedgerFile& file : files.ok() ? *files : std::vector<LedgerFile>{}) {
          if (file.first_seq >= newest.first_seq) continue;
          const base::Status sealed = seal_file(file.path, vfs);
          if (sealed.ok()) continue;
          again = true;
          base::log_warn("ledger: an old file is not sealed yet, trying again", {{"error", sealed.error().text}});
        }
        return again ? std::optional(kSealAgain) : std::nullopt;
      });
}

}  // namespace reeve::ledger
