/// \file
/// Where are signed checkpoints kept outside of the ledger? Appended, a line each, to a file elsewhere.
///
/// On a thread of its own, because "elsewhere" may hang; what cannot be written is tried again.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "store/writer_thread.h"

namespace reeve::ledger {

class AnchorFile {
 public:
  explicit AnchorFile(std::string path);
  /// Tries once more to write what is left.
  ~AnchorFile();

  /// Any thread. `line` without its end. Beyond 1000 lines not yet written, the oldest is dropped (a later one covers
  /// all that it covers).
  void append(std::string line);

 private:
  std::optional<base::Duration> pass();
  base::Status write_all();

  const std::string path_;
  std::mutex mutex_;
  std::deque<std::string> lines_;
  bool torn_ = false;  ///< the last write may have left half a line
  store::WriterThread thread_;
};

}  // namespace reeve::ledger
