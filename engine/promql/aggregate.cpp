// Aggregations: their parameter and its limits, grouping, and which family does the work.
#include <algorithm>
#include <cmath>

#include "promql/aggregations.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
constexpr double kMostInt64 = 9223372036854774784.0;
constexpr double kLeastInt64 = -9223372036854775808.0;

bool has_nan(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}
double largest(const std::vector<double>& values) {
  double most = -INFINITY;
  for (const double v : values) most = std::fmax(most, v);
  return most;
}
double smallest(const std::vector<double>& values) {
  double least = INFINITY;
  for (const double v : values) least = std::fmin(least, v);
  return least;
}

// False: no row can be chosen.
bool check_count(const std::vector<double>& k) {
  if (has_nan(k)) fail("Parameter value is NaN");
  if (largest(k) < 1) return false;
  if (smallest(k) <= kLeastInt64) fail("Scalar value " + short_number(smallest(k)) + " underflows int64");
  if (largest(k) >= kMostInt64) fail("Scalar value " + short_number(largest(k)) + " overflows int64");
  return true;
}

bool check_ratio(Evaluation& eval, const AggregateNode& node, std::vector<double>& ratio) {
  if (has_nan(ratio)) fail("Ratio value is NaN");
  const double most = largest(ratio), least = smallest(ratio);
  const auto warn = [&](double got, const char* cap) {
    eval.annotations().warn("ratio value should be between -1 and 1, got " + short_number(got) + ", capping to " + cap,
                            node.parameter->position);
  };
  if (most > 1) warn(most, "1");
  if (least < -1) warn(least, "-1");
  for (double& r : ratio) r = std::clamp(r, -1.0, 1.0);
  return most != 0 || least != 0;
}

void check_quantile(Evaluation& eval, const AggregateNode& node, const std::vector<double>& q) {
  const auto warn = [&](double got) {
    eval.annotations().warn("quantile value should be between 0 and 1, got " + short_number(got),
                            node.parameter->position);
  };
  if (has_nan(q)) warn(std::nan(""));
  if (largest(q) > 1) warn(largest(q));
  if (smallest(q) < 0) warn(smallest(q));
}

bool has_histogram(const Grid& grid) {
  return std::any_of(grid.cells.begin(), grid.cells.end(), is_histogram);
}
}  // namespace

Grid group_grid(Evaluation& eval, const Aggregation& a) {
  Grid grid(a.steps.count);
  grid.rows.reserve(a.groups.size());
  const auto& names = a.node.grouping;
  const bool by_name = !a.node.without && std::find(names.begin(), names.end(), model::kNameLabel) != names.end();
  for (const size_t first : a.groups.first) {
    const Row& row = a.in.rows[first];
    grid.rows.push_back({a.subset.pick(eval.arena(), *row.labels), by_name && row.drop_name});
  }
  grid.cells.resize(grid.size() * grid.steps, absent());
  eval.count_samples(grid.cells.size());
  return grid;
}

void info_ignored_histogram(Evaluation& eval, const AggregateNode& node, Position where) {
  eval.annotations().info("ignored histogram in " + std::string(token_text(node.op)) + " aggregation", where);
}

Grid Evaluation::aggregate(const AggregateNode& node, const Steps& steps) {
  std::vector<double> parameter;
  bool any = true;
  if (node.parameter && node.op != Tok::kCountValues) {
    parameter = scalar(*node.parameter, steps);
    if (node.op == Tok::kQuantile) {
      check_quantile(*this, node, parameter);
    } else if (node.op == Tok::kLimitRatio) {
      any = check_ratio(*this, node, parameter);
    } else {
      any = check_count(parameter);
    }
  }
  if (!any) return Grid(steps.count);
  const Grid in = vector(*node.inner, steps);
  if (node.op == Tok::kCountValues) return count_values(*this, node, in);
  const Subset subset(node.without ? Subset::Mode::kAllBut : Subset::Mode::kOnly, node.grouping);
  const Groups groups = group_rows(in.rows, subset);
  const Aggregation a{node, steps, in, groups, subset, std::move(parameter)};
  switch (node.op) {
    case Tok::kTopK:
    case Tok::kBottomK:
    case Tok::kLimitK:
    case Tok::kLimitRatio:
      return pick(*this, a);
    case Tok::kSum:
    case Tok::kAvg:
      return has_histogram(in) ? fold_histograms(*this, a) : fold(*this, a);
    default:
      return fold(*this, a);
  }
}

}  // namespace reeve::promql
