/// \file
/// Has this run been taken over by a newer epoch? Remembers the newest epoch of each run.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <string>

namespace reeve::plugin {

/// One thread.
class Fences {
 public:
  static constexpr size_t kRunsRemembered = 4096;

  /// False: a newer epoch of this run was admitted before. A run without a name is never refused.
  bool admit(const std::string& run, uint64_t epoch) {
    if (run.empty()) return true;
    const auto [known, is_new] = newest_.try_emplace(run, epoch);
    // Run ids rise with time: the oldest goes. Never the one that asks.
    if (is_new && newest_.size() > kRunsRemembered)
      newest_.erase(known == newest_.begin() ? std::next(known) : newest_.begin());
    if (epoch < known->second) return false;
    known->second = epoch;
    return true;
  }

 private:
  std::map<std::string, uint64_t> newest_;
};

}  // namespace reeve::plugin
