// sum and avg where native histograms are among the samples.
#include "promql/aggregations.h"
#include "promql/histogram_math.h"
#include "promql/numeric.h"

namespace reeve::promql {

namespace {
struct Cell {
  Sum sum;
  Mean mean;
  HistogramPtr total;
  double count = 0;
  bool floats = false, histograms = false, incompatible = false, resets = false, no_resets = false;
};

class HistogramFold {
 public:
  HistogramFold(Evaluation& eval, const Aggregation& a) : eval_(eval), a_(a), average_(a.node.op == Tok::kAvg) {}

  void add(Cell& cell, double sample, const LabelSet& labels) {
    if (cell.incompatible) return;
    ++cell.count;
    if (!is_histogram(sample)) {
      cell.floats = true;
      cell.sum.add(sample);
      cell.mean.add(sample);
      return;
    }
    const Histogram& h = eval_.histogram(sample);
    cell.histograms = true;
    // A histogram among floats makes the group invalid: no point in adding it up.
    if (!cell.total && cell.floats) return;
    cell.resets = cell.resets || h.hint == Histogram::ResetHint::kReset;
    cell.no_resets = cell.no_resets || h.hint == Histogram::ResetHint::kNotReset;
    if (!cell.total) {
      cell.total = eval_.shared_histogram(sample);
      return;
    }
    const Combined next = average_ ? mean_step(cell, h) : added(*cell.total, h);
    if (!next.result) {
      cell.incompatible = true;
      eval_.annotations().warn("vector contains a mix of histograms with exponential and custom buckets schemas" +
                                   for_metric(labels.value(metric_name_label())),
                               a_.node.inner->position);
      return;
    }
    Combined bounds;
    bounds.bounds_reconciled = next.bounds_reconciled;
    annotate(eval_.annotations(), bounds, "aggregation", a_.node.inner->position);
    cell.total = next.result;
  }

  double result(const Cell& cell) {
    if (cell.floats && cell.histograms) {
      eval_.annotations().warn("encountered a mix of histograms and floats for aggregation", a_.node.inner->position);
      return absent();
    }
    if (cell.incompatible) return absent();
    if (!cell.histograms) return average_ ? cell.mean.value() : cell.sum.value();
    if (cell.resets && cell.no_resets)
      eval_.annotations().warn("conflicting counter resets during histogram aggregation", a_.node.inner->position);
    return eval_.keep(at_schema(*cell.total, cell.total->schema));
  }

 private:
  static Combined mean_step(const Cell& cell, const Histogram& h) {
    const Combined change = subtracted(*divided(h, cell.count), *divided(*cell.total, cell.count));
    if (!change.result) return {};
    Combined next = added(*cell.total, *change.result);
    next.bounds_reconciled = next.bounds_reconciled || change.bounds_reconciled;
    return next;
  }
  Evaluation& eval_;
  const Aggregation& a_;
  bool average_;
};
}  // namespace

Grid fold_histograms(Evaluation& eval, const Aggregation& a) {
  Grid out = group_grid(eval, a);
  std::vector<Cell> cells(out.cells.size());
  HistogramFold fold(eval, a);
  for (size_t i = 0; i < a.in.size(); ++i) {
    const double* in = a.in.row(i);
    Cell* group = cells.data() + a.groups.of_row[i] * out.steps;
    for (size_t step = 0; step < out.steps; ++step)
      if (!is_absent(in[step])) fold.add(group[step], in[step], *a.in.rows[i].labels);
  }
  for (size_t i = 0; i < cells.size(); ++i)
    if (cells[i].floats || cells[i].histograms) out.cells[i] = fold.result(cells[i]);
  out.compact();
  return out;
}

}  // namespace reeve::promql
