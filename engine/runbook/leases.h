/// \file
/// Which run holds which key? One table for locks, for targets of steps, and so for everybody who acts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace reeve::runbook {

/// Core thread. A lease is taken and free at the moment its entry is enqueued; who calls these appends the entries.
class Leases {
 public:
  /// The run that holds one of the keys, other than `run`; empty when all are free or its own.
  std::string holder(const std::vector<std::string>& keys, const std::string& run) const;
  /// \return the keys that were not its own yet.
  std::vector<std::string> take(const std::vector<std::string>& keys, const std::string& run);
  void release(const std::string& key) { held_.erase(key); }
  std::vector<std::string> of(const std::string& run) const;

 private:
  std::map<std::string, std::string> held_;  ///< key to run
};

}  // namespace reeve::runbook
