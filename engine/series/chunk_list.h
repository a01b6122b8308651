/// \file
/// How does a long series get one more chunk without copying the list of all? A list that grows at its end in place.
///
/// One writer (the core thread), which alone knows how many chunks there are. Who reads on another thread was given a
/// count: the chunks below it never move while the list is held.
#pragma once

#include <atomic>
#include <cstdint>

#include "series/chunk.h"

namespace reeve::series {

/// Counted; holds a reference on each of its chunks until the last of its holders lets go.
class alignas(Chunk*) ChunkList {
 public:
  /// Room for `capacity` chunks, the first `count` of them given (at least one). The caller holds the first reference.
  static ChunkList* make(uint32_t capacity, Chunk* const* chunks, uint32_t count);

  void hold() { refs_.fetch_add(1, std::memory_order_relaxed); }
  /// What was freed, in bytes: 0 unless that was the last reference.
  int64_t release();
  size_t size() const { return sizeof(ChunkList) + capacity_ * sizeof(Chunk*); }

  Chunk* const* chunks() const { return reinterpret_cast<Chunk* const*>(this + 1); }
  /// The writer's: how many there are, how many more fit, one more.
  uint32_t count() const { return count_; }
  uint32_t room() const { return capacity_ - count_; }
  void push_back(Chunk* chunk);

 private:
  ChunkList() = default;
  std::atomic<uint32_t> refs_{1};
  uint32_t capacity_ = 0, count_ = 0;
};

}  // namespace reeve::series
