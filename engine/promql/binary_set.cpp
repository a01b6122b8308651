// and, or, unless: which samples of one side stay, by whether the other side has any with the same labels.
#include <algorithm>

#include "promql/grouping.h"
#include "promql/operators.h"

namespace reeve::promql {

namespace {
// For each group of equal signatures whether a sample is there, step by step.
class Presence {
 public:
  Presence(size_t groups, size_t steps) : steps_(steps), there_(groups * steps, false) {}
  void add(const Grid& grid, const std::vector<uint32_t>& group_of_row) {
    for (size_t i = 0; i < grid.size(); ++i)
      for (size_t step = 0; step < steps_; ++step)
        if (!is_absent(grid.row(i)[step])) there_[group_of_row[i] * steps_ + step] = true;
  }
  bool at(uint32_t group, size_t step) const { return there_[group * steps_ + step]; }

 private:
  size_t steps_;
  std::vector<bool> there_;
};

// The rows of `grid` with those samples for which `keep(row, step)` holds.
template <class Keep>
void append_kept(Grid& out, const Grid& grid, Keep&& keep) {
  for (size_t i = 0; i < grid.size(); ++i) {
    bool any = false;
    for (size_t step = 0; step < grid.steps && !any; ++step) any = !is_absent(grid.row(i)[step]) && keep(i, step);
    if (!any) continue;
    double* cells = out.add(grid.rows[i].labels, grid.rows[i].drop_name);
    for (size_t step = 0; step < grid.steps; ++step)
      if (keep(i, step)) cells[step] = grid.row(i)[step];
  }
}
}  // namespace

Grid set_operation(Evaluation& eval, const BinaryNode& node, const Grid& left, const Grid& right) {
  const Subset subset(node.matching.on ? Subset::Mode::kOnly : Subset::Mode::kAllBut, node.matching.labels);
  std::vector<Row> rows = left.rows;
  rows.insert(rows.end(), right.rows.begin(), right.rows.end());
  const Groups groups = group_rows(rows, subset);
  const auto middle = groups.of_row.begin() + static_cast<std::ptrdiff_t>(left.size());
  const std::vector<uint32_t> left_groups(groups.of_row.begin(), middle), right_groups(middle, groups.of_row.end());
  Presence other(groups.size(), left.steps);
  Grid out(static_cast<int32_t>(left.steps));
  if (node.op == Tok::kOr) {
    other.add(left, left_groups);
    append_kept(out, left, [](size_t, size_t) { return true; });
    append_kept(out, right, [&](size_t i, size_t step) { return !other.at(right_groups[i], step); });
  } else {
    other.add(right, right_groups);
    const bool wanted = node.op == Tok::kAnd;
    append_kept(out, left, [&](size_t i, size_t step) { return other.at(left_groups[i], step) == wanted; });
  }
  eval.count_samples(out.cells.size());
  return out;
}

}  // namespace reeve::promql
