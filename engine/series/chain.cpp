#include "series/chain.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace reeve::series {

Chain* Chain::assemble(uint32_t capacity, ChunkList* old, Chunk* const* fresh, uint32_t fresh_count, int64_t& bytes) {
  const size_t pointers = fresh_count + (old ? 1 : 0);
  void* block = std::malloc(sizeof(Chain) + capacity * sizeof(Point) + pointers * sizeof(Chunk*));
  auto* chain = new (block) Chain;
  chain->capacity_ = capacity;
  chain->old_count_ = old ? old->count() : 0;
  chain->new_count_ = fresh_count;
  auto** list = reinterpret_cast<Chunk**>(chain->tail() + capacity);
  for (uint32_t i = 0; i < fresh_count; ++i) {
    fresh[i]->hold();
    list[i] = fresh[i];
  }
  if (old) *reinterpret_cast<ChunkList**>(list + fresh_count) = old;
  bytes += static_cast<int64_t>(chain->size());
  return chain;
}

size_t Chain::size() const {
  return sizeof(Chain) + capacity_ * sizeof(Point) + (new_count_ + (old_count_ ? 1 : 0)) * sizeof(Chunk*);
}

Chain* Chain::make(uint32_t capacity, Chunk* const* chunks, size_t count, int64_t& bytes) {
  if (count <= kFresh) return assemble(capacity, nullptr, chunks, static_cast<uint32_t>(count), bytes);
  const auto old_count = static_cast<uint32_t>(count - 1);
  ChunkList* old = ChunkList::make(old_count + kFresh, chunks, old_count);
  bytes += static_cast<int64_t>(old->size());
  return assemble(capacity, old, chunks + old_count, 1, bytes);
}

Chain* Chain::with(Chunk* chunk, bool in_place_of_last, int64_t& bytes) {
  Chunk* list[kFresh + 1];
  uint32_t count = new_count_ - (in_place_of_last ? 1 : 0);
  std::copy_n(fresh(), count, list);
  list[count++] = chunk;
  // Only the last chunk is ever replaced: those before it may go where nothing is taken away again.
  if (count > kFresh) return assemble(kTail, lengthened(list, count - 1, bytes), &chunk, 1, bytes);
  if (old()) old()->hold();
  return assemble(kTail, old(), list, count, bytes);
}

// In place where there is room, else in a list half as long again: so each chunk is copied a few times in all.
ChunkList* Chain::lengthened(Chunk* const* chunks, uint32_t count, int64_t& bytes) const {
  ChunkList* list = old();
  if (list && list->room() >= count) {
    list->hold();
  } else {
    list = ChunkList::make(old_count_ + old_count_ / 2 + 2 * kFresh, list ? list->chunks() : nullptr, old_count_);
    bytes += static_cast<int64_t>(list->size());
  }
  for (uint32_t i = 0; i < count; ++i) list->push_back(chunks[i]);
  return list;
}

int64_t Chain::release() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return 0;
  auto freed = static_cast<int64_t>(size());
  for (uint32_t i = 0; i < new_count_; ++i) {
    const size_t chunk_size = fresh()[i]->size();
    if (fresh()[i]->release()) freed += static_cast<int64_t>(chunk_size);
  }
  if (old()) freed += old()->release();
  std::free(this);
  return freed;
}

// Questions are mostly about the newest samples, so it is looked for from the end: by steps that double, then by
// halves.
size_t Chain::first_after(int64_t ms) const {
  size_t after = chunk_count(), step = 1;
  while (after >= step && chunk(after - step)->last_ms() > ms) {
    after -= step;
    step *= 2;
  }
  size_t low = after >= step ? after - step + 1 : 0;
  while (low < after) {
    const size_t middle = low + (after - low) / 2;
    if (chunk(middle)->last_ms() > ms) {
      after = middle;
    } else {
      low = middle + 1;
    }
  }
  return after;
}

void Chain::points(int64_t from_ms, int64_t to_ms, uint32_t tail_count, std::vector<Point>& out) const {
  for (size_t i = first_after(from_ms); i < chunk_count() && chunk(i)->first_ms() <= to_ms; ++i) {
    const size_t before = out.size();
    out.resize(before + chunk(i)->count());
    chunk(i)->decode(out.data() + before);
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
  // The chunk that `to_ms` falls into, or the one before when it falls between two.
  size_t end = first_after(to_ms);
  if (end < chunk_count() && chunk(end)->first_ms() <= to_ms) ++end;
  if (end == 0) return false;
  Point decoded[Chunk::kMost];
  chunk(end - 1)->decode(decoded);
  size_t at = chunk(end - 1)->count() - 1;
  while (decoded[at].ms > to_ms) --at;
  out = decoded[at];
  return out.ms > from_ms;
}

}  // namespace reeve::series
