/// \file
/// How does one ledger file grow? Its connection, its last entry, and what one entry writes.
///
/// The writer's thread (before it starts and after it ended: its owner's).
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "ledger/files.h"
#include "ledger/ledger.h"
#include "ledger/pending.h"
#include "ledger/projector.h"
#include "store/connection.h"

namespace reeve::ledger {

struct FileOptions {
  std::vector<Table> tables;
  std::string vfs;
  int page_bytes = 0;  ///< of new files; 0: SQLite's default
};

class ChainFile {
 public:
  /// \errors kNotFound, kUnavailable; kInvalid when it is no ledger file, a newer one, or its last entries do not
  /// verify.
  static base::Result<std::unique_ptr<ChainFile>> open(const LedgerFile& file, const FileOptions& options);
  /// Over a connection whose file has or gets its tables; `before` is the entry that the next one follows.
  static std::unique_ptr<ChainFile> adopt(LedgerFile file, store::Connection connection, const Head& before);

  /// A redaction that was not allowed.
  struct Conflict {
    uint64_t seq;
    base::Error error;
  };
  /// The first `count` items in one transaction; nothing of it stays when it fails, and then the file is to be opened
  /// anew. A redaction that is not allowed becomes a `ledger.refused` entry and is named in `conflicts`.
  base::Status write(std::deque<Pending>& items, size_t count, std::vector<Conflict>& conflicts);
  /// One entry within the caller's transaction.
  base::Status append(const Pending& item, uint64_t seq);

  /// The last durable entry.
  const Head& tail() const { return tail_; }
  /// What the last write tried to make the tail: to be compared after a failed commit.
  const Head& attempted() const { return next_; }
  /// Of this ledger, from the first entry of the file.
  const std::array<uint8_t, 16>& id() const { return id_; }
  store::Connection& connection() { return connection_; }
  const LedgerFile& file() const { return file_; }

 private:
  ChainFile(LedgerFile file, store::Connection connection);
  base::Status prepare();
  base::Status append_contents(const Pending& item, uint64_t seq);
  base::Status note_join(const Pending& item);
  base::Status check_redaction(Pending& item, std::vector<Conflict>& conflicts);
  base::Result<std::string> redaction_conflict(uint64_t seq);
  base::Result<bool> has_ended(const std::string& run, std::string_view correlation);
  base::Status redact(uint64_t seq);

  LedgerFile file_;
  store::Connection connection_;
  Projector projector_;
  store::Statement insert_, insert_body_, insert_blob_, insert_join_;
  /// Run and correlation of rows that `ledger_joins` has. A transaction that fails ends this object, and them with it.
  std::unordered_set<std::string> joined_;
  Head tail_, next_;
  std::array<uint8_t, 16> id_{};
  std::string scratch_;
};

}  // namespace reeve::ledger
