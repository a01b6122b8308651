/// \file
/// Where does the ledger's own folder say how long it was? The last signed checkpoint, in a file of its own.
///
/// No proof (who can cut the ledger can write this file): an anchor kept elsewhere is. It finds what happens without
/// bad intent: an older copy put back, files deleted.
#pragma once

#include <mutex>
#include <string>

#include "base/result.h"
#include "store/writer_thread.h"

namespace reeve::ledger {

class HeadMark {
 public:
  /// Writes on a thread of its own; the file is replaced as a whole, and not synced: an older one is right too. The
  /// folder is the one that is there now, whatever stands in its place later.
  explicit HeadMark(const std::string& folder);
  /// Writes what is left.
  ~HeadMark();
  HeadMark(const HeadMark&) = delete;
  HeadMark& operator=(const HeadMark&) = delete;

  /// Any thread. The facts of a checkpoint, without the end of the line; takes the place of what is not written yet.
  void put(std::string line);

  static constexpr const char* kName = "ledger.head";
  static std::string path(const std::string& folder) { return folder + "/" + kName; }

 private:
  std::optional<base::Duration> pass();
  base::Status write();

  const std::string path_;  ///< for messages
  const int folder_;
  std::mutex mutex_;
  std::string line_;  ///< empty: nothing to write
  store::WriterThread thread_;
};

}  // namespace reeve::ledger
