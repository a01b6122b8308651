/// \file
/// Which number has the next episode of an alert? Counted per (rule, key), never used twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace reeve::rule {

/// Core thread.
class Episodes {
 public:
  uint64_t next(const std::string& rule_id, const std::string& key) { return ++last_[{rule_id, key}]; }
  /// The ledger has this one already.
  void seen(const std::string& rule_id, const std::string& key, uint64_t episode) {
    uint64_t& last = last_[{rule_id, key}];
    if (episode > last) last = episode;
  }

 private:
  std::map<std::pair<std::string, std::string>, uint64_t> last_;
};

}  // namespace reeve::rule
