#include "ledger/schema.h"

#include "base/hash.h"

namespace reeve::ledger {

namespace {
using Named = std::vector<std::pair<std::string, std::string>>;

// FAIL, not ABORT: then SQLite keeps no journal of each statement, which would halve the insert rate. A statement of
// one row leaves the same; one of several rows leaves those that were right.
std::string refusal(const std::string& name, const std::string& when, const std::string& why) {
  return "CREATE TRIGGER " + name + " BEFORE " + when + " BEGIN SELECT RAISE(FAIL, 'ledger: " + why + "'); END";
}

std::vector<std::string> names_of(const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(column.substr(0, column.find(' ')));
  return names;
}

bool is_clock_mark(const std::string& kind) {
  return kind == "clock.stepped" || kind == "engine.start" || kind == "ledger.created" || kind == "ledger.rotated";
}
}  // namespace

const Named& format_tables() {
  static const Named tables{
      {"entries",
       "CREATE TABLE entries(seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, "
       "subject TEXT NOT NULL, run TEXT, correlation BLOB, facts TEXT NOT NULL, body_hash BLOB NOT NULL, "
       "prev_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT"},
      {"bodies", "CREATE TABLE bodies(seq INTEGER PRIMARY KEY, salt BLOB, body BLOB) STRICT"},
      {"blobs", "CREATE TABLE blobs(hash BLOB PRIMARY KEY NOT NULL, bytes BLOB NOT NULL) STRICT"},
      {"entries_correlation", "CREATE INDEX entries_correlation ON entries(correlation) WHERE correlation IS NOT NULL"},
  };
  return tables;
}

const Named& format_triggers() {
  static const Named triggers{
      {"entries_chain",
       refusal("entries_chain",
               "INSERT ON entries WHEN NEW.prev_hash IS NOT (SELECT hash FROM entries WHERE seq = NEW.seq - 1)",
               "an entry must follow the last one")},
      {"entries_update", refusal("entries_update", "UPDATE ON entries", "entries are never changed")},
      {"entries_delete", refusal("entries_delete", "DELETE ON entries", "entries are never deleted")},
      {"bodies_update",
       refusal("bodies_update",
               "UPDATE ON bodies WHEN NEW.seq IS NOT OLD.seq OR NEW.salt IS NOT NULL OR NEW.body IS NOT NULL OR NOT "
               "EXISTS (SELECT 1 FROM entries WHERE seq = (SELECT max(seq) FROM entries) AND kind = 'ledger.redacted' "
               "AND subject = 'entry/' || OLD.seq)",
               "a body is only taken away by a ledger.redacted entry")},
      {"bodies_delete", refusal("bodies_delete", "DELETE ON bodies", "bodies are never deleted")},
      {"blobs_update", refusal("blobs_update", "UPDATE ON blobs", "blobs are never changed")},
      {"blobs_delete", refusal("blobs_delete", "DELETE ON blobs", "blobs are never deleted")},
  };
  return triggers;
}

const std::pair<std::string, std::string>& sealed_index() {
  static const std::pair<std::string, std::string> index{"entries_subject",
                                                         "CREATE INDEX entries_subject ON entries(subject)"};
  return index;
}

// Not only what a run starts with: one that waits for its start is a run already, with a decision and questions of its
// own. The places of refused entries have no rows, live or in a rebuild. A step comes after its run.started and tells
// nothing new; it is what is written most.
bool met_in_run(const std::string& kind, const std::string& run, const base::Uuid& correlation) {
  return !run.empty() && correlation != base::Uuid{} && !kind.starts_with("ledger.") && !kind.starts_with("step.");
}

store::Protection protection() {
  return {{"entries", "bodies", "blobs"}, {{"bodies", "salt"}, {"bodies", "body"}}};
}

const Table& joins_table() {
  static const Table table{"ledger_joins", {"run TEXT", "correlation TEXT"}, {}};
  return table;
}

const std::vector<Table>& own_tables() {
  static const std::vector<Table> tables{
      {"ledger_clock", {"seq INTEGER"}, {"at_us INTEGER"}},
      joins_table(),
  };
  return tables;
}

std::vector<model::RowChange> project_own(const model::Entry& entry) {
  using model::Value;
  if (is_clock_mark(entry.kind))
    return {{"ledger_clock", Value::map().set("seq", entry.seq), Value::map().set("at_us", entry.at.us)}};
  return {};
}

std::optional<model::RowChange> join_of(const model::Entry& entry) {
  if (!met_in_run(entry.kind, entry.run, entry.correlation)) return std::nullopt;
  const std::string correlation = base::uuid_text(entry.correlation);
  return model::RowChange{joins_table().name, model::Value::map().set("run", entry.run).set("correlation", correlation),
                          model::Value::map()};
}

std::vector<Table> all_tables(const Settings& settings) {
  std::vector<Table> tables = own_tables();
  tables.insert(tables.end(), settings.tables.begin(), settings.tables.end());
  return tables;
}

std::vector<model::RowChange> project_all(const Settings& settings, const model::Entry& entry) {
  std::vector<model::RowChange> rows = project_own(entry);
  if (entry.kind.starts_with("ledger.")) return rows;
  for (const Project& project : settings.projects)
    for (model::RowChange& change : project(entry)) rows.push_back(std::move(change));
  return rows;
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::vector<std::string> key_names(const Table& table) {
  return names_of(table.key);
}
std::vector<std::string> column_names(const Table& table) {
  return names_of(table.columns);
}

std::string create_table_sql(const Table& table) {
  std::string sql = "CREATE TABLE " + quoted(table.name) + "(";
  for (const auto* columns : {&table.key, &table.columns})
    for (const std::string& column : *columns) {
      const size_t name_end = std::min(column.find(' '), column.size());
      sql += quoted(column.substr(0, name_end)) + column.substr(name_end) + ", ";
    }
  sql += "PRIMARY KEY(";
  const std::vector<std::string> keys = key_names(table);
  for (size_t i = 0; i < keys.size(); ++i) sql += (i ? ", " : "") + quoted(keys[i]);
  return sql + ")) WITHOUT ROWID";
}

}  // namespace reeve::ledger
