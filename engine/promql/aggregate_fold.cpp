// Aggregations that fold the samples of a group into one number.
#include <cmath>

#include "promql/aggregations.h"
#include "promql/numeric.h"

namespace reeve::promql {

namespace {
struct SumFold {
  Sum sum;
  void add(double v) { sum.add(v); }
  double value() const { return sum.value(); }
};
struct MeanFold {
  Mean mean;
  void add(double v) { mean.add(v); }
  double value() const { return mean.value(); }
};
struct CountFold {
  double count = 0;
  void add(double) { ++count; }
  double value() const { return count; }
};
struct GroupFold {
  void add(double) {}
  double value() const { return 1; }
};
struct MaxFold {
  double most = std::nan("");
  void add(double v) {
    if (most < v || std::isnan(most)) most = v;
  }
  double value() const { return most; }
};
struct MinFold {
  double least = std::nan("");
  void add(double v) {
    if (least > v || std::isnan(least)) least = v;
  }
  double value() const { return least; }
};
struct VarianceFold {
  Variance variance;
  void add(double v) { variance.add(v); }
  double value() const { return variance.value(); }
};
struct DeviationFold {
  Variance variance;
  void add(double v) { variance.add(v); }
  double value() const { return std::sqrt(variance.value()); }
};

enum class Histograms { kCount, kIgnore };

template <class Fold>
Grid fold_with(Evaluation& eval, const Aggregation& a, Histograms histograms) {
  Grid out = group_grid(eval, a);
  struct Cell {
    Fold fold;
    bool seen = false;
  };
  std::vector<Cell> cells(out.cells.size());
  bool ignored = false;
  for (size_t i = 0; i < a.in.size(); ++i) {
    const double* in = a.in.row(i);
    Cell* group = cells.data() + a.groups.of_row[i] * out.steps;
    for (size_t step = 0; step < out.steps; ++step) {
      if (is_absent(in[step])) continue;
      if (is_histogram(in[step]) && histograms == Histograms::kIgnore) {
        ignored = true;
        continue;
      }
      group[step].fold.add(in[step]);
      group[step].seen = true;
    }
  }
  for (size_t i = 0; i < cells.size(); ++i)
    if (cells[i].seen) out.cells[i] = cells[i].fold.value();
  if (ignored) {
    info_ignored_histogram(eval, a.node, a.node.inner->position);
    out.compact();
  }
  return out;
}

Grid fold_quantile(Evaluation& eval, const Aggregation& a) {
  Grid out = group_grid(eval, a);
  std::vector<std::vector<double>> values(a.groups.size());
  bool ignored = false;
  for (size_t step = 0; step < out.steps; ++step) {
    for (auto& group : values) group.clear();
    for (size_t i = 0; i < a.in.size(); ++i) {
      const double cell = a.in.row(i)[step];
      if (is_float(cell)) values[a.groups.of_row[i]].push_back(cell);
      ignored = ignored || is_histogram(cell);
    }
    for (size_t group = 0; group < values.size(); ++group)
      if (!values[group].empty()) out.row(group)[step] = quantile(a.parameter[step], values[group]);
  }
  if (ignored) info_ignored_histogram(eval, a.node, a.node.inner->position);
  out.compact();
  return out;
}
}  // namespace

Grid fold(Evaluation& eval, const Aggregation& a) {
  switch (a.node.op) {
    case Tok::kSum:
      return fold_with<SumFold>(eval, a, Histograms::kIgnore);
    case Tok::kAvg:
      return fold_with<MeanFold>(eval, a, Histograms::kIgnore);
    case Tok::kCount:
      return fold_with<CountFold>(eval, a, Histograms::kCount);
    case Tok::kGroup:
      return fold_with<GroupFold>(eval, a, Histograms::kCount);
    case Tok::kMax:
      return fold_with<MaxFold>(eval, a, Histograms::kIgnore);
    case Tok::kMin:
      return fold_with<MinFold>(eval, a, Histograms::kIgnore);
    case Tok::kStddev:
      return fold_with<DeviationFold>(eval, a, Histograms::kIgnore);
    case Tok::kStdvar:
      return fold_with<VarianceFold>(eval, a, Histograms::kIgnore);
    case Tok::kQuantile:
      return fold_quantile(eval, a);
    default:
      fail("aggregation " + std::string(token_text(a.node.op)) + " is not known to the evaluator");
  }
}

}  // namespace reeve::promql
