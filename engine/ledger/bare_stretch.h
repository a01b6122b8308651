/// \file
/// Is there a checkpoint wherever the format wants one? Stretches of the chain without any: who hashed a chain anew
/// without the key can only leave them out.
///
/// Any one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve::ledger {

class BareStretch {
 public:
  /// So many entries in a row may be without a checkpoint; the engine adds one before.
  static constexpr uint64_t kMost = 2000;

  /// A checkpoint counts when it was signed about when its entry was written (both in microseconds): else an old one
  /// could be written again and again.
  static bool counts(int64_t signed_us, int64_t written_us);

  /// An entry that is no checkpoint, or one that does not count.
  void add(uint64_t seq);
  /// The same, where kind and time can be read.
  void add(uint64_t seq, std::string_view kind, int64_t at_us);
  /// Before a checkpoint that counts, and after the last entry: what there is to say of the stretch that ends.
  struct Finding {
    std::string fault, notice;  ///< empty: none
  };
  Finding end();

 private:
  uint64_t first_ = 0, last_ = 0, count_ = 0;
  std::optional<int64_t> before_us_;     ///< when the entry before was written
  uint64_t awake_us_ = 0, most_us_ = 0;  ///< how long the engine went on writing, and the longest time of that
  bool said_ = false;                    ///< the notice, which is said once
};

}  // namespace reeve::ledger
