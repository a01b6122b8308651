// Range vectors: from where their samples come, and how a window slides over them step by step.
#include <algorithm>
#include <cmath>

#include "model/sample.h"
#include "promql/absent.h"
#include "promql/eval.h"
#include "promql/functions.h"
#include "promql/histogram_math.h"
#include "promql/interpolate.h"
#include "promql/quote.h"
#include "promql/range_functions.h"

namespace reeve::promql {

namespace {
using series::HistogramPoint;
using series::Point;
using series::StartPoint;

// All samples of one series that any step needs.
struct Samples {
  std::vector<Point> points;
  std::vector<HistogramPoint> histograms;
  std::vector<StartPoint> starts;
  void clear() {
    points.clear();
    histograms.clear();
    starts.clear();
  }
};

// A subquery may repeat a sample or leave some out, so what a sample said about the one before it no longer holds.
std::shared_ptr<const series::Histogram> without_reset_hint(const Evaluation& eval, double cell) {
  const series::Histogram& h = eval.histogram(cell);
  const bool plain_hint =
      h.hint == series::Histogram::ResetHint::kUnknown || h.hint == series::Histogram::ResetHint::kGauge;
  return plain_hint ? eval.shared_histogram(cell) : with_hint(h, series::Histogram::ResetHint::kUnknown);
}

// How a range vector is read: its range, its time shift, and how much further an extended one looks.
struct Reach {
  int64_t range_ms = 0;
  int64_t more_before_ms = 0, more_after_ms = 0;
  const When* when = nullptr;
};

// A rows' samples for a given window: both ends only move forward, but for windows that stand still.
class Slider {
 public:
  Slider(const Samples& samples, const Reach& reach) : samples_(samples), reach_(reach) {}

  Window at(int64_t to_ms) {
    Window window;
    window.to_ms = to_ms;
    window.from_ms = to_ms - reach_.range_ms;
    window.range_ms = reach_.range_ms;
    const int64_t from = window.from_ms - reach_.more_before_ms, to = to_ms + reach_.more_after_ms;
    move(samples_.points, first_, last_, from, to);
    window.begin = samples_.points.data() + first_;
    window.end = samples_.points.data() + last_;
    if (!samples_.histograms.empty()) {
      move(samples_.histograms, first_histogram_, last_histogram_, from, to);
      window.histograms = samples_.histograms.data() + first_histogram_;
      window.histogram_count = last_histogram_ - first_histogram_;
    }
    if (!samples_.starts.empty()) {
      move(samples_.starts, first_start_, last_start_, from, to);
      window.starts = samples_.starts.data() + first_start_;
      window.start_count = last_start_ - first_start_;
    }
    return window;
  }

 private:
  template <class T>
  static void move(const std::vector<T>& list, size_t& first, size_t& last, int64_t from, int64_t to) {
    while (first < list.size() && list[first].ms <= from) ++first;
    last = std::max(last, first);
    while (last < list.size() && list[last].ms <= to) ++last;
  }
  const Samples& samples_;
  const Reach& reach_;
  size_t first_ = 0, last_ = 0, first_histogram_ = 0, last_histogram_ = 0, first_start_ = 0, last_start_ = 0;
};

// Gives the rows of a range vector one after the other, with the samples for all steps.
class RangeSource {
 public:
  RangeSource(Evaluation& eval, const Node& arg, const Steps& steps) : eval_(eval) {
    if (arg.kind == Node::Kind::kSubquery) {
      open_subquery(as<SubqueryNode>(arg), steps);
    } else {
      open_matrix(as<MatrixNode>(arg), steps);
    }
  }
  const Reach& reach() const { return reach_; }
  const SelectorNode* selector() const { return selector_; }

  /// False: no more rows.
  bool next(Row& row, Samples& samples) {
    eval_.poll();
    samples.clear();
    if (at_ >= (selector_ ? series_.size() : grid_.size())) return false;
    selector_ ? read_series(row, samples) : read_row(row, samples);
    ++at_;
    return true;
  }

 private:
  void bounds(const Steps& steps) {
    from_ms_ = eval_.reference_ms(*reach_.when, steps.start) - reach_.range_ms - reach_.more_before_ms;
    to_ms_ = eval_.reference_ms(*reach_.when, steps.last()) + reach_.more_after_ms;
  }

  void open_matrix(const MatrixNode& node, const Steps& steps) {
    selector_ = node.selector.get();
    reach_.range_ms = eval_.duration_ms(node.range_ms, node.range, false);
    reach_.when = &selector_->when;
    const int64_t lookback_ms = eval_.options().lookback.ms();
    if (selector_->anchored || selector_->smoothed) reach_.more_before_ms = lookback_ms;
    if (selector_->smoothed) reach_.more_after_ms = lookback_ms;
    bounds(steps);
    series_ = eval_.select(selector_->matchers);
  }

  void open_subquery(const SubqueryNode& node, const Steps& steps) {
    reach_.range_ms = eval_.duration_ms(node.range_ms, node.range, false);
    reach_.when = &node.when;
    bounds(steps);
    int64_t step_ms = eval_.duration_ms(node.step_ms, node.step, false);
    if (step_ms == 0) step_ms = std::max<int64_t>(eval_.options().subquery_step.ms(), 1);
    // Steps lie at multiples of the step, whatever the query's own start is.
    int64_t start = step_ms * (from_ms_ / step_ms);
    if (start <= from_ms_) start += step_ms;
    inner_ = {start, step_ms, 0};
    if (start > to_ms_) return;
    const int64_t count = (to_ms_ - start) / step_ms + 1;
    if (count > INT32_MAX) eval_.count_samples(static_cast<size_t>(count));
    inner_.count = static_cast<int32_t>(std::min<int64_t>(count, INT32_MAX));
    if (count > eval_.options().max_samples) eval_.count_samples(static_cast<size_t>(count));
    grid_ = eval_.vector(*node.inner, inner_);
  }

  void read_series(Row& row, Samples& samples) {
    const series::SeriesView& series = *series_[at_];
    row = {eval_.labels_of(series), false};
    series.points(from_ms_, to_ms_, samples.points);
    bool odd = false;
    for (const Point& p : samples.points) odd = odd || p.value != p.value;
    if (odd) {
      std::erase_if(samples.points, [](const Point& p) { return model::is_stale(p.value); });
      for (Point& p : samples.points) p.value = plain(p.value);
    }
    if (series.has_extras()) {
      series.histograms(from_ms_, to_ms_, samples.histograms);
      series.starts(from_ms_, to_ms_, samples.starts);
    }
    eval_.count_samples(samples.points.size() + samples.histograms.size());
  }

  void read_row(Row& row, Samples& samples) {
    row = grid_.rows[at_];
    const double* cells = grid_.row(at_);
    for (int32_t i = 0; i < inner_.count; ++i) {
      if (is_histogram(cells[i])) {
        samples.histograms.push_back({inner_.at(i), without_reset_hint(eval_, cells[i])});
      } else if (!is_absent(cells[i])) {
        samples.points.push_back({inner_.at(i), cells[i]});
      }
    }
  }

  Evaluation& eval_;
  Reach reach_;
  int64_t from_ms_ = 0, to_ms_ = 0;
  size_t at_ = 0;
  const SelectorNode* selector_ = nullptr;
  std::vector<const series::SeriesView*> series_;
  Steps inner_;
  Grid grid_;
};

bool is_counter_name(std::string_view name) {
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"})
    if (name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix) return true;
  return false;
}

// Says once for each metric that rate and increase were asked of something that does not look like a counter.
class CounterNames {
 public:
  CounterNames(Evaluation& eval, const CallNode& call, Position where)
      : eval_(eval), where_(where), wanted_(call.function->id == Fn::kRate || call.function->id == Fn::kIncrease) {}
  void see(const LabelSet& labels, const double* cells, size_t count) {
    if (!wanted_) return;
    const Label* name = labels.find(metric_name_label());
    if (!name || name == last_ || is_counter_name(name->value())) return;
    if (std::none_of(cells, cells + count, is_float)) return;
    last_ = name;
    eval_.annotations().info(
        "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " + quote(name->value()),
        where_);
  }

 private:
  Evaluation& eval_;
  Position where_;
  bool wanted_;
  const Label* last_ = nullptr;
};

void check_extended(const CallNode& call, const SelectorNode* selector) {
  if (!selector) return;
  const Fn id = call.function->id;
  const bool rate = id == Fn::kRate || id == Fn::kIncrease || id == Fn::kDelta;
  const std::string name(call.function->name);
  if (selector->anchored && !rate && id != Fn::kChanges && id != Fn::kResets)
    fail("anchored modifier can only be used with: changes, delta, increase, rate, resets - not with " + name);
  if (selector->smoothed && !rate)
    fail("smoothed modifier can only be used with: delta, increase, rate - not with " + name);
}

const Node& range_argument(const CallNode& call) {
  for (const NodePtr& arg : call.args)
    if (arg->type == ValueType::kMatrix) return unwrap(*arg);
  fail("a range vector is missing");
}
}  // namespace

RangeFunction range_function(Fn id) {
  if (RangeFunction f = rate_function(id)) return f;
  if (RangeFunction f = trend_function(id)) return f;
  return over_time_function(id);
}

Grid Evaluation::call_with_range(const CallNode& call, const Steps& steps) {
  const Node& arg = range_argument(call);
  const Node& first = unwrap(*call.args[0]);
  const Position where = first.kind == Node::Kind::kSubquery ? Position{} : first.position;
  RangeCall range_call{&call, where, nullptr, {}};
  for (const NodePtr& other : call.args)
    if (other->type == ValueType::kScalar) range_call.params.push_back(scalar(*other, steps));
  const RangeFunction function = range_function(call.function->id);
  RangeSource source(*this, arg, steps);
  check_extended(call, source.selector());
  const bool extended = source.selector() && (source.selector()->anchored || source.selector()->smoothed);
  CounterNames names(*this, call, where);
  const bool keeps_name = call.function->id == Fn::kLastOverTime || call.function->id == Fn::kFirstOverTime;
  Grid grid(steps.count);
  Row row;
  Samples samples;
  while (source.next(row, samples)) {
    if (samples.points.empty() && samples.histograms.empty()) continue;
    range_call.labels = row.labels;
    double* cells = grid.add(row.labels, row.drop_name);
    Slider slider(samples, source.reach());
    for (int32_t i = 0; i < steps.count; ++i) {
      Window window = slider.at(reference_ms(*source.reach().when, steps.at(i)));
      if (window.begin == window.end && window.histogram_count == 0) continue;
      poll();
      window.at_ms = steps.at(i);
      window.step = i;
      cells[i] = extended ? extended_cell(*this, range_call, window, *source.selector(), function)
                          : function(*this, range_call, window);
    }
    names.see(*row.labels, cells, grid.steps);
    if (!any_present(cells, grid.steps)) grid.drop_last();
  }
  count_samples(grid.cells.size());
  if (call.function->id == Fn::kAbsentOverTime) return absent_cells(*this, grid, arg);
  if (!keeps_name) drop_names(grid);
  return grid;
}

Matrix Evaluation::matrix(const Node& node, int64_t at_ms) {
  const Steps once{at_ms, 1, 1};
  RangeSource source(*this, node, once);
  Matrix matrix;
  Row row;
  Samples samples;
  while (source.next(row, samples)) {
    Slider slider(samples, source.reach());
    const Window window = slider.at(reference_ms(*source.reach().when, at_ms));
    Series series;
    series.points.assign(window.begin, window.end);
    if (window.histogram_count > 0)
      series.histograms.assign(window.histograms, window.histograms + window.histogram_count);
    const SelectorNode* selector = source.selector();
    if (selector && (selector->anchored || selector->smoothed)) {
      if (window.histogram_count > 0) fail_extended_histograms();
      series.points = extend_to_range(window.begin, window.end, window.from_ms, window.to_ms, selector->smoothed);
    }
    if (series.points.empty() && series.histograms.empty()) continue;
    const LabelSet* labels = row.drop_name ? without_metadata(arena_, *row.labels) : row.labels;
    series.labels = labels->labels();
    matrix.push_back(std::move(series));
  }
  std::sort(matrix.begin(), matrix.end(), [](const Series& a, const Series& b) { return a.labels < b.labels; });
  for (size_t i = 1; i < matrix.size(); ++i)
    if (matrix[i].labels == matrix[i - 1].labels) fail("vector cannot contain metrics with the same labelset");
  return matrix;
}

}  // namespace reeve::promql
