#include "ledger/projector.h"

#include "base/text.h"
#include "ledger/row.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
std::string erase_sql(const model::RowChange& change) {
  std::string sql = "DELETE FROM " + quoted(change.table) + " WHERE ";
  const char* between = "";
  for (const auto& [name, value] : change.key.as_map()) {
    sql += between + quoted(name) + " IS ?";
    between = " AND ";
  }
  return sql;
}

std::string upsert_sql(const model::RowChange& change) {
  std::vector<std::string> keys, names, marks, sets;
  for (const auto& [name, value] : change.key.as_map()) keys.push_back(quoted(name));
  names = keys;
  for (const auto& [name, value] : change.set.as_map()) {
    names.push_back(quoted(name));
    sets.push_back(quoted(name) + "=excluded." + quoted(name));
  }
  marks.assign(names.size(), "?");
  const std::string then = sets.empty() ? "DO NOTHING" : "DO UPDATE SET " + base::join(sets, ", ");
  return "INSERT INTO " + quoted(change.table) + "(" + base::join(names, ", ") + ") VALUES(" + base::join(marks, ", ") +
         ") ON CONFLICT(" + base::join(keys, ", ") + ") " + then;
}
}  // namespace

base::Result<store::Statement*> Projector::statement_for(const model::RowChange& change) {
  signature_ = change.table;
  signature_ += change.erase ? '-' : '+';
  for (const auto* columns : {&change.key, &change.set})
    for (const auto& [name, value] : columns->as_map()) (signature_ += name) += ',';
  const auto found = statements_.find(signature_);
  if (found != statements_.end()) return &found->second;
  REEVE_TRY(store::Statement made, connection_->prepare(change.erase ? erase_sql(change) : upsert_sql(change)));
  return &statements_.emplace(signature_, std::move(made)).first->second;
}

base::Status Projector::apply(const model::RowChange& change) {
  REEVE_TRY(store::Statement * statement, statement_for(change));
  const size_t columns = change.key.as_map().size() + (change.erase ? 0 : change.set.as_map().size());
  if (texts_.size() < columns) texts_.resize(columns);
  size_t at = 0;
  for (const auto& [name, value] : change.key.as_map()) {
    bind_value(*statement, static_cast<int>(at + 1), value, texts_[at]);
    ++at;
  }
  if (!change.erase) {
    for (const auto& [name, value] : change.set.as_map()) {
      bind_value(*statement, static_cast<int>(at + 1), value, texts_[at]);
      ++at;
    }
  }
  return statement->run();
}

RowCheck::RowCheck(const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    Columns& columns = tables_[table.name];
    for (const std::string& name : key_names(table)) columns.key.insert(name);
    for (const std::string& name : column_names(table)) columns.others.insert(name);
  }
}

bool RowCheck::knows(const model::RowChange& change) const {
  const auto table = tables_.find(change.table);
  if (table == tables_.end() || change.key.as_map().size() != table->second.key.size()) return false;
  for (const auto& [name, value] : change.key.as_map())
    if (!table->second.key.contains(name)) return false;
  for (const auto& [name, value] : change.set.as_map())
    if (!table->second.others.contains(name)) return false;
  return true;
}

base::Result<std::vector<std::string>> make_tables(store::Connection& connection, const std::vector<Table>& tables) {
  std::map<std::string, std::string> there;
  {
    REEVE_TRY(store::Statement schema, connection.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'"));
    for (;;) {
      REEVE_TRY(const bool row, schema.step());
      if (!row) break;
      there.emplace(schema.bytes(0), schema.bytes(1));
    }
  }
  std::vector<std::string> made;
  for (const Table& table : tables) {
    const std::string sql = create_table_sql(table);
    const auto found = there.find(table.name);
    if (found != there.end() && found->second == sql) continue;
    if (found != there.end()) REEVE_CHECK(connection.run("DROP TABLE " + quoted(table.name)));
    REEVE_CHECK(connection.run(sql));
    made.push_back(table.name);
  }
  return made;
}

base::Result<std::vector<std::string>> dump_table(store::Connection& connection, const Table& table) {
  std::vector<std::string> names, keys, rows;
  for (const std::string& name : key_names(table)) keys.push_back(quoted(name));
  names = keys;
  for (const std::string& name : column_names(table)) names.push_back(quoted(name));
  REEVE_TRY(store::Statement all, connection.prepare("SELECT " + base::join(names, ", ") + " FROM " +
                                                     quoted(table.name) + " ORDER BY " + base::join(keys, ", ")));
  for (;;) {
    REEVE_TRY(const bool row, all.step());
    if (!row) return rows;
    std::string text;
    for (int column = 0; column < all.columns(); ++column) {
      text += model::to_json(column_value(all, column));
      text += all.type(column) == store::Type::kBlob ? "b," : ",";
    }
    rows.push_back(std::move(text));
  }
}

}  // namespace reeve::ledger
