/// \file
/// What is one series of a head? Its labels, its samples, and the newest value at hand.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "series/chain.h"
#include "series/index.h"
#include "series/series.h"

namespace reeve::series {

/// What a head and its Views share: the labels and the memory account. Lives until the last of them is gone.
struct Shared {
  LabelIndex labels;
  std::atomic<int64_t> bytes{0};
};

/// A list that grows at its end while readers keep what they saw: they hold the buffer and a count.
template <class T>
struct Growing {
  std::shared_ptr<T[]> items;
  uint32_t count = 0, capacity = 0;

  void push_back(T item) {
    if (count == capacity) move_to(capacity ? capacity * 2 : 4, 0);
    items[count++] = std::move(item);
  }
  /// Without the first `n`.
  void drop(uint32_t n) { move_to(capacity, n); }

 private:
  void move_to(uint32_t room, uint32_t from) {
    std::shared_ptr<T[]> fresh(new T[room]);
    for (uint32_t i = from; i < count; ++i) fresh[i - from] = items[i];
    items = std::move(fresh);
    count -= from;
    capacity = room;
  }
};

/// What few series have.
struct Extras {
  Growing<HistogramPoint> histograms;
  Growing<StartPoint> starts;

  void read(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const;
  void read(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const;
  int64_t bytes() const;
};

/// Counted; made by make(), its labels follow it in memory.
class StoredSeries final : public SeriesView {
 public:
  /// `labels` are of `shared.labels`, sorted by name. The caller holds the first reference.
  static StoredSeries* make(uint32_t id, const std::vector<IndexedLabel*>& labels, Shared& shared);
  void hold() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void release(Shared& shared) const;

  // SeriesView
  const model::Labels& labels() const override;
  void points(int64_t from_ms, int64_t to_ms, std::vector<Point>& out) const override;
  bool last(int64_t from_ms, int64_t to_ms, Point& out) const override;
  const LabelSet* label_set() const override { return set(); }
  bool has_extras() const override { return extras_ != nullptr; }
  void histograms(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const override;
  void starts(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const override;

  uint32_t id() const { return id_; }
  void renumber(uint32_t id) { id_ = id; }
  /// The newest sample of any kind; INT64_MIN when there is none.
  int64_t last_ms() const { return last_ms_; }
  /// `ms` is newer than last_ms().
  void append(int64_t ms, double value, Shared& shared);
  void append(int64_t ms, std::shared_ptr<const Histogram> value, Shared& shared);
  void set_start(int64_t ms, int64_t start_ms, Shared& shared);
  /// Into an empty series: `chunks` (it takes references of its own) and then the points of `tail`, all in order.
  void restore(const std::vector<Chunk*>& chunks, const std::vector<Point>& tail, Shared& shared);
  bool ends_stale() const;
  /// Drops whole chunks that end at or before `before_ms`.
  void drop_before(int64_t before_ms, Shared& shared);

  uint32_t seen_in = 0;   ///< the batch that last had it (Head's counter)
  uint32_t keep_s = 0;    ///< how long its samples are kept
  bool dead = false;      ///< no longer in the index
  bool own_time = false;  ///< what its batch had of it last brought its own time

  struct Snapshot {
    Chain* chain = nullptr;  ///< held
    uint32_t tail_count = 0;
    Point newest;  ///< the newest float
    std::shared_ptr<const Extras> extras;
  };
  Snapshot snapshot() const;

  const LabelSet* set() const { return reinterpret_cast<const LabelSet*>(this + 1); }

 private:
  StoredSeries() = default;
  ~StoredSeries() override = default;
  size_t size() const { return sizeof(StoredSeries) + LabelSet::bytes_for(set()->size()); }
  /// `grown`: what the new chain takes, in bytes, beyond what it shares with the old one.
  void replace_chain(Chain* chain, int64_t grown, Shared& shared);
  void make_room(Shared& shared);
  Extras& own_extras();

  mutable std::atomic<uint32_t> refs_{1};
  uint32_t id_ = 0;
  uint32_t tail_count_ = 0;
  Chain* chain_ = nullptr;
  int64_t last_ms_ = INT64_MIN;
  Point newest_{INT64_MIN, 0};
  std::unique_ptr<Extras> extras_;
  mutable std::atomic<const model::Labels*> text_{nullptr};
};

}  // namespace reeve::series
