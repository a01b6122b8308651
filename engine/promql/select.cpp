// The newest sample of each series at every step; interpolated between neighbours for `smoothed`.
#include <algorithm>

#include "model/sample.h"
#include "promql/eval.h"
#include "promql/interpolate.h"

namespace reeve::promql {

namespace {
using series::HistogramPoint;
using series::Point;
using series::SeriesView;

// Walks over the samples of one series as the steps go on.
class Newest {
 public:
  Newest(Evaluation& eval, int64_t lookback_ms) : eval_(eval), lookback_ms_(lookback_ms) {}

  void load(const SeriesView& series, int64_t first_ms, int64_t last_ms) {
    points_.clear();
    histograms_.clear();
    series.points(first_ms - lookback_ms_, last_ms, points_);
    if (series.has_extras()) series.histograms(first_ms - lookback_ms_, last_ms, histograms_);
    eval_.count_samples(points_.size() + histograms_.size());
    point_ = histogram_ = 0;
  }

  bool empty() const { return points_.empty() && histograms_.empty(); }

  /// The cell at a reference time that never goes back, and the time of the sample behind it.
  double at(int64_t reference_ms, int64_t& sample_ms) {
    while (point_ < points_.size() && points_[point_].ms <= reference_ms) ++point_;
    while (histogram_ < histograms_.size() && histograms_[histogram_].ms <= reference_ms) ++histogram_;
    const Point* point = point_ > 0 ? &points_[point_ - 1] : nullptr;
    const HistogramPoint* histogram = histogram_ > 0 ? &histograms_[histogram_ - 1] : nullptr;
    if (histogram && (!point || histogram->ms > point->ms)) {
      sample_ms = histogram->ms;
      if (sample_ms <= reference_ms - lookback_ms_) return absent();
      return eval_.keep(histogram->value);
    }
    if (!point || point->ms <= reference_ms - lookback_ms_ || model::is_stale(point->value)) return absent();
    sample_ms = point->ms;
    return plain(point->value);
  }

 private:
  Evaluation& eval_;
  int64_t lookback_ms_;
  std::vector<Point> points_;
  std::vector<HistogramPoint> histograms_;
  size_t point_ = 0, histogram_ = 0;
};

// Calls `cell(series, reference time, sample time, value)` for every step with a sample and keeps what it returns.
template <class Cell>
Grid newest_samples(Evaluation& eval, const SelectorNode& node, const Steps& steps, Cell&& cell) {
  Grid grid(steps.count);
  const int64_t lookback_ms = eval.options().lookback.ms();
  const std::vector<const SeriesView*> found = eval.select(node.matchers);
  Newest newest(eval, lookback_ms);
  const int64_t first = eval.reference_ms(node.when, steps.start);
  const int64_t last = eval.reference_ms(node.when, steps.last());
  if (steps.count == 1) {
    grid.rows.reserve(found.size());
    grid.cells.reserve(found.size());
  }
  for (const SeriesView* series : found) {
    eval.poll();
    if (steps.count == 1 && !series->has_extras()) {
      // The common case without a buffer: the newest sample is at hand.
      Point point;
      if (!series->last(first - lookback_ms, first, point) || model::is_stale(point.value)) continue;
      grid.rows.push_back({eval.labels_of(*series), false});
      grid.cells.push_back(cell(*series, point.ms, plain(point.value)));
      continue;
    }
    newest.load(*series, first, last);
    if (newest.empty()) continue;
    double* cells = grid.add(eval.labels_of(*series), false);
    for (int32_t i = 0; i < steps.count; ++i) {
      int64_t sample_ms = 0;
      const double value = newest.at(eval.reference_ms(node.when, steps.at(i)), sample_ms);
      if (!is_absent(value)) cells[i] = cell(*series, sample_ms, value);
    }
    if (!any_present(cells, grid.steps)) grid.drop_last();
  }
  eval.count_samples(grid.cells.size());
  return grid;
}

// Interpolates between the samples around each step.
Grid smoothed_samples(Evaluation& eval, const SelectorNode& node, const Steps& steps) {
  Grid grid(steps.count);
  const int64_t lookback_ms = eval.options().lookback.ms();
  for (const SeriesView* series : eval.select(node.matchers)) {
    eval.poll();
    std::vector<Point> points;
    series->points(eval.reference_ms(node.when, steps.start) - lookback_ms,
                   eval.reference_ms(node.when, steps.last()) + lookback_ms, points);
    std::erase_if(points, [](const Point& p) { return model::is_stale(p.value); });
    if (series->has_extras()) refuse_histograms(*series, points);
    eval.count_samples(points.size());
    double* cells = grid.add(eval.labels_of(*series), false);
    for (int32_t i = 0; i < steps.count; ++i) {
      const int64_t at = eval.reference_ms(node.when, steps.at(i));
      const auto next =
          std::lower_bound(points.begin(), points.end(), at, [](const Point& p, int64_t ms) { return p.ms < ms; });
      const bool has_next = next != points.end() && next->ms <= at + lookback_ms;
      const bool has_previous = next != points.begin() && next[-1].ms > at - lookback_ms;
      if (has_next && next->ms == at) {
        cells[i] = plain(next->value);
      } else if (has_previous) {
        cells[i] = plain(has_next ? interpolate(next[-1], *next, at, false, false) : next[-1].value);
      }
    }
    if (!any_present(cells, grid.steps)) grid.drop_last();
  }
  return grid;
}
}  // namespace

Grid Evaluation::select(const SelectorNode& node, const Steps& steps) {
  if (node.smoothed) return smoothed_samples(*this, node, steps);
  return newest_samples(*this, node, steps, [](const SeriesView&, int64_t, double value) { return value; });
}

Grid Evaluation::select_times(const SelectorNode& node, const Steps& steps, bool start_times) {
  if (!start_times) {
    return newest_samples(*this, node, steps, [](const SeriesView&, int64_t sample_ms, double) {
      return static_cast<double>(sample_ms) / 1000;
    });
  }
  std::vector<series::StartPoint> starts;
  return newest_samples(*this, node, steps, [&](const SeriesView& series, int64_t sample_ms, double) {
    starts.clear();
    if (series.has_extras()) series.starts(sample_ms - 1, sample_ms, starts);
    return starts.empty() ? 0.0 : static_cast<double>(starts[0].start_ms) / 1000;
  });
}

}  // namespace reeve::promql
