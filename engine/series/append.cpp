#include <algorithm>

#include "series/head_state.h"

namespace reeve::series {

namespace {
bool equal(const LabelSet& set, const model::Labels& labels) {
  if (set.size() != labels.size()) return false;
  const Label* const* own = set.begin();
  for (const auto& [name, value] : labels) {
    if ((*own)->name() != name || (*own)->value() != value) return false;
    ++own;
  }
  return true;
}

uint64_t hash_of(const model::Labels& labels) {
  uint64_t hash = 0;
  for (const auto& [name, value] : labels) hash += label_hash(text_hash(name), value);
  return hash;
}
}  // namespace

StoredSeries* Head::State::find(const model::Labels& labels) const {
  return by_labels.find(hash_of(labels), [&](const StoredSeries& series) { return equal(*series.set(), labels); });
}

StoredSeries* Head::State::make(const std::vector<IndexedLabel*>& sorted) {
  const auto id = static_cast<uint32_t>(by_id.size());
  StoredSeries* series = StoredSeries::make(id, sorted, *shared);
  for (IndexedLabel* label : sorted) {
    const size_t before = label->ids.bytes();
    label->ids.push_back(id);
    shared->bytes += static_cast<int64_t>(label->ids.bytes() - before);
  }
  by_id.push_back(series);
  by_labels.insert(series);
  series->keep_s = least_s;
  apply_requirements(*series);
  return series;
}

StoredSeries* Head::State::find_or_make(const model::Labels& labels) {
  if (StoredSeries* series = find(labels)) return series;
  if (shared->bytes > limits.memory_bytes || by_id.size() >= UINT32_MAX) return nullptr;
  std::vector<IndexedLabel*> sorted;
  for (const auto& [name, value] : labels) sorted.push_back(shared->labels.intern(name, value, shared->bytes));
  return make(sorted);
}

void Head::State::end_missing(InstanceOrder& order, uint32_t this_batch, int64_t ms) {
  for (StoredSeries* series : order.series) {
    if (series->dead || series->seen_in == this_batch || series->ends_stale()) continue;
    // A source with a clock of its own lags: a marker at our time would shut out what it tells next.
    const int64_t end = series->own_time ? series->last_ms() + 1 : ms;
    if (end > series->last_ms()) series->append(end, model::stale_marker(), *shared);
  }
}

void Head::State::replace_order(InstanceOrder& order, std::vector<StoredSeries*> next) {
  if (next == order.series) return;
  for (StoredSeries* series : next) series->hold();
  for (StoredSeries* series : order.series) series->release(*shared);
  order.series = std::move(next);
}

Appended Head::append(const model::Batch& batch) {
  State& s = *state_;
  Appended result;
  const int64_t batch_ms = batch.started.ms();
  InstanceOrder& order = s.instances[batch.instance];
  ++s.batch;
  std::vector<StoredSeries*> next;
  next.reserve(order.series.size());
  size_t expected = 0;
  for (const model::Sample& sample : batch.samples) {
    StoredSeries* series = nullptr;
    // The series that stood here last time; or, when that one is missing now, the one after it.
    for (size_t skip = 0; skip < 2 && !series && expected + skip < order.series.size(); ++skip) {
      StoredSeries* candidate = order.series[expected + skip];
      if (candidate->dead || !equal(*candidate->set(), sample.labels)) continue;
      series = candidate;
      expected += skip + 1;
    }
    if (!series) series = s.find_or_make(sample.labels);
    if (!series) {
      ++result.refused;
      continue;
    }
    const int64_t ms = sample.at_ms.value_or(batch_ms);
    series->own_time = sample.at_ms.has_value();
    if (series->seen_in != s.batch) {
      series->seen_in = s.batch;
      next.push_back(series);
    }
    if (ms <= series->last_ms()) {
      ++result.out_of_order;
    } else {
      series->append(ms, sample.value, *s.shared);
      ++result.added;
    }
  }
  s.end_missing(order, s.batch, batch_ms);
  s.replace_order(order, std::move(next));
  return result;
}

bool Head::append(const model::Labels& labels, int64_t ms, double value) {
  StoredSeries* series = state_->find_or_make(labels);
  if (!series || ms <= series->last_ms()) return false;
  series->append(ms, value, *state_->shared);
  return true;
}

bool Head::append(const model::Labels& labels, int64_t ms, std::shared_ptr<const Histogram> value) {
  StoredSeries* series = state_->find_or_make(labels);
  if (!series || ms <= series->last_ms()) return false;
  series->append(ms, std::move(value), *state_->shared);
  return true;
}

void Head::set_start(const model::Labels& labels, int64_t ms, int64_t start_ms) {
  StoredSeries* series = state_->find(labels);
  if (series && series->last_ms() == ms) series->set_start(ms, start_ms, *state_->shared);
}

void Head::forget_instance(const std::string& instance, int64_t ms) {
  State& s = *state_;
  const auto found = s.instances.find(instance);
  if (found == s.instances.end()) return;
  s.end_missing(found->second, ++s.batch, ms);
  s.replace_order(found->second, {});
  s.instances.erase(found);
}

}  // namespace reeve::series
