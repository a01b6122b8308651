#include "rule/duplicates.h"

#include <map>

namespace reeve::rule {

std::vector<Duplicate> duplicates_of(const std::vector<Group>& groups) {
  std::map<Written, std::vector<std::string>> all;
  for (const Group& group : groups) {
    for (const Rule& rule : group.rules) {
      Written written{rule.name, {}};
      for (const NamedTemplate& label : rule.labels) written.labels.set(label.name, label.source);
      all[std::move(written)].push_back(rule.position);
    }
  }
  std::vector<Duplicate> out;
  for (auto& [written, positions] : all)
    if (positions.size() > 1) out.push_back({written, std::move(positions)});
  return out;
}

}  // namespace reeve::rule
