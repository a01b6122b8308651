/// \file
/// Which series carry a label? The labels of a head, each kept once, with the ids of their series.
///
/// Core thread, but for release(): a series may die on the thread that lets go of the last View.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "series/label.h"
#include "series/pointer_set.h"

namespace reeve::series {

/// Grows in small steps: most labels have few series, a few have all.
class IdList {
 public:
  ~IdList();
  IdList() = default;
  IdList(const IdList&) = delete;
  IdList& operator=(const IdList&) = delete;
  void push_back(uint32_t id);
  template <class Gone>
  void erase_if(Gone&& gone) {
    uint32_t kept = 0;
    for (const uint32_t id : *this)
      if (!gone(id)) data()[kept++] = id;
    size_ = kept;
  }
  uint32_t size() const { return size_; }
  const uint32_t* begin() const { return capacity_ == kInline ? inline_ : list_; }
  const uint32_t* end() const { return begin() + size_; }
  size_t bytes() const { return capacity_ == kInline ? 0 : capacity_ * sizeof(uint32_t); }

 private:
  static constexpr uint32_t kInline = 2;
  uint32_t* data() { return capacity_ == kInline ? inline_ : list_; }
  uint32_t size_ = 0, capacity_ = kInline;
  union {
    uint32_t inline_[kInline];
    uint32_t* list_;
  };
};

/// A label of a head; its bytes follow it in memory.
struct IndexedLabel : Label {
  mutable std::atomic<uint32_t> refs{0};  ///< series that carry it
  IdList ids;                             ///< ascending
};

class LabelIndex {
 public:
  LabelIndex() = default;
  ~LabelIndex();
  LabelIndex(const LabelIndex&) = delete;
  LabelIndex& operator=(const LabelIndex&) = delete;

  /// The label, made if new (then its size is added to `bytes`). It stays at least until the next sweep(), and as long
  /// as a series holds it.
  IndexedLabel* intern(std::string_view name, std::string_view value, std::atomic<int64_t>& bytes);
  /// nullptr when no series ever had it.
  IndexedLabel* find(std::string_view name, std::string_view value) const;
  /// All labels with that name, in no order.
  const std::vector<IndexedLabel*>& with_name(std::string_view name) const;
  std::vector<std::string> names() const;

  static void hold(const Label* label);
  static void release(const Label* label);
  /// Frees the labels that no series holds. What it freed, in bytes.
  int64_t sweep();
  static size_t size_of(const IndexedLabel& label);

 private:
  struct HashOf {
    uint64_t operator()(const IndexedLabel& label) const { return label.hash; }
  };
  static void destroy(IndexedLabel* label);
  PointerSet<IndexedLabel, HashOf> labels_;
  std::map<std::string, std::vector<IndexedLabel*>, std::less<>> names_;
};

}  // namespace reeve::series
