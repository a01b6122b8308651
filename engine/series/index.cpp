#include "series/index.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace reeve::series {

IdList::~IdList() {
  if (capacity_ != kInline) std::free(list_);
}

void IdList::push_back(uint32_t id) {
  if (size_ == capacity_) {
    const uint32_t wider = capacity_ < 64 ? capacity_ * 2 : capacity_ + capacity_ / 4;
    auto* list = static_cast<uint32_t*>(std::malloc(wider * sizeof(uint32_t)));
    std::memcpy(list, begin(), size_ * sizeof(uint32_t));
    if (capacity_ != kInline) std::free(list_);
    list_ = list;
    capacity_ = wider;
  }
  data()[size_++] = id;
}

LabelIndex::~LabelIndex() {
  labels_.each([](IndexedLabel& label) { destroy(&label); });
}

void LabelIndex::destroy(IndexedLabel* label) {
  label->~IndexedLabel();
  std::free(label);
}

size_t LabelIndex::size_of(const IndexedLabel& label) {
  // The object, its bytes, and its places in the set and in the list of its name.
  return sizeof(IndexedLabel) + label.name_size + label.value_size + 3 * sizeof(void*);
}

IndexedLabel* LabelIndex::find(std::string_view name, std::string_view value) const {
  const uint64_t hash = label_hash(text_hash(name), value);
  return labels_.find(hash, [&](const IndexedLabel& l) { return l.name() == name && l.value() == value; });
}

IndexedLabel* LabelIndex::intern(std::string_view name, std::string_view value, std::atomic<int64_t>& bytes_used) {
  const uint64_t name_hash = text_hash(name);
  const uint64_t hash = label_hash(name_hash, value);
  if (auto* found = labels_.find(hash, [&](const IndexedLabel& l) { return l.name() == name && l.value() == value; }))
    return found;
  void* block = std::malloc(sizeof(IndexedLabel) + name.size() + value.size());
  auto* label = new (block) IndexedLabel;
  char* bytes = reinterpret_cast<char*>(label + 1);
  std::copy(name.begin(), name.end(), bytes);
  std::copy(value.begin(), value.end(), bytes + name.size());
  label->bytes = bytes;
  label->name_size = static_cast<uint32_t>(name.size());
  label->value_size = static_cast<uint32_t>(value.size());
  label->name_hash = name_hash;
  label->hash = hash;
  labels_.insert(label);
  auto entry = names_.find(name);
  if (entry == names_.end()) entry = names_.emplace(std::string(name), std::vector<IndexedLabel*>()).first;
  entry->second.push_back(label);
  bytes_used += static_cast<int64_t>(size_of(*label));
  return label;
}

const std::vector<IndexedLabel*>& LabelIndex::with_name(std::string_view name) const {
  static const std::vector<IndexedLabel*> kNone;
  const auto found = names_.find(name);
  return found == names_.end() ? kNone : found->second;
}

std::vector<std::string> LabelIndex::names() const {
  std::vector<std::string> names;
  for (const auto& [name, labels] : names_)
    if (std::any_of(labels.begin(), labels.end(), [](const IndexedLabel* l) { return l->ids.size() > 0; }))
      names.push_back(name);
  return names;
}

void LabelIndex::hold(const Label* label) {
  static_cast<const IndexedLabel*>(label)->refs.fetch_add(1, std::memory_order_relaxed);
}

void LabelIndex::release(const Label* label) {
  static_cast<const IndexedLabel*>(label)->refs.fetch_sub(1, std::memory_order_acq_rel);
}

int64_t LabelIndex::sweep() {
  int64_t freed = 0;
  std::vector<IndexedLabel*> dead;
  for (auto entry = names_.begin(); entry != names_.end();) {
    auto& labels = entry->second;
    const auto gone = std::partition(labels.begin(), labels.end(), [](const IndexedLabel* label) {
      return label->refs.load(std::memory_order_acquire) > 0;
    });
    dead.insert(dead.end(), gone, labels.end());
    labels.erase(gone, labels.end());
    entry = labels.empty() ? names_.erase(entry) : std::next(entry);
  }
  for (IndexedLabel* label : dead) {
    freed += static_cast<int64_t>(size_of(*label) + label->ids.bytes());
    labels_.erase(label);
    destroy(label);
  }
  return freed;
}

}  // namespace reeve::series
