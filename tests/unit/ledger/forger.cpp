#include "unit/ledger/forger.h"

#include <sqlite3.h>

#include "base/base.h"
#include "ledger/bytes.h"
#include "ledger/row.h"
#include "ledger/schema.h"
#include "ledger/signer.h"
#include "model/json.h"
#include "store/connection.h"

namespace reeve::ledger {

namespace {
using store::Connection;
using store::Statement;

struct Forged {
  uint64_t seq;
  std::string facts;
  base::Hash prev_hash, hash, body_hash;
};

base::Hash of_body(Connection& file, uint64_t seq, const base::Hash& before) {
  Statement find = file.prepare("SELECT salt, body FROM bodies WHERE seq = ? AND body IS NOT NULL").value();
  if (!find.bind(1, static_cast<int64_t>(seq)).step().value()) return before;
  return body_hash(find.bytes(0), find.bytes(1));
}

// The checkpoint that the engine would have signed over what the entries say now.
std::string signed_anew(const std::string& facts, const std::vector<Forged>& before, const std::string& key_file) {
  const base::SigningKey key = std::move(base::SigningKey::load_or_create(key_file)).value();
  SignedCheckpoint checkpoint = parse_checkpoint(model::parse_json(facts).value()).value();
  for (const Forged& one : before)
    if (one.seq == checkpoint.what.seq) checkpoint.what.hash = one.hash;
  checkpoint.key = key.public_key();
  checkpoint.signature = key.sign(checkpoint_bytes(checkpoint.what));
  return model::to_json(checkpoint_facts(checkpoint));
}

std::vector<Forged> chained_anew(Connection& file, const std::string& key_file) {
  std::vector<Forged> out;
  std::string scratch;
  Statement rows = file.prepare("SELECT " + std::string(kEntryColumns) + " FROM entries ORDER BY seq").value();
  while (rows.step().value()) {
    EntryRow row;
    if (read_entry(rows, row)) continue;
    Forged one{row.entry.seq, std::string(row.entry.facts), row.entry.prev_hash, {}, {}};
    if (!out.empty()) one.prev_hash = out.back().hash;
    if (!key_file.empty() && row.entry.kind == "ledger.checkpoint") one.facts = signed_anew(one.facts, out, key_file);
    row.entry.facts = one.facts;
    row.entry.prev_hash = one.prev_hash;
    row.entry.body_hash = one.body_hash = of_body(file, one.seq, row.entry.body_hash);
    one.hash = entry_hash(row.entry, scratch);
    out.push_back(std::move(one));
  }
  return out;
}

base::Status write(Connection& file, const std::vector<Forged>& entries) {
  REEVE_TRY(Statement put, file.prepare("UPDATE entries SET facts = ?, prev_hash = ?, hash = ?, body_hash = ? WHERE "
                                        "seq = ?"));
  for (const Forged& one : entries) {
    put.reset();
    put.bind_text(1, one.facts).bind_blob(2, one.prev_hash).bind_blob(3, one.hash).bind_blob(4, one.body_hash);
    REEVE_CHECK(put.bind(5, static_cast<int64_t>(one.seq)).step().and_then([](bool) { return base::Status(); }));
  }
  return {};
}

std::string execute(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  char* error = nullptr;
  std::string out;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK ||
      sqlite3_exec(db, ("PRAGMA synchronous=OFF;" + sql).c_str(), nullptr, nullptr, &error))
    out = sql + ": " + (error ? error : sqlite3_errmsg(db));
  sqlite3_free(error);
  sqlite3_close(db);
  return out;
}
}  // namespace

std::string forge(const std::string& path, const std::string& sql, Forging how, const std::string& own_key,
                  const std::string& other_key) {
  std::string before, after;
  for (const auto& [name, trigger] : format_triggers()) {
    before += "DROP TRIGGER IF EXISTS " + name + ";";
    after += trigger + ";";
  }
  if (std::string failed = execute(path, before + sql); !failed.empty()) return failed;
  if (how != Forging::kEdit) {
    auto file = Connection::open({path, store::Access::kReadWrite, {}, "", 0, false});
    if (!file.ok()) return file.error().text;
    const std::string& key = how == Forging::kResign ? own_key : other_key;
    const std::vector<Forged> anew = chained_anew(*file, how == Forging::kRehash ? "" : key);
    const base::Status written = file->transaction([&] { return write(*file, anew); });
    if (!written.ok()) return written.error().text;
  }
  return execute(path, after + "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE");
}

}  // namespace reeve::ledger
