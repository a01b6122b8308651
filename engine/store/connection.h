/// \file
/// How is an SQLite file opened so that nothing but what was meant can happen to it?
///
/// WAL, synchronous=FULL, recursive triggers, no trusted schema, defensive mode, no automatic checkpoint, and an
/// authoriser on every connection: readers may only read, the writer may insert into append-only tables and do no more.
/// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/statement.h"

namespace reeve::store {

enum class Access { kReadOnly, kReadWrite, kCreate };

/// What the authoriser protects on a writing connection, even from our own mistakes.
struct Protection {
  std::vector<std::string> append_only;                         ///< tables: no DELETE, no UPDATE
  std::vector<std::pair<std::string, std::string>> may_update;  ///< (table, column) that UPDATE may yet set
};

struct OpenOptions {
  std::string path;  ///< ":memory:" for none
  Access access = Access::kReadOnly;
  Protection protection;
  std::string vfs;     ///< empty: the system's
  int page_bytes = 0;  ///< of a new file; 0: SQLite's default
  bool alone = false;  ///< read only, and nobody writes it meanwhile: leaves no -wal and -shm files beside it
};

/// How far a checkpoint came.
struct CheckpointResult {
  int wal_pages = 0;  ///< in the -wal file
  int done_pages = 0;
  bool complete = false;  ///< kTruncate: the -wal file is empty now
};
enum class CheckpointMode { kPassive, kTruncate };

class Connection {
 public:
  /// \errors kNotFound when a file to be read is not there, kUnavailable when it cannot be opened or set up, kInvalid
  /// when it is no SQLite file or damaged.
  static base::Result<Connection> open(const OpenOptions& options);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  base::Result<Statement> prepare(const std::string& sql);
  /// One or more statements without parameters or rows.
  base::Status run(const std::string& sql);
  /// The first column of the first row; `other` without a row. \errors kInvalid when it is no integer.
  base::Result<int64_t> number(const std::string& sql, int64_t other = 0);

  /// Runs `body` between BEGIN IMMEDIATE and COMMIT; rolls back when it or COMMIT fails.
  base::Status transaction(const std::function<base::Status()>& body);
  /// As transaction(), and the authoriser lets CREATE, DROP and PRAGMA pass meanwhile.
  base::Status schema_change(const std::function<base::Status()>& body);

  /// Writer only.
  base::Result<CheckpointResult> checkpoint(CheckpointMode mode);
  /// Pages in the -wal file after the last commit of this connection.
  int wal_pages() const;
  /// Writer only, and only while no reader has the file open: the file gets back to one file without a -wal.
  base::Status leave_wal();

  /// Read-only connections: a consistent copy into a new file. \errors kConflict when `to` exists.
  base::Status vacuum_into(const std::string& to);

  const std::string& path() const;
  /// True when the file was opened as one that nobody writes: a -wal file beside it was not read.
  bool alone() const;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace reeve::store
