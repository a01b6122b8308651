#include "promql/arena.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace reeve::promql {

namespace {
constexpr size_t kBlock = 16384;
constexpr size_t kAlign = alignof(std::max_align_t);

bool before(const Label* label, std::string_view name) {
  return label->name() < name;
}
}  // namespace

void* Arena::take(size_t bytes) {
  bytes = (bytes + kAlign - 1) / kAlign * kAlign;
  if (bytes > left_) {
    const size_t size = std::max(bytes, std::min<size_t>(kBlock << std::min<size_t>(blocks_.size(), 6), 1 << 20));
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    at_ = blocks_.back().get();
    left_ = size;
    total_ += size;
  }
  void* taken = at_;
  at_ += bytes;
  left_ -= bytes;
  return taken;
}

const Label* Arena::label(std::string_view name, std::string_view value) {
  auto* label = new (take(sizeof(Label) + name.size() + value.size())) Label;
  char* bytes = reinterpret_cast<char*>(label + 1);
  std::copy(name.begin(), name.end(), bytes);
  std::copy(value.begin(), value.end(), bytes + name.size());
  label->bytes = bytes;
  label->name_size = static_cast<uint32_t>(name.size());
  label->value_size = static_cast<uint32_t>(value.size());
  label->name_hash = series::text_hash(name);
  label->hash = series::label_hash(label->name_hash, value);
  return label;
}

const LabelSet* Arena::set(const std::vector<const Label*>& labels) {
  return LabelSet::init(take(LabelSet::bytes_for(labels.size())), labels.data(), labels.size());
}

const LabelSet* Arena::set(const model::Labels& labels) {
  std::vector<const Label*> made;
  for (const auto& [name, value] : labels) made.push_back(label(name, value));
  return set(made);
}

std::string_view LabelEditor::value(const LabelName& name) const {
  for (const Label* label : labels_)
    if (label->name_hash == name.hash && label->name() == name.text) return label->value();
  return {};
}

void LabelEditor::set(std::string_view name, std::string_view value) {
  if (value.empty()) return erase(LabelName(name));
  set(arena_.label(name, value));
}

void LabelEditor::set(const Label* label) {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), label->name(), before);
  if (at != labels_.end() && (*at)->name() == label->name()) {
    *at = label;
  } else {
    labels_.insert(at, label);
  }
}

void LabelEditor::erase(const LabelName& name) {
  std::erase_if(labels_,
                [&](const Label* label) { return label->name_hash == name.hash && label->name() == name.text; });
}

const LabelName& metric_name_label() {
  static const LabelName name(model::kNameLabel);
  return name;
}

bool is_metadata(const Label& label) {
  static const LabelName type("__type__"), unit("__unit__");
  const uint64_t hash = label.name_hash;
  if (hash != metric_name_label().hash && hash != type.hash && hash != unit.hash) return false;
  const std::string_view name = label.name();
  return name == model::kNameLabel || name == type.text || name == unit.text;
}

const LabelSet* without_metadata(Arena& arena, const LabelSet& labels) {
  const size_t removed = static_cast<size_t>(
      std::count_if(labels.begin(), labels.end(), [](const Label* label) { return is_metadata(*label); }));
  if (removed == 0) return &labels;
  const size_t left = labels.size() - removed;
  const Label** kept = static_cast<const Label**>(arena.take(left * sizeof(const Label*)));
  std::copy_if(labels.begin(), labels.end(), kept, [](const Label* label) { return !is_metadata(*label); });
  return LabelSet::init(arena.take(LabelSet::bytes_for(left)), kept, left);
}

}  // namespace reeve::promql
