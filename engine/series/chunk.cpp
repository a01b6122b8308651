#include "series/chunk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

namespace reeve::series {

namespace {
constexpr uint8_t kMostDecimals = 6;
constexpr double kPower[kMostDecimals + 1] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
// Beyond this not every integer is a double.
constexpr double kExact = 9007199254740992.0;

uint8_t width_of(uint64_t most) {
  return most == 0 ? 0 : most <= 0xff ? 1 : most <= 0xffff ? 2 : most <= 0xffffffffULL ? 4 : 8;
}

template <class T>
void put_as(char* to, const uint64_t* from, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const T narrow = static_cast<T>(from[i]);
    std::memcpy(to + i * sizeof(T), &narrow, sizeof(T));
  }
}

void put(char* to, const uint64_t* from, size_t count, uint8_t width) {
  if (width == 1) put_as<uint8_t>(to, from, count);
  if (width == 2) put_as<uint16_t>(to, from, count);
  if (width == 4) put_as<uint32_t>(to, from, count);
  if (width == 8) put_as<uint64_t>(to, from, count);
}

// Unsigned arithmetic: it wraps where a damaged file would make signed arithmetic overflow.
template <class T>
void get_as(const char* from, uint64_t base, uint64_t slope, uint64_t* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    T narrow;
    std::memcpy(&narrow, from + i * sizeof(T), sizeof(T));
    out[i] = base + i * slope + narrow;
  }
}

void get(const char* from, int64_t signed_base, int64_t signed_slope, uint8_t width, uint64_t* out, size_t count) {
  const auto base = static_cast<uint64_t>(signed_base), slope = static_cast<uint64_t>(signed_slope);
  switch (width) {
    case 0:
      for (size_t i = 0; i < count; ++i) out[i] = base + i * slope;
      return;
    case 1:
      return get_as<uint8_t>(from, base, slope, out, count);
    case 2:
      return get_as<uint16_t>(from, base, slope, out, count);
    case 4:
      return get_as<uint32_t>(from, base, slope, out, count);
    default:
      return get_as<uint64_t>(from, 0, 0, out, count);
  }
}

bool is_width(uint8_t width) {
  return width == 0 || width == 1 || width == 2 || width == 4 || width == 8;
}

// The integer that `value` is when scaled by 10^decimals, if that gives back every bit.
bool scaled(double value, uint8_t decimals, int64_t& out) {
  const double wide = value * kPower[decimals];
  if (!(std::fabs(wide) < kExact)) return false;
  out = static_cast<int64_t>(std::nearbyint(wide));
  return std::bit_cast<uint64_t>(static_cast<double>(out) / kPower[decimals]) == std::bit_cast<uint64_t>(value);
}
}  // namespace

Chunk::Line Chunk::fit(const int64_t* numbers, size_t count, uint64_t* residuals) {
  Line line;
  const auto span = static_cast<uint64_t>(numbers[count - 1]) - static_cast<uint64_t>(numbers[0]);
  line.slope = count > 1 ? static_cast<int64_t>(span) / static_cast<int64_t>(count - 1) : 0;
  int64_t least = 0, most = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t at = static_cast<uint64_t>(numbers[0]) + i * static_cast<uint64_t>(line.slope);
    residuals[i] = static_cast<uint64_t>(numbers[i]) - at;
    least = std::min(least, static_cast<int64_t>(residuals[i]));
    most = std::max(most, static_cast<int64_t>(residuals[i]));
  }
  line.width = width_of(static_cast<uint64_t>(most) - static_cast<uint64_t>(least));
  line.base = static_cast<int64_t>(static_cast<uint64_t>(numbers[0]) + static_cast<uint64_t>(least));
  for (size_t i = 0; i < count; ++i) {
    residuals[i] = line.width == 8 ? static_cast<uint64_t>(numbers[i]) : residuals[i] - static_cast<uint64_t>(least);
  }
  return line;
}

bool Chunk::scale(const Point* points, size_t count, int64_t* out, uint8_t& decimals) {
  for (size_t i = 0; i < count; ++i) {
    while (!scaled(points[i].value, decimals, out[i]))
      if (++decimals > kMostDecimals) return false;
  }
  // The first ones may have been scaled by less.
  for (size_t i = 0; i < count; ++i)
    if (!scaled(points[i].value, decimals, out[i])) return false;
  return true;
}

Chunk* Chunk::make(const Point* points, size_t count) {
  int64_t numbers[kMost];
  uint64_t times[kMost], values[kMost];
  Header head;
  head.count = static_cast<uint8_t>(count);
  head.first_ms = points[0].ms;
  head.last_ms = points[count - 1].ms;
  for (size_t i = 0; i < count; ++i) numbers[i] = points[i].ms;
  const Line time_line = fit(numbers, count, times);
  head.time_base = time_line.base;
  head.time_slope = time_line.slope;
  head.time_width = time_line.width;
  if (scale(points, count, numbers, head.decimals)) {
    const Line line = fit(numbers, count, values);
    head.value_base = line.base;
    head.value_slope = line.slope;
    head.value_width = line.width;
  } else {
    head.value_width = 8;
    head.decimals = 0;
  }
  if (head.value_width == 8) {
    for (size_t i = 0; i < count; ++i) values[i] = std::bit_cast<uint64_t>(points[i].value);
  }
  const size_t times_size = count * head.time_width;
  head.data_size = static_cast<uint16_t>(times_size + count * head.value_width);
  void* block = std::malloc(sizeof(Chunk) + head.data_size);
  auto* chunk = new (block) Chunk;
  chunk->head_ = head;
  char* data = reinterpret_cast<char*>(chunk + 1);
  put(data, times, count, head.time_width);
  put(data + times_size, values, count, head.value_width);
  return chunk;
}

Chunk* Chunk::from_bytes(std::string_view bytes) {
  Header head;
  if (bytes.size() < sizeof head) return nullptr;
  std::memcpy(&head, bytes.data(), sizeof head);
  const size_t data = bytes.size() - sizeof head;
  if (head.count == 0 || head.count > kMost || !is_width(head.time_width) || !is_width(head.value_width) ||
      head.decimals > kMostDecimals || head.data_size != data ||
      data != static_cast<size_t>(head.count) * (head.time_width + head.value_width))
    return nullptr;
  void* block = std::malloc(sizeof(Chunk) + data);
  auto* chunk = new (block) Chunk;
  chunk->head_ = head;
  std::memcpy(reinterpret_cast<char*>(chunk + 1), bytes.data() + sizeof head, data);
  return chunk;
}

bool Chunk::release() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return false;
  std::free(this);
  return true;
}

void Chunk::decode(Point* out) const {
  const size_t count = head_.count;
  uint64_t numbers[kMost];
  get(data(), head_.time_base, head_.time_slope, head_.time_width, numbers, count);
  for (size_t i = 0; i < count; ++i) out[i].ms = static_cast<int64_t>(numbers[i]);
  get(data() + count * head_.time_width, head_.value_base, head_.value_slope, head_.value_width, numbers, count);
  if (head_.value_width == 8) {
    for (size_t i = 0; i < count; ++i) out[i].value = std::bit_cast<double>(numbers[i]);
    return;
  }
  const double power = kPower[head_.decimals];
  if (head_.decimals == 0) {
    for (size_t i = 0; i < count; ++i) out[i].value = static_cast<double>(static_cast<int64_t>(numbers[i]));
  } else {
    for (size_t i = 0; i < count; ++i) out[i].value = static_cast<double>(static_cast<int64_t>(numbers[i])) / power;
  }
}

}  // namespace reeve::series
