// The sort functions: they order what an instant query answers; in a range query they change nothing.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "promql/calls.h"

namespace reeve::promql {

namespace {
// Puts the rows in the order of `order`.
void reorder(Grid& grid, const std::vector<size_t>& order) {
  Grid sorted(static_cast<int32_t>(grid.steps));
  for (const size_t i : order) {
    sorted.rows.push_back(grid.rows[i]);
    sorted.cells.insert(sorted.cells.end(), grid.row(i), grid.row(i) + grid.steps);
  }
  grid = std::move(sorted);
}

std::vector<size_t> indexes(const Grid& grid) {
  std::vector<size_t> order(grid.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  return order;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A run of digits or of other characters at the front.
std::string_view run(std::string_view text) {
  const bool digits = is_digit(text[0]);
  size_t end = 1;
  while (end < text.size() && is_digit(text[end]) == digits) ++end;
  return text.substr(0, end);
}

int compare_numbers(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a[0] == '0') a.remove_prefix(1);
  while (b.size() > 1 && b[0] == '0') b.remove_prefix(1);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

// Runs of digits by their number, other runs by their bytes: pod-2 before pod-10.
int compare_naturally(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    const std::string_view left = run(a), right = run(b);
    const bool numbers = is_digit(left[0]) && is_digit(right[0]);
    const int by_run = numbers ? compare_numbers(left, right) : left.compare(right);
    if (by_run != 0) return by_run;
    a.remove_prefix(left.size());
    b.remove_prefix(right.size());
  }
  if (a.empty() != b.empty()) return a.empty() ? -1 : 1;
  return whole_a.compare(whole_b);
}

void warn_in_range(Evaluation& eval, const CallNode& call, const Steps& steps) {
  if (steps.count > 1)
    eval.annotations().warn("sort is ineffective for range queries since results are always ordered by labels",
                            call.position);
}
}  // namespace

Grid apply_sort(Evaluation& eval, const CallNode& call, const Steps& steps, bool descending) {
  Grid grid = eval.vector(*call.args[0], steps);
  warn_in_range(eval, call, steps);
  for (double& cell : grid.cells)
    if (is_histogram(cell)) cell = absent();
  grid.compact();
  if (eval.is_range() || steps.count != 1) return grid;
  std::vector<size_t> order = indexes(grid);
  std::sort(order.begin(), order.end(), [&](size_t i, size_t k) {
    const double a = grid.row(i)[0], b = grid.row(k)[0];
    if (std::isnan(a) != std::isnan(b)) return std::isnan(b);
    if (std::isnan(a) || a == b) return i < k;
    return descending ? a > b : a < b;
  });
  reorder(grid, order);
  return grid;
}

Grid apply_sort_by_label(Evaluation& eval, const CallNode& call, const Steps& steps, bool descending) {
  Grid grid = eval.vector(*call.args[0], steps);
  warn_in_range(eval, call, steps);
  if (eval.is_range() || steps.count != 1) return grid;
  std::vector<std::string> names;
  for (size_t i = 1; i < call.args.size(); ++i) names.push_back(eval.text(*call.args[i]));
  std::vector<size_t> order = indexes(grid);
  const auto compare_rows = [&](size_t i, size_t k) {
    const LabelSet &a = *grid.rows[i].labels, &b = *grid.rows[k].labels;
    for (const std::string& name : names)
      if (const int by_label = compare_naturally(a.value(LabelName(name)), b.value(LabelName(name)))) return by_label;
    return series::compare(a, b);
  };
  std::sort(order.begin(), order.end(),
            [&](size_t i, size_t k) { return descending ? compare_rows(i, k) > 0 : compare_rows(i, k) < 0; });
  reorder(grid, order);
  return grid;
}

}  // namespace reeve::promql
