// The histogram_* functions, on classic buckets and on native histograms.
#include <cmath>
#include <optional>

#include "base/text.h"
#include "promql/calls.h"
#include "promql/classic.h"
#include "promql/forced_monotonic.h"
#include "promql/grouping.h"
#include "promql/histogram_math.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
const LabelName& bucket_label() {
  static const LabelName name("le");
  return name;
}

// Functions of native histograms only: floats give nothing.
template <class F>
Grid each_histogram(Evaluation& eval, const Node& arg, const Steps& steps, F&& f) {
  Grid grid = eval.vector(arg, steps);
  for (double& cell : grid.cells) cell = is_histogram(cell) ? f(eval.histogram(cell)) : absent();
  grid.compact();
  eval.drop_names(grid);
  return grid;
}

// The classic buckets and native histograms of one vector, sorted out by their labels but `le`.
struct Sorted {
  struct Group {
    const LabelSet* labels = nullptr;  // without le, with the name
    bool drop_name = true;
    std::vector<std::pair<size_t, double>> buckets;  // row, upper bound
    std::optional<size_t> native;                    // row
  };
  std::vector<Group> groups;
};

class Sorter {
 public:
  Sorter(Evaluation& eval, const Grid& grid, const Node& arg) : eval_(eval), grid_(grid), arg_(arg) {}

  Sorted sort() {
    Sorted sorted;
    for (size_t i = 0; i < grid_.size(); ++i) {
      bool floats = false, histograms = false;
      for (size_t step = 0; step < grid_.steps; ++step) {
        floats = floats || is_float(grid_.row(i)[step]);
        histograms = histograms || is_histogram(grid_.row(i)[step]);
      }
      if (histograms) group(sorted, *grid_.rows[i].labels).native = i;
      if (floats) add_bucket(sorted, i);
    }
    return sorted;
  }

 private:
  void add_bucket(Sorted& sorted, size_t i) {
    const LabelSet& labels = *grid_.rows[i].labels;
    const std::string_view le = labels.value(bucket_label());
    double upper = 0;
    if (!parse_float(le, upper)) {
      eval_.annotations().warn("bucket label \"le\" is missing or has a malformed value of " + quote(le) +
                                   for_metric(labels.value(metric_name_label())),
                               arg_.position);
      return;
    }
    LabelEditor editor(eval_.arena(), labels);
    editor.erase(bucket_label());
    group(sorted, *editor.done()).buckets.emplace_back(i, upper);
  }
  Sorted::Group& group(Sorted& sorted, const LabelSet& labels) {
    const auto [g, fresh] =
        index_.add(labels.hash(), [&](uint32_t known) { return same(*sorted.groups[known].labels, labels); });
    if (fresh) sorted.groups.push_back({&labels, true, {}, {}});
    return sorted.groups[g];
  }
  Evaluation& eval_;
  const Grid& grid_;
  const Node& arg_;
  HashIndex index_;
};

void warn_quantile(Evaluation& eval, double q, const Node& where) {
  if (q >= 0 && q <= 1) return;
  eval.annotations().warn("quantile value should be between 0 and 1, got " + short_number(q), where.position);
}

void info_nan(Evaluation& eval, NanEffect effect, const LabelSet& labels, const Node& where) {
  if (effect == NanEffect::kNone) return;
  const char* result = effect == NanEffect::kSkewed ? "result is skewed higher" : "result is NaN";
  eval.annotations().info("input to histogram_quantile has NaN observations, " + std::string(result) +
                              for_metric(labels.value(metric_name_label())),
                          where.position);
}

// Asks every histogram of a vector: `classic(step, buckets)` or `native(step, histogram)`; `finish(group, labels)`
// makes the labels of the result.
template <class Classic, class Native>
void ask_histograms(Evaluation& eval, const Grid& grid, const Sorted::Group& group, const Node& arg, double* cells,
                    Classic&& classic, Native&& native) {
  for (size_t step = 0; step < grid.steps; ++step) {
    std::vector<ClassicBucket> buckets;
    for (const auto& [row, upper] : group.buckets)
      if (is_float(grid.row(row)[step])) buckets.push_back({upper, grid.row(row)[step]});
    const bool has_native = group.native && is_histogram(grid.row(*group.native)[step]);
    if (has_native && !buckets.empty()) {
      eval.annotations().warn("vector contains a mix of classic and native histograms" +
                                  for_metric(group.labels->value(metric_name_label())),
                              arg.position);
    } else if (has_native) {
      cells[step] = native(step, eval.histogram(grid.row(*group.native)[step]));
    } else if (!buckets.empty()) {
      cells[step] = classic(step, buckets);
    }
  }
}

// One row of quantiles for each histogram. `label`: with the quantile in a label of that name.
void add_quantiles(Evaluation& eval, const Grid& grid, const Sorted& sorted, const Node& arg,
                   const std::vector<double>& q, const std::string& label, Grid& out, const Steps& steps) {
  for (const Sorted::Group& group : sorted.groups) {
    const LabelSet* labels = group.labels;
    if (!label.empty()) {
      LabelEditor editor(eval.arena(), *labels);
      editor.set(label, open_metrics_number(q[0]));
      labels = editor.done();
    }
    double* cells = out.add(labels, false);
    ForcedMonotonic forced;
    ask_histograms(
        eval, grid, group, arg, cells,
        [&](size_t step, std::vector<ClassicBucket>& buckets) {
          Repair repair;
          const double value = classic_quantile(q[step], buckets, repair);
          forced.note(repair, steps.at(static_cast<int32_t>(step)));
          return value;
        },
        [&](size_t step, const Histogram& h) {
          NanEffect effect = NanEffect::kNone;
          const double value = histogram_quantile(q[step], h, effect);
          info_nan(eval, effect, *group.labels, arg);
          return value;
        });
    forced.annotate(eval.annotations(), group.labels->value(metric_name_label()), arg.position);
    if (!any_present(cells, grid.steps)) out.drop_last();
  }
}

Grid quantile_call(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::vector<double> q = eval.scalar(*call.args[0], steps);
  const Node& arg = *call.args[1];
  const Grid grid = eval.vector(arg, steps);
  for (const double one : q) warn_quantile(eval, one, *call.args[0]);
  const Sorted sorted = Sorter(eval, grid, arg).sort();
  Grid out(steps.count);
  add_quantiles(eval, grid, sorted, arg, q, "", out, steps);
  eval.drop_names(out);
  return out;
}

Grid quantiles_call(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const Node& arg = *call.args[0];
  const std::string label = eval.text(*call.args[1]);
  if (label.empty() || !base::is_utf8(label)) fail("invalid label name in histogram_quantiles(): " + label);
  const Grid grid = eval.vector(arg, steps);
  const Sorted sorted = Sorter(eval, grid, arg).sort();
  Grid out(steps.count);
  for (size_t i = 2; i < call.args.size(); ++i) {
    const std::vector<double> q = eval.scalar(*call.args[i], steps);
    for (const double one : q) warn_quantile(eval, one, *call.args[i]);
    add_quantiles(eval, grid, sorted, arg, q, label, out, steps);
  }
  eval.drop_names(out);
  return out;
}

Grid fraction_call(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::vector<double> lower = eval.scalar(*call.args[0], steps), upper = eval.scalar(*call.args[1], steps);
  const Node& arg = *call.args[2];
  const Grid grid = eval.vector(arg, steps);
  const Sorted sorted = Sorter(eval, grid, arg).sort();
  Grid out(steps.count);
  for (const Sorted::Group& group : sorted.groups) {
    double* cells = out.add(group.labels, false);
    ask_histograms(
        eval, grid, group, arg, cells,
        [&](size_t step, std::vector<ClassicBucket>& buckets) {
          return classic_fraction(lower[step], upper[step], buckets);
        },
        [&](size_t step, const Histogram& h) {
          bool has_nan = false;
          const double value = histogram_fraction(lower[step], upper[step], h, has_nan);
          if (has_nan)
            eval.annotations().info(
                "input to histogram_fraction has NaN observations, which are excluded from all fractions" +
                    for_metric(group.labels->value(metric_name_label())),
                arg.position);
          return value;
        });
    if (!any_present(cells, grid.steps)) out.drop_last();
  }
  eval.drop_names(out);
  return out;
}
}  // namespace

bool is_histogram_function(Fn id) {
  switch (id) {
    case Fn::kHistogramAvg:
    case Fn::kHistogramCount:
    case Fn::kHistogramSum:
    case Fn::kHistogramStddev:
    case Fn::kHistogramStdvar:
    case Fn::kHistogramFraction:
    case Fn::kHistogramQuantile:
    case Fn::kHistogramQuantiles:
      return true;
    default:
      return false;
  }
}

Grid apply_histogram(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const auto each = [&](auto&& f) { return each_histogram(eval, *call.args[0], steps, f); };
  switch (call.function->id) {
    case Fn::kHistogramAvg:
      return each([](const Histogram& h) { return h.sum / h.count; });
    case Fn::kHistogramCount:
      return each([](const Histogram& h) { return h.count; });
    case Fn::kHistogramSum:
      return each([](const Histogram& h) { return h.sum; });
    case Fn::kHistogramStddev:
      return each([](const Histogram& h) { return std::sqrt(histogram_variance(h)); });
    case Fn::kHistogramStdvar:
      return each(histogram_variance);
    case Fn::kHistogramFraction:
      return fraction_call(eval, call, steps);
    case Fn::kHistogramQuantiles:
      return quantiles_call(eval, call, steps);
    default:
      return quantile_call(eval, call, steps);
  }
}

}  // namespace reeve::promql
