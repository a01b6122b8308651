#include <deque>
#include <map>
#include <unordered_map>

#include "series/head_state.h"

namespace reeve::series {

namespace {
// A series as it was when the View was taken: its chain never changes, and of the tail it reads only what was there.
class ViewSeries final : public SeriesView {
 public:
  ViewSeries(const StoredSeries& series, Shared& shared)
      : series_(&series), shared_(&shared), snapshot_(series.snapshot()) {
    series.hold();
  }
  ~ViewSeries() override {
    if (snapshot_.chain) shared_->bytes -= snapshot_.chain->release();
    series_->release(*shared_);
  }
  ViewSeries(const ViewSeries&) = delete;
  ViewSeries& operator=(const ViewSeries&) = delete;

  const model::Labels& labels() const override { return series_->labels(); }
  const LabelSet* label_set() const override { return series_->set(); }
  void points(int64_t from_ms, int64_t to_ms, std::vector<Point>& out) const override {
    if (snapshot_.chain && snapshot_.newest.ms > from_ms)
      snapshot_.chain->points(from_ms, to_ms, snapshot_.tail_count, out);
  }
  bool last(int64_t from_ms, int64_t to_ms, Point& out) const override {
    if (snapshot_.newest.ms <= from_ms) return false;
    if (snapshot_.newest.ms > to_ms) return snapshot_.chain->last(from_ms, to_ms, snapshot_.tail_count, out);
    out = snapshot_.newest;
    return true;
  }
  bool has_extras() const override { return snapshot_.extras != nullptr; }
  void histograms(int64_t from_ms, int64_t to_ms, std::vector<HistogramPoint>& out) const override {
    if (snapshot_.extras) snapshot_.extras->read(from_ms, to_ms, out);
  }
  void starts(int64_t from_ms, int64_t to_ms, std::vector<StartPoint>& out) const override {
    if (snapshot_.extras) snapshot_.extras->read(from_ms, to_ms, out);
  }

 private:
  const StoredSeries* series_;
  Shared* shared_;
  StoredSeries::Snapshot snapshot_;
};

class HeadView final : public Source {
 public:
  explicit HeadView(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void add(const Matchers& matchers, const std::vector<const StoredSeries*>& selected) {
    std::vector<const SeriesView*>& answer = answers_[cache_key(matchers)];
    answer.clear();
    answer.reserve(selected.size());
    for (const StoredSeries* series : selected) {
      const ViewSeries*& held = by_series_[series];
      if (!held) held = &series_.emplace_back(*series, *shared_);
      answer.push_back(held);
    }
  }

  base::Result<std::vector<const SeriesView*>> select(const Matchers& matchers) const override {
    const auto known = answers_.find(cache_key(matchers));
    if (known != answers_.end()) return known->second;
    REEVE_TRY(const CompiledMatchers compiled, compile(matchers));
    std::vector<const SeriesView*> found;
    for (const ViewSeries& series : series_)
      if (matches(compiled, *series.label_set())) found.push_back(&series);
    return found;
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::deque<ViewSeries> series_;
  std::unordered_map<const StoredSeries*, const ViewSeries*> by_series_;
  std::map<std::string, std::vector<const SeriesView*>> answers_;
};
}  // namespace

std::shared_ptr<const Source> Head::view(const std::vector<Matchers>& wanted) const {
  auto view = std::make_shared<HeadView>(state_->shared);
  for (const Matchers& matchers : wanted) {
    const auto compiled = compile(matchers);
    std::vector<const StoredSeries*> selected;
    if (compiled.ok()) {
      for (const uint32_t id : state_->resolve(compiled.value(), 0)) selected.push_back(state_->by_id[id]);
    }
    view->add(matchers, selected);
  }
  return view;
}

}  // namespace reeve::series
