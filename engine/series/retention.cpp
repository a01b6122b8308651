#include <algorithm>
#include <unordered_set>

#include "series/head_state.h"

namespace reeve::series {

namespace {
// One call of expire() looks at no more than this many series, or a sixteenth: the core thread has other work.
constexpr size_t kSweepLeast = 20000;
// Windows are never cut below this.
constexpr uint32_t kShortestCap = 60;

uint32_t whole_seconds(base::Duration d) {
  const int64_t s = (d.us + 999999) / 1000000;
  return static_cast<uint32_t>(std::clamp<int64_t>(s, 0, UINT32_MAX));
}
}  // namespace

void Head::State::apply_requirements(StoredSeries& series) const {
  for (const Requirement& requirement : requirements)
    if (requirement.window_s > series.keep_s && matches(requirement.compiled, *series.set()))
      series.keep_s = requirement.window_s;
}

void Head::require(const Matchers& matchers, base::Duration window) {
  auto compiled = compile(matchers);
  if (!compiled.ok()) return;
  // What must stay in a window ends at the newest sample, which may itself be one interval old.
  const uint32_t window_s = whole_seconds(window + base::minutes(1));
  State& s = *state_;
  if (window_s > s.least_s) {
    for (const uint32_t id : s.resolve(compiled.value(), 0))
      s.by_id[id]->keep_s = std::max(s.by_id[id]->keep_s, window_s);
  }
  s.requirements.push_back({std::move(compiled).value(), matchers, window_s});
}

void Head::clear_requirements() {
  state_->requirements.clear();
  for (StoredSeries* series : state_->by_id)
    if (series) series->keep_s = state_->least_s;
}

uint32_t Head::State::longest_window() const {
  uint32_t longest = least_s;
  for (const Requirement& requirement : requirements) longest = std::max(longest, requirement.window_s);
  return longest;
}

std::vector<ShortWindow> Head::short_windows() const {
  std::vector<ShortWindow> cut;
  for (const Requirement& requirement : state_->requirements) {
    if (requirement.window_s <= state_->cap_s) continue;
    cut.push_back(
        {requirement.matchers, base::seconds(requirement.window_s) - base::minutes(1), base::seconds(state_->cap_s)});
  }
  return cut;
}

void Head::State::drop_old(int64_t now_ms, size_t count) {
  std::vector<StoredSeries*> dead;
  for (size_t i = 0; i < count; ++i, ++sweep_at) {
    if (sweep_at >= by_id.size()) sweep_at = 0;
    StoredSeries* series = by_id[sweep_at];
    if (!series) continue;
    const int64_t before_ms = now_ms - static_cast<int64_t>(keep_of(*series)) * 1000;
    if (series->last_ms() <= before_ms) {
      dead.push_back(series);
    } else {
      series->drop_before(before_ms, *shared);
    }
  }
  if (!dead.empty()) bury(dead);
}

void Head::State::bury(const std::vector<StoredSeries*>& dead) {
  std::unordered_set<IndexedLabel*> touched;
  for (StoredSeries* series : dead) {
    series->dead = true;
    by_id[series->id()] = nullptr;
    by_labels.erase(series);
    for (const Label* label : *series->set())
      touched.insert(const_cast<IndexedLabel*>(static_cast<const IndexedLabel*>(label)));
  }
  for (IndexedLabel* label : touched) label->ids.erase_if([&](uint32_t id) { return by_id[id] == nullptr; });
  for (StoredSeries* series : dead) series->release(*shared);
  // An order keeps only what lives; the references it held would keep the dead ones in memory.
  for (auto& [name, order] : instances) {
    std::vector<StoredSeries*> living;
    for (StoredSeries* series : order.series)
      if (!series->dead) living.push_back(series);
    replace_order(order, std::move(living));
  }
  shared->bytes -= shared->labels.sweep();
  size_t alive = by_labels.size();
  if (by_id.size() > 2 * alive + 4096) renumber();
}

void Head::State::renumber() {
  // Ids grow with every birth; when most of them are of the dead, a fresh head is built from the living.
  std::vector<StoredSeries*> living;
  for (StoredSeries* series : by_id)
    if (series) living.push_back(series);
  selections.clear();
  std::unordered_set<IndexedLabel*> labels;
  for (StoredSeries* series : living)
    for (const Label* label : *series->set())
      labels.insert(const_cast<IndexedLabel*>(static_cast<const IndexedLabel*>(label)));
  for (IndexedLabel* label : labels) label->ids.erase_if([](uint32_t) { return true; });
  for (size_t i = 0; i < living.size(); ++i) {
    living[i]->renumber(static_cast<uint32_t>(i));
    for (const Label* label : *living[i]->set())
      const_cast<IndexedLabel*>(static_cast<const IndexedLabel*>(label))->ids.push_back(static_cast<uint32_t>(i));
  }
  by_id = std::move(living);
  sweep_at = 0;
}

void Head::State::keep_within_memory(int64_t now_ms) {
  const uint32_t longest = longest_window();
  while (shared->bytes > limits.memory_bytes && cap_s > kShortestCap) {
    cap_s = std::max(kShortestCap, std::min(cap_s, longest) / 2);
    drop_old(now_ms, by_id.size());
  }
  if (cap_s != UINT32_MAX && shared->bytes < limits.memory_bytes / 2) {
    cap_s = cap_s >= longest / 2 ? UINT32_MAX : cap_s * 2;
  }
}

void Head::expire(int64_t now_ms) {
  State& s = *state_;
  if (s.by_id.empty()) return;
  s.drop_old(now_ms, std::min(s.by_id.size(), std::max(kSweepLeast, s.by_id.size() / 16)));
  s.keep_within_memory(now_ms);
}

}  // namespace reeve::series
