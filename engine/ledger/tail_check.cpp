#include "ledger/tail_check.h"

#include <cstring>

#include "ledger/row.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
base::Error broken(const store::Connection& connection, uint64_t seq, const std::string& what) {
  return base::invalid(connection.path() + ": entry " + std::to_string(seq) + ": " + what +
                       " (run `reeve audit verify`; keep the file, and start with a restored copy)");
}

base::Status check_body(store::Connection& connection, store::Statement& find, const EntryBytes& entry) {
  if (entry.body_hash == base::Hash{}) return {};
  find.reset();
  REEVE_TRY(const bool found, find.bind(1, static_cast<int64_t>(entry.seq)).step());
  if (!found) return broken(connection, entry.seq, "its body is missing");
  if (find.type(1) == store::Type::kNull) return {};  // redacted; `verify` asks for the entry that says so
  if (body_hash(find.bytes(0), find.bytes(1)) == entry.body_hash) return {};
  return broken(connection, entry.seq, "its body does not match body_hash");
}

base::Result<std::array<uint8_t, 16>> read_id(store::Connection& connection) {
  REEVE_TRY(store::Statement first, connection.prepare("SELECT seq, kind, facts FROM entries ORDER BY seq LIMIT 1"));
  REEVE_TRY(const bool found, first.step());
  if (!found) return base::invalid(connection.path() + ": a ledger file without entries");
  const auto facts = model::parse_json(first.bytes(2));
  const auto id = base::parse_uuid(facts.ok() ? (*facts)["ledger"].as_string() : "");
  const std::string_view kind = first.bytes(1);
  if (!id.ok() || (kind != "ledger.created" && kind != "ledger.rotated"))
    return broken(connection, static_cast<uint64_t>(first.integer(0)),
                  "the first entry of the file does not name its ledger");
  return *id;
}
}  // namespace

base::Status check_format(store::Connection& connection) {
  REEVE_TRY(const int64_t application, connection.number("PRAGMA application_id"));
  if (application != kApplicationId) return base::invalid(connection.path() + ": not a reeve ledger file");
  REEVE_TRY(const int64_t version, connection.number("PRAGMA user_version"));
  if (version != kFormatVersion)
    return base::invalid(connection.path() + ": ledger format " + std::to_string(version) +
                         ", this reeve knows format " + std::to_string(kFormatVersion));
  REEVE_TRY(store::Statement find, connection.prepare("SELECT sql FROM sqlite_master WHERE name = ?"));
  for (const auto* named : {&format_tables(), &format_triggers()}) {
    for (const auto& [name, sql] : *named) {
      find.reset();
      REEVE_TRY(const bool found, find.bind_text(1, name).step());
      if (!found || find.bytes(0) != sql)
        return base::invalid(connection.path() + ": " + name + " is not as the ledger format has it");
    }
  }
  return {};
}

base::Result<Tail> check_tail(store::Connection& connection, uint64_t entries) {
  Tail tail;
  REEVE_TRY(tail.ledger, read_id(connection));
  REEVE_TRY(store::Statement last,
            connection.prepare("SELECT " + std::string(kEntryColumns) + " FROM entries ORDER BY seq DESC LIMIT ?"));
  REEVE_TRY(store::Statement body, connection.prepare("SELECT salt, body FROM bodies WHERE seq = ?"));
  last.bind(1, static_cast<int64_t>(entries));
  std::string scratch;
  base::Hash follower_prev{};
  uint64_t follower = 0;
  for (;;) {
    REEVE_TRY(const bool row, last.step());
    if (!row) break;
    EntryRow entry;
    if (const char* column = read_entry(last, entry))
      return broken(connection, entry.entry.seq, std::string("column ") + column + " is not as the format has it");
    const uint64_t seq = entry.entry.seq;
    if (entry_hash(entry.entry, scratch) != entry.hash) return broken(connection, seq, "hash does not match its bytes");
    if (follower && (follower != seq + 1 || follower_prev != entry.hash))
      return broken(connection, follower, "it does not follow entry " + std::to_string(seq));
    REEVE_CHECK(check_body(connection, body, entry.entry));
    if (!follower) tail.head = {seq, base::Time{entry.entry.at_us}, entry.hash};
    follower = seq;
    follower_prev = entry.entry.prev_hash;
  }
  return tail;
}

}  // namespace reeve::ledger
