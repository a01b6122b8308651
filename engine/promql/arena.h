/// \file
/// Where do the label sets live that an evaluation makes? In one arena that goes with the evaluation.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "series/label.h"

namespace reeve::promql {

using series::Label;
using series::LabelName;
using series::LabelSet;

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* take(size_t bytes);
  /// A label of this arena; the same text twice makes two labels that are same().
  const Label* label(std::string_view name, std::string_view value);
  /// `labels` sorted by name.
  const LabelSet* set(const std::vector<const Label*>& labels);
  const LabelSet* set(const model::Labels& labels);
  size_t bytes() const { return total_; }

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* at_ = nullptr;
  size_t left_ = 0, total_ = 0;
};

/// Changes of a label set, made into a new one.
class LabelEditor {
 public:
  LabelEditor(Arena& arena, const LabelSet& base) : arena_(arena), labels_(base.begin(), base.end()) {}
  explicit LabelEditor(Arena& arena) : arena_(arena) {}
  std::string_view value(const LabelName& name) const;
  /// An empty value takes the label away.
  void set(std::string_view name, std::string_view value);
  void set(const Label* label);
  void erase(const LabelName& name);
  const LabelSet* done() const { return arena_.set(labels_); }

 private:
  Arena& arena_;
  std::vector<const Label*> labels_;
};

/// `__name__`, and with it the two labels that say what a metric is.
const LabelName& metric_name_label();
bool is_metadata(const Label& label);
/// Without __name__, __type__ and __unit__; the same object when it has none of them.
const LabelSet* without_metadata(Arena& arena, const LabelSet& labels);

}  // namespace reeve::promql
