#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ledger/files.h"
#include "ledger/ledger.h"
#include "ledger/read_file.h"

namespace reeve::ledger {

base::Status export_to(const std::string& folder, const std::string& to) {
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(folder));
  REEVE_TRY(ReadFile newest, open_to_read(files.back().path));
  if (newest.wal_unread)
    return base::Error{base::Fault::kUnavailable, files.back().path + ": the -wal file beside it cannot be read"};
  if (const base::Status done = newest.connection.vacuum_into(to); !done.ok()) {
    if (done.error().fault != base::Fault::kConflict) unlink(to.c_str());
    return done;
  }
  const int fd = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const base::Error failed{base::Fault::kUnavailable, to + ": cannot sync the copy: " + std::strerror(errno)};
  if (fd >= 0) close(fd);
  if (!synced) return failed;
  return sync_folder(folder_of(to));
}

}  // namespace reeve::ledger
