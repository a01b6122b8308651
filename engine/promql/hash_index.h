/// \file
/// Which number has the thing with this hash? A small open-addressed table for one evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace reeve::promql {

/// Numbers things 0, 1, 2, ... in the order in which they are first seen.
class HashIndex {
 public:
  explicit HashIndex(size_t expected = 0) {
    size_t size = 16;
    while (size < expected * 2) size *= 2;
    slots_.resize(size, kFree);
  }
  static constexpr uint32_t kFree = UINT32_MAX;
  size_t size() const { return hashes_.size(); }

  /// The number, and whether it is new. `equal(number)` tells things of the same hash apart.
  template <class Equal>
  std::pair<uint32_t, bool> add(uint64_t hash, Equal&& equal) {
    if ((hashes_.size() + 1) * 4 > slots_.size() * 3) grow();
    size_t at = find_slot(hash, equal);
    if (slots_[at] != kFree) return {slots_[at], false};
    slots_[at] = static_cast<uint32_t>(hashes_.size());
    hashes_.push_back(hash);
    return {slots_[at], true};
  }
  /// kFree: never added.
  template <class Equal>
  uint32_t find(uint64_t hash, Equal&& equal) const {
    return slots_[find_slot(hash, equal)];
  }

 private:
  template <class Equal>
  size_t find_slot(uint64_t hash, Equal&& equal) const {
    size_t at = (hash ^ hash >> 29) & (slots_.size() - 1);
    while (slots_[at] != kFree && (hashes_[slots_[at]] != hash || !equal(slots_[at])))
      at = (at + 1) & (slots_.size() - 1);
    return at;
  }
  void grow() {
    slots_.assign(slots_.size() * 2, kFree);
    for (uint32_t i = 0; i < hashes_.size(); ++i) {
      size_t at = (hashes_[i] ^ hashes_[i] >> 29) & (slots_.size() - 1);
      while (slots_[at] != kFree) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = i;
    }
  }
  std::vector<uint32_t> slots_;
  std::vector<uint64_t> hashes_;
};

}  // namespace reeve::promql
