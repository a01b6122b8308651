#include "ledger/chain_file.h"

#include <cstring>

#include "ledger/row.h"
#include "ledger/schema.h"
#include "ledger/tail_check.h"

namespace reeve::ledger {

namespace {
std::string_view correlation_bytes(const base::Uuid& id) {
  if (id == base::Uuid{}) return {};
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

void bind_text_or_null(store::Statement& statement, int at, const std::string& text) {
  if (text.empty()) {
    statement.bind_null(at);
  } else {
    statement.bind_text(at, text);
  }
}

std::string_view salt_bytes(const Salt& salt) {
  return {reinterpret_cast<const char*>(salt.data()), salt.size()};
}
}  // namespace

ChainFile::ChainFile(LedgerFile file, store::Connection connection)
    : file_(std::move(file)), connection_(std::move(connection)), projector_(connection_) {}

std::unique_ptr<ChainFile> ChainFile::adopt(LedgerFile file, store::Connection connection, const Head& before) {
  std::unique_ptr<ChainFile> chain(new ChainFile(std::move(file), std::move(connection)));
  chain->tail_ = before;
  chain->next_ = before;
  return chain;
}

base::Result<std::unique_ptr<ChainFile>> ChainFile::open(const LedgerFile& file, const FileOptions& options) {
  REEVE_TRY(store::Connection connection, store::Connection::open({file.path, store::Access::kReadWrite, protection(),
                                                                   options.vfs, options.page_bytes, false}));
  REEVE_CHECK(check_format(connection));
  REEVE_TRY(const Tail tail, check_tail(connection));
  std::unique_ptr<ChainFile> chain = adopt(file, std::move(connection), tail.head);
  chain->id_ = tail.ledger;
  return chain;
}

base::Status ChainFile::prepare() {
  if (insert_) return {};
  REEVE_TRY(insert_, connection_.prepare("INSERT OR FAIL INTO entries(" + std::string(kEntryColumns) +
                                         ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  REEVE_TRY(insert_body_, connection_.prepare("INSERT INTO bodies(seq, salt, body) VALUES(?, ?, ?)"));
  REEVE_TRY(insert_blob_, connection_.prepare("INSERT INTO blobs(hash, bytes) VALUES(?, ?) ON CONFLICT DO NOTHING"));
  return {};
}

base::Status ChainFile::write(std::deque<Pending>& items, size_t count, std::vector<Conflict>& conflicts) {
  next_ = tail_;
  const base::Status done = connection_.transaction([&]() -> base::Status {
    for (size_t i = 0; i < count; ++i) {
      Pending& item = items[i];
      if (item.act == Pending::Act::kRedact) REEVE_CHECK(check_redaction(item, conflicts));
      for (uint64_t n = 0; n < item.count; ++n) REEVE_CHECK(append(item, item.seq + n));
      if (item.act == Pending::Act::kRedact) REEVE_CHECK(redact(item.redacts));
    }
    return {};
  });
  if (done.ok()) tail_ = next_;
  return done;
}

base::Status ChainFile::append(const Pending& item, uint64_t seq) {
  REEVE_CHECK(prepare());
  if (seq != next_.seq + 1)
    return base::Error{base::Fault::kInternal, file_.path + ": entry " + std::to_string(seq) +
                                                   " does not follow entry " + std::to_string(next_.seq)};
  EntryBytes entry{
      seq,        item.at_us, item.kind, item.actor, item.subject, item.run, correlation_bytes(item.correlation),
      item.facts, {},         next_.hash};
  if (item.body) entry.body_hash = body_hash(salt_bytes(item.salt), *item.body);
  const base::Hash hash = entry_hash(entry, scratch_);
  insert_.bind(1, static_cast<int64_t>(seq)).bind(2, item.at_us).bind_text(3, item.kind).bind_text(4, item.actor);
  insert_.bind_text(5, item.subject);
  bind_text_or_null(insert_, 6, item.run);
  if (entry.correlation.empty()) {
    insert_.bind_null(7);
  } else {
    insert_.bind_blob(7, entry.correlation);
  }
  insert_.bind_text(8, item.facts).bind_blob(9, entry.body_hash).bind_blob(10, entry.prev_hash).bind_blob(11, hash);
  REEVE_CHECK(insert_.run());
  REEVE_CHECK(append_contents(item, seq));
  next_ = {seq, base::Time{item.at_us}, hash};
  return {};
}

base::Status ChainFile::append_contents(const Pending& item, uint64_t seq) {
  if (item.body) {
    insert_body_.bind(1, static_cast<int64_t>(seq)).bind_blob(2, item.salt).bind_blob(3, *item.body);
    REEVE_CHECK(insert_body_.run());
  }
  for (const auto& [hash, bytes] : item.blobs) REEVE_CHECK(insert_blob_.bind_blob(1, hash).bind_blob(2, bytes).run());
  for (const model::RowChange& change : item.rows) REEVE_CHECK(projector_.apply(change));
  return note_join(item);
}

base::Status ChainFile::note_join(const Pending& item) {
  constexpr size_t kMostJoined = 4096;
  if (!met_in_run(item.kind, item.run, item.correlation)) return {};
  if (joined_.size() >= kMostJoined) joined_.clear();
  if (!joined_.insert(std::string(correlation_bytes(item.correlation)) + item.run).second) return {};
  if (!insert_join_) {
    REEVE_TRY(insert_join_, connection_.prepare("INSERT INTO ledger_joins(run, correlation) VALUES(?, ?) ON CONFLICT "
                                                "DO NOTHING"));
  }
  const std::string correlation = base::uuid_text(item.correlation);
  return insert_join_.bind_text(1, item.run).bind_text(2, correlation).run();
}

base::Result<bool> ChainFile::has_ended(const std::string& run, std::string_view correlation) {
  REEVE_TRY(store::Statement by_correlation,
            connection_.prepare("SELECT 1 FROM entries WHERE correlation = ? AND kind = 'run.ended' AND run = ?"));
  REEVE_TRY(bool ended, by_correlation.bind_blob(1, correlation).bind_text(2, run).step());
  if (ended) return true;
  // An entry of an alert that joined the run has a correlation of its own.
  REEVE_TRY(store::Statement joins, connection_.prepare("SELECT correlation FROM ledger_joins WHERE run = ?"));
  joins.bind_text(1, run);
  for (;;) {
    REEVE_TRY(const bool row, joins.step());
    if (!row) return false;
    REEVE_TRY(const base::Uuid id, base::parse_uuid(joins.bytes(0)));
    by_correlation.reset();
    REEVE_TRY(ended, by_correlation.bind_blob(1, id).bind_text(2, run).step());
    if (ended) return true;
  }
}

base::Result<std::string> ChainFile::redaction_conflict(uint64_t seq) {
  const std::string name = "entry " + std::to_string(seq);
  REEVE_TRY(
      store::Statement find,
      connection_.prepare("SELECT e.run, e.correlation, b.body FROM entries e LEFT JOIN bodies b ON b.seq = e.seq "
                          "WHERE e.seq = ?"));
  REEVE_TRY(const bool found, find.bind(1, static_cast<int64_t>(seq)).step());
  if (!found) return name + " is not in " + file_.path + " (a sealed file is not redacted: unlink it)";
  if (find.type(2) == store::Type::kNull) return name + " has no body";
  if (find.type(0) == store::Type::kNull) return std::string();
  const std::string run(find.bytes(0));
  REEVE_TRY(const bool ended, has_ended(run, find.bytes(1)));
  return ended ? std::string() : name + " belongs to run " + run + ", which has not ended";
}

base::Status ChainFile::check_redaction(Pending& item, std::vector<Conflict>& conflicts) {
  REEVE_TRY(const std::string conflict, redaction_conflict(item.redacts));
  if (conflict.empty()) return {};
  conflicts.push_back({item.seq, {base::Fault::kConflict, "cannot redact: " + conflict}});
  refuse(item);
  return {};
}

// Right after its ledger.redacted entry, which the trigger on bodies asks for.
base::Status ChainFile::redact(uint64_t seq) {
  REEVE_TRY(store::Statement take, connection_.prepare("UPDATE bodies SET salt = NULL, body = NULL WHERE seq = ?"));
  return take.bind(1, static_cast<int64_t>(seq)).run();
}

}  // namespace reeve::ledger
