#include "series/chunk_list.h"

#include <cstdlib>
#include <new>

namespace reeve::series {

ChunkList* ChunkList::make(uint32_t capacity, Chunk* const* chunks, uint32_t count) {
  void* block = std::malloc(sizeof(ChunkList) + capacity * sizeof(Chunk*));
  auto* list = new (block) ChunkList;
  list->capacity_ = capacity;
  for (uint32_t i = 0; i < count; ++i) list->push_back(chunks[i]);
  return list;
}

void ChunkList::push_back(Chunk* chunk) {
  chunk->hold();
  reinterpret_cast<Chunk**>(this + 1)[count_++] = chunk;
}

int64_t ChunkList::release() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) != 1) return 0;
  auto freed = static_cast<int64_t>(size());
  for (uint32_t i = 0; i < count_; ++i) {
    const size_t chunk_size = chunks()[i]->size();
    if (chunks()[i]->release()) freed += static_cast<int64_t>(chunk_size);
  }
  std::free(this);
  return freed;
}

}  // namespace reeve::series
