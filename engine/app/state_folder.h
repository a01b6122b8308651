/// \file
/// How is a state folder kept to one engine? By a lock on the folder itself: what is deleted in it frees nothing.
#pragma once

#include <memory>
#include <string>

#include "base/base.h"

namespace reeve::app {

/// Holds the folder; released at destruction, and by the kernel when the process dies. `<folder>/lock` has the pid of
/// the holder, for people and for the message to who comes second; nothing depends on it.
class StateFolder {
 public:
  /// Creates the folder (0700) when it is missing. \errors kConflict with the holder's pid, kUnavailable.
  static base::Result<StateFolder> take(const std::string& folder);
  StateFolder(StateFolder&& other) noexcept : folder_(std::move(other.folder_)), fd_(other.fd_) { other.fd_ = -1; }
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

  /// Puts a lost pid file back. \errors kConflict: the folder is gone from its place, or another stands there, so that
  /// what is written now is seen by nobody, and a second engine may run on what stands there.
  base::Status look() const;

 private:
  StateFolder(std::string folder, int fd) : folder_(std::move(folder)), fd_(fd) {}
  std::string folder_;
  int fd_;
};

/// Likewise for a command that must have the folder to itself; a folder that is not there is not made.
base::Result<std::shared_ptr<void>> hold_state(const std::string& folder);

/// The ledger in `folder` is not the one that the engine left there, as `why` says: what was done since is not known,
/// and would be done again. Pulls the kill switch (the file HALT) until a person has looked. \return what to tell him.
std::string halt_for_doubt(const std::string& folder, const std::string& why);

}  // namespace reeve::app
