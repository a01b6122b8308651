#include "series/chain.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace reeve::series {

Chain* Chain::make(uint32_t capacity, Chunk* const* chunks, size_t count) {
  void* block = std::malloc(sizeof(Chain) + capacity * sizeof(Point) + count * sizeof(Chunk*));
  auto* chain = new (block) Chain;
  chain->capacity_ = capacity;
  chain->chunk_count_ = count;
  auto** list = reinterpret_cast<Chunk**>(chain->tail() + capacity);
  for (size_t i = 0; i < count; ++i) {
    chunks[i]->hold();
    list[i] = chunks[i];
  }
  return chain;
}

size_t Chain::size() const {
  return sizeof(Chain) + capacity_ * sizeof(Point) + chunk_count_ * sizeof(Chunk*);
}

int64_t Chain::release() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return 0;
  auto freed = static_cast<int64_t>(size());
  for (size_t i = 0; i < chunk_count_; ++i) {
    const size_t chunk_size = chunks()[i]->size();
    if (chunks()[i]->release()) freed += static_cast<int64_t>(chunk_size);
  }
  std::free(this);
  return freed;
}

void Chain::points(int64_t from_ms, int64_t to_ms, uint32_t tail_count, std::vector<Point>& out) const {
  // Questions are mostly about the newest samples: the first chunk wanted is looked for from the end.
  size_t first = chunk_count_;
  while (first > 0 && chunks()[first - 1]->last_ms() > from_ms) --first;
  for (size_t i = first; i < chunk_count_ && chunks()[i]->first_ms() <= to_ms; ++i) {
    const size_t before = out.size();
    out.resize(before + chunks()[i]->count());
    chunks()[i]->decode(out.data() + before);
    while (out.size() > before && out.back().ms > to_ms) out.pop_back();
    size_t old = before;
    while (old < out.size() && out[old].ms <= from_ms) ++old;
    if (old > before)
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(before), out.begin() + static_cast<std::ptrdiff_t>(old));
  }
  for (uint32_t i = 0; i < tail_count && tail()[i].ms <= to_ms; ++i)
    if (tail()[i].ms > from_ms) out.push_back(tail()[i]);
}

bool Chain::last(int64_t from_ms, int64_t to_ms, uint32_t tail_count, Point& out) const {
  for (uint32_t i = tail_count; i > 0; --i) {
    if (tail()[i - 1].ms > to_ms) continue;
    out = tail()[i - 1];
    return out.ms > from_ms;
  }
  for (size_t i = chunk_count_; i > 0; --i) {
    const Chunk& chunk = *chunks()[i - 1];
    if (chunk.first_ms() > to_ms) continue;
    Point decoded[Chunk::kMost];
    chunk.decode(decoded);
    size_t at = chunk.count() - 1;
    while (decoded[at].ms > to_ms) --at;
    out = decoded[at];
    return out.ms > from_ms;
  }
  return false;
}

}  // namespace reeve::series
