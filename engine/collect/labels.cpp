#include "collect/labels.h"

namespace reeve::collect {

model::Labels added_labels(const plugin::InstanceConfig& config) {
  model::Labels out = config.labels;
  out.set("job", config.plugin);
  out.set("instance", config.name);
  return out;
}

model::Labels labelled(const model::Labels& own, const model::Labels& added) {
  std::vector<model::Labels::Pair> pairs(added.begin(), added.end());
  pairs.reserve(own.size() + added.size());
  for (const auto& [name, value] : own) {
    std::string free = name;
    while (added.has(free) || (free != name && own.has(free))) free.insert(0, "exported_");
    pairs.emplace_back(std::move(free), value);
  }
  return model::Labels(std::move(pairs));
}

}  // namespace reeve::collect
