/// \file
/// What samples has one series? Sealed chunks, oldest first, and a tail that is still written.
///
/// One writer (the core thread). A reader on another thread holds a reference and was given the number of tail samples
/// that were there then: the chunk list and those samples never change; whatever changes them makes a new Chain.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "series/chunk.h"

namespace reeve::series {

class Chain {
 public:
  static constexpr uint32_t kTail = 8;

  /// An empty tail with room for `capacity` samples; holds a reference on each chunk. The caller holds the first one.
  static Chain* make(uint32_t capacity, Chunk* const* chunks, size_t count);

  void hold() { refs_.fetch_add(1, std::memory_order_relaxed); }
  /// What was freed, in bytes: 0 unless that was the last reference.
  int64_t release();
  size_t size() const;

  uint32_t capacity() const { return capacity_; }
  Point* tail() { return reinterpret_cast<Point*>(this + 1); }
  const Point* tail() const { return reinterpret_cast<const Point*>(this + 1); }
  size_t chunk_count() const { return chunk_count_; }
  Chunk* const* chunks() const { return reinterpret_cast<Chunk* const*>(tail() + capacity_); }

  void points(int64_t from_ms, int64_t to_ms, uint32_t tail_count, std::vector<Point>& out) const;
  bool last(int64_t from_ms, int64_t to_ms, uint32_t tail_count, Point& out) const;

 private:
  Chain() = default;
  std::atomic<uint32_t> refs_{1};
  uint32_t capacity_ = 0;
  uint64_t chunk_count_ = 0;
};

}  // namespace reeve::series
