/// \file
/// How are sealed samples kept small and still read at any place? Chunks of up to 32 samples, immutable, counted.
///
/// Times and values are each a line plus small unsigned residuals of one fixed width (0, 1, 2 or 4 bytes); values are
/// first scaled by a power of ten when that is exact for all of them. What does not fit is kept as raw doubles. Every
/// bit of every value survives (stale markers, -0 and NaN payloads are kept raw).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "series/series.h"

namespace reeve::series {

class Chunk {
 public:
  static constexpr size_t kMost = 32;

  /// `count` is 1 to kMost; times grow. The caller holds the first reference.
  static Chunk* make(const Point* points, size_t count);
  /// From what bytes() gave once; nullptr when it is damaged.
  static Chunk* from_bytes(std::string_view bytes);
  std::string_view bytes() const { return {reinterpret_cast<const char*>(&head_), sizeof head_ + head_.data_size}; }

  void hold() { refs_.fetch_add(1, std::memory_order_relaxed); }
  /// True when that was the last reference: the chunk is gone.
  bool release();

  size_t count() const { return head_.count; }
  int64_t first_ms() const { return head_.first_ms; }
  int64_t last_ms() const { return head_.last_ms; }
  /// All of it, oldest first; `out` has room for count().
  void decode(Point* out) const;
  /// What it takes in memory.
  size_t size() const { return sizeof(Chunk) + head_.data_size; }

 private:
  // Integers as `base + i * slope + residual[i]`.
  struct Line {
    int64_t base = 0, slope = 0;
    uint8_t width = 0;  // bytes of a residual; 8: the numbers themselves, as they are
  };
  struct Header {
    int64_t first_ms = 0, last_ms = 0;
    int64_t time_base = 0, time_slope = 0, value_base = 0, value_slope = 0;
    uint16_t data_size = 0;
    uint8_t count = 0, time_width = 0, value_width = 0, decimals = 0;
    uint8_t spare[2] = {0, 0};
  };
  static_assert(sizeof(Header) == 56);

  Chunk() = default;
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  static Line fit(const int64_t* numbers, size_t count, uint64_t* residuals);
  static bool scale(const Point* points, size_t count, int64_t* out, uint8_t& decimals);

  std::atomic<uint32_t> refs_{1};
  Header head_;
};

}  // namespace reeve::series
