#include <algorithm>

#include "series/head_state.h"

namespace reeve::series {

Head::State::State(HeadLimits head_limits)
    : limits(head_limits),
      least_s(static_cast<uint32_t>(std::clamp<int64_t>(head_limits.least_retention.us / 1000000, 1, UINT32_MAX))) {}

Head::State::~State() {
  for (auto& [name, order] : instances)
    for (StoredSeries* series : order.series) series->release(*shared);
  for (StoredSeries* series : by_id)
    if (series) series->release(*shared);
}

Head::Head(HeadLimits limits) : state_(std::make_unique<State>(limits)) {}
Head::~Head() = default;

size_t Head::series_count() const {
  return state_->by_labels.size();
}

int64_t Head::memory_bytes() const {
  int64_t orders = 0;
  for (const auto& [name, order] : state_->instances)
    orders += static_cast<int64_t>(order.series.capacity() * sizeof(StoredSeries*));
  const size_t tables = state_->by_labels.bytes() + state_->by_id.capacity() * sizeof(StoredSeries*);
  return state_->shared->bytes + static_cast<int64_t>(tables) + orders;
}

std::vector<std::string> Head::label_values(const std::string& name) const {
  if (name.empty()) return state_->shared->labels.names();
  std::vector<std::string> values;
  for (const IndexedLabel* label : state_->shared->labels.with_name(name))
    if (label->ids.size() > 0) values.emplace_back(label->value());
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace reeve::series
