/// \file
/// What does a head hold? Its series by id and by labels, the order of each instance's batches, requirements, caches.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "series/matching.h"
#include "series/stored.h"

namespace reeve::series {

/// The series of one plugin instance, in the order of its last batch: the next batch has mostly the same order.
struct InstanceOrder {
  std::vector<StoredSeries*> series;  ///< each held
};

struct Requirement {
  CompiledMatchers compiled;
  Matchers matchers;
  uint32_t window_s = 0;
};

/// What a selector selected, kept up to date by looking only at series born since.
struct CachedSelection {
  CompiledMatchers matchers;
  std::vector<uint32_t> ids;
  uint32_t next_id = 0;  ///< the first series not looked at yet
};

struct Head::State {
  struct HashOf {
    uint64_t operator()(const StoredSeries& series) const { return series.set()->hash(); }
  };

  explicit State(HeadLimits head_limits);
  ~State();

  // Finding and making series (append.cpp).
  StoredSeries* find(const model::Labels& labels) const;
  /// nullptr when memory leaves no room for a new one.
  StoredSeries* find_or_make(const model::Labels& labels);
  StoredSeries* make(const std::vector<IndexedLabel*>& sorted);
  void end_missing(InstanceOrder& order, uint32_t batch, int64_t ms);
  void replace_order(InstanceOrder& order, std::vector<StoredSeries*> next);

  // Selecting (select.cpp).
  std::vector<uint32_t> resolve(const CompiledMatchers& matchers, uint32_t from_id) const;
  base::Result<std::vector<uint32_t>> selected(const Matchers& matchers);

  // Retention (retention.cpp).
  uint32_t keep_of(const StoredSeries& series) const { return std::min(series.keep_s, cap_s); }
  void apply_requirements(StoredSeries& series) const;
  uint32_t longest_window() const;
  /// Looks at `count` series from `sweep_at` on.
  void drop_old(int64_t now_ms, size_t count);
  void bury(const std::vector<StoredSeries*>& dead);
  void renumber();
  void keep_within_memory(int64_t now_ms);

  HeadLimits limits;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::vector<StoredSeries*> by_id;  ///< nullptr: dead
  PointerSet<StoredSeries, HashOf> by_labels;
  std::unordered_map<std::string, InstanceOrder> instances;
  uint32_t batch = 0;
  std::vector<Requirement> requirements;
  std::unordered_map<std::string, CachedSelection> selections;
  uint32_t least_s = 0;
  uint32_t cap_s = UINT32_MAX;  ///< what the memory bound lets a series keep
  size_t sweep_at = 0;
};

}  // namespace reeve::series
