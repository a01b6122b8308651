#include "ledger/create_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/text.h"
#include "ledger/row.h"
#include "ledger/schema.h"
#include "store/migration.h"

namespace reeve::ledger {

namespace {
void remove_all(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) unlink((path + suffix).c_str());
}

// Mode 0600 from the first moment; the -wal and -shm files take it over.
base::Status make_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return base::Error{base::Fault::kUnavailable, path + ": cannot create it: " + std::strerror(errno)};
  close(fd);
  return {};
}

base::Status copy_rows(store::Connection& from, store::Connection& to, const Table& table) {
  std::vector<std::string> names;
  for (const std::string& name : key_names(table)) names.push_back(quoted(name));
  for (const std::string& name : column_names(table)) names.push_back(quoted(name));
  const std::string columns = base::join(names, ", ");
  const std::string marks = base::join(std::vector<std::string>(names.size(), "?"), ", ");
  REEVE_TRY(store::Statement rows, from.prepare("SELECT " + columns + " FROM " + quoted(table.name)));
  REEVE_TRY(store::Statement insert,
            to.prepare("INSERT INTO " + quoted(table.name) + "(" + columns + ") VALUES(" + marks + ")"));
  std::vector<model::Value> values(names.size());
  std::string holder;
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) return {};
    for (size_t i = 0; i < names.size(); ++i) {
      values[i] = column_value(rows, static_cast<int>(i));
      bind_value(insert, static_cast<int>(i + 1), values[i], holder);
    }
    REEVE_CHECK(insert.run());
  }
}

base::Status run_all(store::Connection& connection, const std::vector<std::pair<std::string, std::string>>& named) {
  for (const auto& [name, sql] : named) REEVE_CHECK(connection.run(sql));
  return {};
}

// Version 1 of the format. The triggers come last: the first entry of a file has nothing there to follow.
base::Status make_version_1(ChainFile& chain, const Pending& first, const FileOptions& options,
                            store::Connection* from) {
  store::Connection& connection = chain.connection();
  REEVE_CHECK(connection.run("PRAGMA application_id=" + std::to_string(kApplicationId)));
  REEVE_CHECK(run_all(connection, format_tables()));
  REEVE_TRY(const std::vector<std::string> made, make_tables(connection, options.tables));
  REEVE_CHECK(chain.append(first, first.seq));
  for (const Table& table : options.tables)
    if (from) REEVE_CHECK(copy_rows(*from, connection, table));
  return run_all(connection, format_triggers());
}

base::Status build(const LedgerFile& file, const Pending& first, const Head& before, const FileOptions& options,
                   store::Connection* from) {
  REEVE_TRY(store::Connection connection, store::Connection::open({file.path, store::Access::kCreate, protection(),
                                                                   options.vfs, options.page_bytes, false}));
  const std::unique_ptr<ChainFile> chain = ChainFile::adopt(file, std::move(connection), before);
  REEVE_TRY(const int64_t version, store::migrate(chain->connection(), {[&](store::Connection&) {
                                                    return make_version_1(*chain, first, options, from);
                                                  }}));
  if (version != 0) return base::Error{base::Fault::kConflict, file.path + ": is there already"};
  REEVE_TRY(const store::CheckpointResult done, chain->connection().checkpoint(store::CheckpointMode::kTruncate));
  if (!done.complete) return base::Error{base::Fault::kUnavailable, file.path + ": cannot write the new file"};
  return {};
}
}  // namespace

base::Result<std::unique_ptr<ChainFile>> create_file(const std::string& folder, const Pending& first,
                                                     const Head& before, const FileOptions& options,
                                                     store::Connection* from) {
  const LedgerFile file{file_path(folder, first.seq), first.seq};
  const LedgerFile draft{file.path + ".new", first.seq};
  if (file_exists(file.path)) return base::Error{base::Fault::kConflict, file.path + ": is there already"};
  remove_all(draft.path);
  REEVE_CHECK(make_private(draft.path));
  if (const base::Status built = build(draft, first, before, options, from); !built.ok()) {
    remove_all(draft.path);
    return built.error();
  }
  unlink((draft.path + "-wal").c_str());
  unlink((draft.path + "-shm").c_str());
  if (std::rename(draft.path.c_str(), file.path.c_str()) != 0) {
    const base::Error error{base::Fault::kUnavailable, file.path + ": cannot create it: " + std::strerror(errno)};
    remove_all(draft.path);
    return error;
  }
  base::Status synced = sync_folder(folder);
  auto opened = synced.ok() ? ChainFile::open(file, options) : synced.error();
  // Refused means that the entry is nowhere: a second file with its seq would be a fork.
  if (!opened.ok()) {
    remove_all(file.path);
    (void)sync_folder(folder);  // the error to tell is the one before
  }
  return opened;
}

base::Status seal_file(const std::string& path, const std::string& vfs) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & 0222) == 0) return {};
  {
    REEVE_TRY(store::Connection connection,
              store::Connection::open({path, store::Access::kReadWrite, protection(), vfs, 0, false}));
    REEVE_TRY(const int64_t indexed,
              connection.number("SELECT 1 FROM sqlite_master WHERE name = '" + sealed_index().first + "'"));
    if (!indexed) REEVE_CHECK(connection.schema_change([&] { return connection.run(sealed_index().second); }));
    REEVE_TRY(const store::CheckpointResult done, connection.checkpoint(store::CheckpointMode::kTruncate));
    if (!done.complete) return base::Error{base::Fault::kTransient, path + ": a reader holds it"};
    REEVE_CHECK(connection.leave_wal());
  }
  if (chmod(path.c_str(), 0400) != 0)
    return base::Error{base::Fault::kUnavailable, path + ": cannot make it read-only: " + std::strerror(errno)};
  return {};
}

}  // namespace reeve::ledger
