#include "series/label.h"

#include <cstring>
#include <new>

namespace reeve::series {

namespace {
constexpr uint64_t kSeed = 0x9e3779b97f4a7c15ULL;
constexpr uint64_t kOdd = 0xd6e8feb86659fd93ULL;

uint64_t fold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t word(const char* bytes, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

uint64_t hash_from(std::string_view text, uint64_t state) {
  const char* at = text.data();
  size_t left = text.size();
  state ^= left * kOdd;
  for (; left >= 8; at += 8, left -= 8) state = fold(state ^ word(at, 8), kOdd);
  if (left > 0) state = fold(state ^ word(at, left), kSeed);
  return fold(state, kSeed ^ kOdd);
}
}  // namespace

uint64_t text_hash(std::string_view text) {
  return hash_from(text, kSeed);
}

uint64_t label_hash(uint64_t name_hash, std::string_view value) {
  return hash_from(value, name_hash);
}

LabelSet* LabelSet::init(void* block, const Label* const* labels, size_t count) {
  auto* set = new (block) LabelSet;
  set->count_ = count;
  auto** items = reinterpret_cast<const Label**>(set + 1);
  for (size_t i = 0; i < count; ++i) {
    items[i] = labels[i];
    set->hash_ += labels[i]->hash;
  }
  return set;
}

model::Labels LabelSet::labels() const {
  std::vector<model::Labels::Pair> pairs;
  pairs.reserve(size());
  for (const Label* label : *this) pairs.emplace_back(label->name(), label->value());
  return model::Labels(std::move(pairs));
}

bool same(const LabelSet& a, const LabelSet& b) {
  if (&a == &b) return true;
  if (a.hash() != b.hash() || a.size() != b.size()) return false;
  const Label* const* other = b.begin();
  for (const Label* label : a)
    if (!same(label, *other++)) return false;
  return true;
}

int compare(const LabelSet& a, const LabelSet& b) {
  const size_t shared = a.size() < b.size() ? a.size() : b.size();
  for (size_t i = 0; i < shared; ++i) {
    const Label *left = a.begin()[i], *right = b.begin()[i];
    if (left == right) continue;
    if (const int by_name = left->name().compare(right->name())) return by_name;
    if (const int by_value = left->value().compare(right->value())) return by_value;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace reeve::series
