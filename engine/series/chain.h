/// \file
/// What samples has one series? Sealed chunks, oldest first, and a tail that is still written.
///
/// One writer (the core thread). A reader on another thread holds a reference and was given the number of tail samples
/// that were there then: the chunks of a chain and those samples never change; whatever changes them makes a new Chain.
/// It shares the older chunks with the one before (a list that grows at its end), so that a seal costs the same however
/// long the series is.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "series/chunk_list.h"

namespace reeve::series {

class Chain {
 public:
  static constexpr uint32_t kTail = 8;

  /// An empty tail with room for `capacity` samples; holds a reference on each chunk. The caller holds the first one.
  /// `bytes` grows by what it takes, without the chunks.
  static Chain* make(uint32_t capacity, Chunk* const* chunks, size_t count, int64_t& bytes);
  /// The writer's, of its newest chain: the same chunks and `chunk` behind them, or in the place of the last one; an
  /// empty tail. `bytes` as above.
  Chain* with(Chunk* chunk, bool in_place_of_last, int64_t& bytes);

  void hold() { refs_.fetch_add(1, std::memory_order_relaxed); }
  /// What was freed, in bytes, chunks included: 0 unless that was the last reference.
  int64_t release();

  uint32_t capacity() const { return capacity_; }
  Point* tail() { return reinterpret_cast<Point*>(this + 1); }
  const Point* tail() const { return reinterpret_cast<const Point*>(this + 1); }
  size_t chunk_count() const { return old_count_ + new_count_; }
  Chunk* chunk(size_t i) const { return i < old_count_ ? old()->chunks()[i] : fresh()[i - old_count_]; }

  void points(int64_t from_ms, int64_t to_ms, uint32_t tail_count, std::vector<Point>& out) const;
  bool last(int64_t from_ms, int64_t to_ms, uint32_t tail_count, Point& out) const;

 private:
  static constexpr uint32_t kFresh = 16;

  Chain() = default;
  /// `old` may be null; its reference is taken over.
  static Chain* assemble(uint32_t capacity, ChunkList* old, Chunk* const* fresh, uint32_t fresh_count, int64_t& bytes);
  ChunkList* lengthened(Chunk* const* chunks, uint32_t count, int64_t& bytes) const;
  size_t size() const;
  /// Behind the fresh ones, and only where there are old ones: most series are short.
  ChunkList* old() const { return old_count_ ? *reinterpret_cast<ChunkList* const*>(fresh() + new_count_) : nullptr; }
  Chunk* const* fresh() const { return reinterpret_cast<Chunk* const*>(tail() + capacity_); }
  /// The first chunk that ends after `ms`.
  size_t first_after(int64_t ms) const;

  std::atomic<uint32_t> refs_{1};
  uint32_t capacity_ = 0;
  uint32_t old_count_ = 0;  ///< of old(), which may have grown since
  uint32_t new_count_ = 0;  ///< at most kFresh; none only when there is no chunk at all
};

}  // namespace reeve::series
