#include "ledger/rebuild.h"

#include "ledger/files.h"
#include "ledger/projector.h"
#include "ledger/read_file.h"
#include "ledger/schema.h"

namespace reeve::ledger {

namespace {
bool same_rows(store::Connection& fresh, store::Connection& stored, const Table& table) {
  const auto wanted = dump_table(fresh, table);
  const auto found = dump_table(stored, table);
  return wanted.ok() && found.ok() && *wanted == *found;
}

base::Status replace_tables(const std::string& path, const Settings& settings, const std::vector<std::string>& names) {
  std::vector<Table> tables;
  for (const Table& table : all_tables(settings))
    if (std::find(names.begin(), names.end(), table.name) != names.end()) tables.push_back(table);
  REEVE_TRY(store::Connection file,
            store::Connection::open({path, store::Access::kReadWrite, protection(), settings.vfs, 0, false}));
  REEVE_CHECK(file.schema_change([&]() -> base::Status {
    for (const Table& table : tables) REEVE_CHECK(file.run("DROP TABLE IF EXISTS " + quoted(table.name)));
    REEVE_CHECK(make_tables(file, tables).and_then([](const auto&) { return base::Status(); }));
    REEVE_TRY([[maybe_unused]] const bool whole, fill_tables(file, settings, {names.begin(), names.end()}));
    return {};
  }));
  REEVE_TRY([[maybe_unused]] const store::CheckpointResult done, file.checkpoint(store::CheckpointMode::kTruncate));
  return {};
}
}  // namespace

base::Result<bool> fill_tables(store::Connection& into, const Settings& settings, const std::set<std::string>& only,
                               uint64_t last) {
  REEVE_TRY(const std::unique_ptr<Reader> reader, open_reader(settings.folder));
  Projector projector(into);
  uint64_t first = 0;
  base::Status applied;
  REEVE_CHECK(reader->scan({}, [&](const Stored& entry) {
    if (entry.seq > last) return false;
    if (first == 0) first = entry.seq;
    std::vector<model::RowChange> changes = project_all(settings, entry);
    if (auto join = join_of(entry)) changes.push_back(std::move(*join));
    for (const model::RowChange& change : changes) {
      if (!only.contains(change.table)) continue;
      applied = projector.apply(change);
      if (!applied.ok()) return false;
    }
    return true;
  }));
  REEVE_CHECK(applied);
  return first == 1;
}

base::Result<std::vector<std::string>> rebuild(const Settings& settings, bool replace) {
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(settings.folder));
  REEVE_TRY(store::Connection fresh, store::Connection::open({":memory:", store::Access::kCreate, {}, "", 0, false}));
  // An engine may be writing meanwhile: the tables are compared as they are now, with the entries of now.
  REEVE_TRY(ReadFile stored, open_to_read(files.back().path));
  REEVE_CHECK(stored.connection.run("BEGIN"));
  REEVE_TRY(const int64_t last, stored.connection.number("SELECT max(seq) FROM entries"));
  std::set<std::string> names;
  for (const Table& table : all_tables(settings)) names.insert(table.name);
  base::Result<bool> whole = false;
  REEVE_CHECK(fresh.schema_change([&]() -> base::Status {
    REEVE_TRY([[maybe_unused]] const auto made, make_tables(fresh, all_tables(settings)));
    whole = fill_tables(fresh, settings, names, static_cast<uint64_t>(last));
    return whole.ok() ? base::Status() : whole.error();
  }));
  if (!*whole)
    return base::Error{base::Fault::kConflict,
                       settings.folder +
                           ": the first entries are gone (an old file was unlinked), so the tables "
                           "cannot be told from the entries alone"};
  std::vector<std::string> differ;
  for (const Table& table : all_tables(settings))
    if (!same_rows(fresh, stored.connection, table)) differ.push_back(table.name);
  REEVE_CHECK(stored.connection.run("COMMIT"));
  if (replace && !differ.empty()) REEVE_CHECK(replace_tables(files.back().path, settings, differ));
  return differ;
}

}  // namespace reeve::ledger
