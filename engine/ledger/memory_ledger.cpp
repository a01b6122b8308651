#include "ledger/memory_ledger.h"

#include <algorithm>

#include "ledger/filter.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
bool has_columns(const model::Value& row, const model::Value& wanted) {
  return std::all_of(wanted.as_map().begin(), wanted.as_map().end(),
                     [&](const auto& column) { return row[column.first] == column.second; });
}

// As SQLite would hand it back.
model::Value stored_form(const model::Value& value) {
  if (value.is_bool()) return model::Value(value.as_bool() ? 1 : 0);
  if (value.is_list() || value.is_map()) return model::Value(model::to_json(value));
  return value;
}

model::Value stored_row(const model::Value& row) {
  model::Value out = model::Value::map();
  for (const auto& [column, value] : row.as_map()) out.set(column, stored_form(value));
  return out;
}
}  // namespace

/// What the reader of files is for the real ledger.
class MemoryReader : public Reader {
 public:
  explicit MemoryReader(const MemoryLedger& ledger) : ledger_(ledger) {}

  base::Status scan(const Filter& filter, const std::function<bool(const Stored&)>& each) override {
    const std::set<uint64_t> story = filter.correlation ? story_of(*filter.correlation) : std::set<uint64_t>{};
    std::vector<const Stored*> found;
    for (const Stored& entry : ledger_.entries_) {
      if (entry.seq > ledger_.durable_ || !matches(filter, entry)) continue;
      if (!filter.correlation || story.contains(entry.seq)) found.push_back(&entry);
    }
    if (filter.newest_first) std::reverse(found.begin(), found.end());
    if (filter.limit > 0 && found.size() > filter.limit) found.resize(filter.limit);
    for (const Stored* entry : found)
      if (!each(*entry)) break;
    return {};
  }

  base::Result<std::optional<Stored>> entry(uint64_t seq) override {
    if (seq == 0 || seq > ledger_.durable_) return std::optional<Stored>{};
    return std::optional<Stored>(ledger_.entries_[seq - 1]);
  }

  base::Result<std::string> blob(const base::Hash& hash) override {
    const auto found = ledger_.blobs_.find(hash);
    if (found == ledger_.blobs_.end())
      return base::Error{base::Fault::kNotFound, "no blob " + base::hex(hash) + " in the ledger"};
    return found->second;
  }

  base::Result<std::vector<model::Value>> rows(const std::string& table, const model::Value& where) override {
    const auto found = ledger_.rows_.find(table);
    if (found == ledger_.rows_.end())
      return base::Error{base::Fault::kNotFound, "no projection table " + table + " in the ledger"};
    std::vector<model::Value> out;
    const model::Value wanted = stored_row(where);
    for (const model::Value& row : found->second)
      if (has_columns(row, wanted)) out.push_back(row);
    return out;
  }

  base::Result<Head> head() override { return ledger_.head(); }

 private:
  std::set<uint64_t> story_of(const base::Uuid& correlation) const {
    std::set<base::Uuid> correlations{correlation};
    std::set<std::string> runs;
    for (size_t before = 0; before != correlations.size() + runs.size();) {
      before = correlations.size() + runs.size();
      for (const Stored& entry : ledger_.entries_) {
        if (!met_in_run(entry.kind, entry.run, entry.correlation)) continue;
        if (correlations.contains(entry.correlation)) runs.insert(entry.run);
        if (runs.contains(entry.run)) correlations.insert(entry.correlation);
      }
    }
    std::set<uint64_t> seqs;
    for (const Stored& entry : ledger_.entries_) {
      if (!correlations.contains(entry.correlation)) continue;
      seqs.insert(entry.seq);
      if (!entry.kind.starts_with("alert.")) continue;
      for (const uint64_t cause : cause_seqs(entry)) seqs.insert(cause);
    }
    return seqs;
  }

  const MemoryLedger& ledger_;
};

MemoryLedger::MemoryLedger(base::Loop& loop, Settings settings) : loop_(loop), settings_(std::move(settings)) {
  for (const Table& table : settings_.tables) rows_[table.name];
}

MemoryLedger::~MemoryLedger() {
  *alive_ = false;
}

uint64_t MemoryLedger::append(model::Entry entry) {
  Stored stored;
  static_cast<model::Entry&>(stored) = std::move(entry);
  stored.seq = entries_.size() + 1;
  if (stored.at == base::Time{}) stored.at = loop_.clock().wall();
  if (!pending_blobs_.empty()) {
    model::Value names = stored.facts["blobs"].is_list() ? stored.facts["blobs"] : model::Value::list();
    for (const base::Hash& hash : pending_blobs_) names.push(base::hex(hash));
    stored.facts.set("blobs", std::move(names));
    pending_blobs_.clear();
  }
  stored.facts_text = model::to_json(stored.facts);
  entries_.push_back(std::move(stored));
  ++counters_.appended;
  commit_soon();
  return entries_.size();
}

uint64_t MemoryLedger::append(model::Entry entry, OnDurable done) {
  const uint64_t seq = append(std::move(entry));
  if (refuse_next_ > 0 || !writable_) {
    const bool told = refuse_next_ > 0;
    if (told) --refuse_next_;
    refuse(entries_.back());
    answer(std::move(done), told ? base::Error{base::Fault::kRefused, "the ledger refused the entry"}
                                 : base::Error{base::Fault::kUnavailable, "the ledger cannot be written"});
    return seq;
  }
  waiters_.push_back({seq, false, std::move(done)});
  return seq;
}

void MemoryLedger::flush(OnDurable done) {
  if (!writable_)
    return answer(std::move(done), base::Error{base::Fault::kUnavailable, "the ledger cannot be written"});
  waiters_.push_back({entries_.size(), true, std::move(done)});
  commit_soon();
}

base::Hash MemoryLedger::put_blob(std::string bytes) {
  const base::Hash hash = base::sha256(bytes);
  pending_blobs_.push_back(hash);
  blobs_[hash] = std::move(bytes);
  return hash;
}

uint64_t MemoryLedger::redact(uint64_t seq, const std::string& actor, const std::string& reason, OnDurable done) {
  model::Entry entry;
  entry.kind = "ledger.redacted";
  entry.actor = actor;
  entry.subject = "entry/" + std::to_string(seq);
  entry.facts.set("seq", seq);
  entry.body = reason;
  const bool allowed = seq > 0 && seq <= entries_.size() && entries_[seq - 1].body.has_value();
  const uint64_t at = append(std::move(entry));
  if (!allowed) {
    refuse(entries_.back());
    answer(std::move(done), base::Error{base::Fault::kConflict, "entry " + std::to_string(seq) + " has no body"});
    return at;
  }
  entries_[seq - 1].body.reset();
  entries_[seq - 1].redacted = true;
  waiters_.push_back({at, false, std::move(done)});
  return at;
}

void MemoryLedger::rotate(const std::string& actor, OnDurable done) {
  model::Entry entry;
  entry.kind = "ledger.rotated";
  entry.actor = actor;
  entry.subject = "ledger";
  append(std::move(entry), std::move(done));
}

Head MemoryLedger::head() const {
  if (durable_ == 0) return {};
  const Stored& last = entries_[durable_ - 1];
  return {last.seq, last.at, last.hash};
}

Counters MemoryLedger::counters() const {
  Counters now = counters_;
  now.queued = entries_.size() - durable_;
  return now;
}

void MemoryLedger::release() {
  held_ = false;
  commit_soon();
}

void MemoryLedger::release_up_to(uint64_t seq) {
  held_ = true;
  commit(seq);
}

void MemoryLedger::set_writable(bool writable) {
  writable_ = writable;
  if (writable_) return commit_soon();
  while (!waiters_.empty()) {
    Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    if (!waiter.flush && waiter.up_to > durable_) refuse(entries_[waiter.up_to - 1]);
    answer(std::move(waiter.done), base::Error{base::Fault::kUnavailable, "the ledger cannot be written"});
  }
}

void MemoryLedger::crash() {
  entries_.resize(durable_);
  waiters_.clear();
  pending_blobs_.clear();
  commit_posted_ = false;
  ++generation_;
}

std::vector<Stored> MemoryLedger::durable() const {
  return {entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(durable_)};
}

std::vector<std::string> MemoryLedger::kinds() const {
  std::vector<std::string> out;
  for (const Stored& entry : entries_) out.push_back(entry.kind);
  return out;
}

std::vector<Stored> MemoryLedger::find(const std::string& kind) const {
  std::vector<Stored> out;
  for (const Stored& entry : entries_)
    if (matches_pattern(kind, entry.kind)) out.push_back(entry);
  return out;
}

std::unique_ptr<Reader> MemoryLedger::reader() const {
  return std::make_unique<MemoryReader>(*this);
}

void MemoryLedger::commit_soon() {
  if (commit_posted_ || held_ || !writable_) return;
  commit_posted_ = true;
  loop_.post([this, alive = alive_, generation = generation_] {
    if (!*alive || generation != generation_) return;
    commit_posted_ = false;
    if (!held_ && writable_) commit(entries_.size());
  });
}

void MemoryLedger::commit(uint64_t up_to) {
  up_to = std::min<uint64_t>(up_to, entries_.size());
  while (durable_ < up_to) {
    const Stored& entry = entries_[durable_++];
    ++counters_.committed;
    if (entry.kind.starts_with("ledger.")) continue;
    for (const Project& project : settings_.projects)
      for (const model::RowChange& change : project(entry)) apply(change);
  }
  ++counters_.commits;
  while (!waiters_.empty() && waiters_.front().up_to <= durable_) {
    OnDurable done = std::move(waiters_.front().done);
    waiters_.pop_front();
    answer(std::move(done), {});
  }
}

void MemoryLedger::refuse(Stored& entry) {
  ++counters_.refused;
  const std::string kind = entry.kind;
  entry.kind = "ledger.refused";
  entry.actor = "engine";
  entry.subject = "ledger";
  entry.facts = model::Value::map().set("kind", kind);
  entry.facts_text = model::to_json(entry.facts);
  entry.body.reset();
}

void MemoryLedger::apply(const model::RowChange& change) {
  const auto table = rows_.find(change.table);
  REEVE_ASSERT(table != rows_.end());
  std::vector<model::Value>& rows = table->second;
  const model::Value key = stored_row(change.key);
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return has_columns(row, key); });
  if (change.erase) {
    if (at != rows.end()) rows.erase(at);
    return;
  }
  model::Value& row = at != rows.end() ? *at : rows.emplace_back(key);
  for (const auto& [column, value] : change.set.as_map()) row.set(column, stored_form(value));
}

void MemoryLedger::answer(OnDurable done, base::Status status) {
  if (!done) return;
  loop_.post([done = std::move(done), status = std::move(status)] { done(status); });
}

}  // namespace reeve::ledger
