/// \file
/// Which object has these contents? An open-addressed set of pointers that is searched by hash and comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reeve::series {

/// `HashOf` gives an object's hash: `uint64_t operator()(const T&)`. Owns nothing. Half to four fifths full.
template <class T, class HashOf>
class PointerSet {
 public:
  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(T*); }

  /// The object with `hash` of which `equal(const T&)` is true, or nullptr.
  template <class Equal>
  T* find(uint64_t hash, Equal&& equal) const {
    if (slots_.empty()) return nullptr;
    for (size_t i = home(hash);; i = next(i)) {
      T* item = slots_[i];
      if (!item) return nullptr;
      if (HashOf{}(*item) == hash && equal(*item)) return item;
    }
  }

  /// `item` must not be in the set.
  void insert(T* item) {
    if ((size_ + 1) * 5 > slots_.size() * 4) grow();
    place(item);
    ++size_;
  }

  /// Does nothing when it is not in the set.
  void erase(const T* item) {
    if (slots_.empty()) return;
    size_t hole = home(HashOf{}(*item));
    while (slots_[hole] != item) {
      if (!slots_[hole]) return;
      hole = next(hole);
    }
    // Later items of the same run move up, so that no search meets a hole too early.
    for (size_t i = next(hole); slots_[i]; i = next(i)) {
      const size_t wanted = home(HashOf{}(*slots_[i]));
      if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = nullptr;
    --size_;
  }

  template <class F>
  void each(F&& f) const {
    for (T* item : slots_)
      if (item) f(*item);
  }

  void clear() {
    slots_.clear();
    size_ = 0;
  }

 private:
  size_t mask() const { return slots_.size() - 1; }
  size_t home(uint64_t hash) const { return static_cast<size_t>(hash ^ (hash >> 32)) & mask(); }
  size_t next(size_t i) const { return (i + 1) & mask(); }
  void place(T* item) {
    size_t i = home(HashOf{}(*item));
    while (slots_[i]) i = next(i);
    slots_[i] = item;
  }
  void grow() {
    std::vector<T*> old(slots_.empty() ? 16 : slots_.size() * 2, nullptr);
    old.swap(slots_);
    for (T* item : old)
      if (item) place(item);
  }

  std::vector<T*> slots_;
  size_t size_ = 0;
};

}  // namespace reeve::series
