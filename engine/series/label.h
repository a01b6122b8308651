/// \file
/// How is a label kept once for all series that carry it, and how are label sets compared without reading their text?
///
/// A Label is immutable. Two labels of one head are equal exactly when they are one object; labels of different origin
/// are equal when same() says so. The hash of a set is the sum of its labels' hashes, so taking a label away is a
/// subtraction.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/labels.h"

namespace reeve::series {

/// 64 well-mixed bits of any text. The same in every process of one build.
uint64_t text_hash(std::string_view text);
/// The hash of a whole label.
uint64_t label_hash(uint64_t name_hash, std::string_view value);

/// A label name with its hash, so that it is hashed once and looked up often.
struct LabelName {
  std::string_view text;
  uint64_t hash = 0;
  explicit LabelName(std::string_view name) : text(name), hash(text_hash(name)) {}
  LabelName(std::string_view name, uint64_t name_hash) : text(name), hash(name_hash) {}
};

struct Label {
  uint64_t hash = 0;
  uint64_t name_hash = 0;
  const char* bytes = nullptr;  ///< the name, then the value
  uint32_t name_size = 0;
  uint32_t value_size = 0;
  std::string_view name() const { return {bytes, name_size}; }
  std::string_view value() const { return {bytes + name_size, value_size}; }
};

inline bool same(const Label* a, const Label* b) {
  return a == b || (a->hash == b->hash && a->name() == b->name() && a->value() == b->value());
}

/// Labels sorted by name; the pointers follow the object in memory, so it is made only by init() in a block of
/// bytes_for() bytes. Owns nothing.
class LabelSet {
 public:
  static size_t bytes_for(size_t count) { return sizeof(LabelSet) + count * sizeof(const Label*); }
  /// `block` is aligned for pointers; `labels` are sorted by name, each name once.
  static LabelSet* init(void* block, const Label* const* labels, size_t count);

  uint64_t hash() const { return hash_; }
  size_t size() const { return count_; }
  const Label* const* begin() const { return reinterpret_cast<const Label* const*>(this + 1); }
  const Label* const* end() const { return begin() + count_; }
  /// nullptr when there is none.
  const Label* find(const LabelName& name) const {
    for (const Label* label : *this)
      if (label->name_hash == name.hash && label->name() == name.text) return label;
    return nullptr;
  }
  std::string_view value(const LabelName& name) const {
    const Label* label = find(name);
    return label ? label->value() : std::string_view();
  }
  model::Labels labels() const;

 private:
  uint64_t hash_ = 0;
  uint64_t count_ = 0;
};

bool same(const LabelSet& a, const LabelSet& b);
/// Less than, equal to or greater than zero: by name, then value, label after label; a shorter set that is a prefix
/// comes first (the order in which Prometheus sorts series).
int compare(const LabelSet& a, const LabelSet& b);

}  // namespace reeve::series
