#include "promql/grouping.h"

#include <algorithm>

#include "promql/quote.h"

namespace reeve::promql {

Subset::Subset(Mode mode, const std::vector<std::string>& names) : mode_(mode), texts_(names) {
  if (mode == Mode::kAllBut) texts_.emplace_back(model::kNameLabel);
  for (const std::string& name : texts_) names_.emplace_back(name);
}

bool Subset::named(const Label& label) const {
  for (const LabelName& name : names_)
    if (label.name_hash == name.hash && label.name() == name.text) return true;
  return false;
}

bool Subset::keeps(const Label& label) const {
  return named(label) == (mode_ == Mode::kOnly);
}

uint64_t Subset::hash(const LabelSet& labels) const {
  if (names_.empty()) return mode_ == Mode::kOnly ? 0 : labels.hash();
  uint64_t listed = 0;
  size_t missing = names_.size();
  for (const Label* label : labels) {
    if (!named(*label)) continue;
    listed += label->hash;
    if (--missing == 0) break;
  }
  return mode_ == Mode::kOnly ? listed : labels.hash() - listed;
}

bool Subset::equal(const LabelSet& a, const LabelSet& b) const {
  if (&a == &b) return true;
  const Label* const* left = a.begin();
  const Label* const* right = b.begin();
  for (;;) {
    // One object on both sides is kept or left out on both.
    while (left != a.end() && right != b.end() && *left == *right) {
      ++left;
      ++right;
    }
    while (left != a.end() && !keeps(**left)) ++left;
    while (right != b.end() && !keeps(**right)) ++right;
    if (left == a.end() || right == b.end()) return left == a.end() && right == b.end();
    if (!same(*left, *right)) return false;
    ++left;
    ++right;
  }
}

const LabelSet* Subset::pick(Arena& arena, const LabelSet& labels) const {
  std::vector<const Label*> kept;
  for (const Label* label : labels)
    if (keeps(*label)) kept.push_back(label);
  return arena.set(kept);
}

std::string labels_text(const LabelSet& labels) {
  std::string out = "{";
  for (const Label* label : labels) {
    if (out.size() > 1) out += ", ";
    const std::string name(label->name());
    out += (is_plain_label(name) ? name : quote(name)) + "=" + quote(label->value());
  }
  return out + "}";
}

Groups group_rows(const std::vector<Row>& rows, const Subset& subset) {
  Groups groups;
  groups.of_row.reserve(rows.size());
  HashIndex index;
  for (size_t i = 0; i < rows.size(); ++i) {
    const LabelSet& labels = *rows[i].labels;
    const auto [group, fresh] = index.add(
        subset.hash(labels), [&](uint32_t known) { return subset.equal(*rows[groups.first[known]].labels, labels); });
    if (fresh) groups.first.push_back(i);
    groups.of_row.push_back(group);
  }
  return groups;
}

}  // namespace reeve::promql
