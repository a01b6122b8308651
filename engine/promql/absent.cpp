#include "promql/absent.h"

#include <algorithm>
#include <set>

namespace reeve::promql {

namespace {
using Kind = series::Matcher::Kind;

const SelectorNode* selector_in(const Node& arg) {
  if (arg.kind == Node::Kind::kSelector) return &as<SelectorNode>(arg);
  if (arg.kind == Node::Kind::kMatrix) return as<MatrixNode>(arg).selector.get();
  return nullptr;
}

const LabelSet* labels_for(Evaluation& eval, const Node& arg) {
  LabelEditor labels(eval.arena());
  const SelectorNode* selector = selector_in(arg);
  if (!selector) return labels.done();
  std::set<std::string> named, denied;
  for (const series::Matcher& m : selector->matchers) {
    if (m.name == model::kNameLabel) continue;
    // A label that is asked for twice, or otherwise than with `=`, is left out.
    const bool negative = m.kind == Kind::kNotEqual || m.kind == Kind::kNotRegex;
    if (m.kind == Kind::kEqual && named.insert(m.name).second) {
      labels.set(m.name, m.value);
    } else if (negative) {
      denied.insert(m.name);
    } else {
      labels.erase(LabelName(m.name));
    }
  }
  // Prometheus looks at what only excludes last, wherever it is written.
  for (const std::string& name : denied) labels.erase(LabelName(name));
  return labels.done();
}
}  // namespace

Grid absent_cells(Evaluation& eval, const Grid& grid, const Node& arg) {
  Grid result(static_cast<int32_t>(grid.steps));
  double* cells = result.add(labels_for(eval, arg), false);
  std::fill_n(cells, grid.steps, 1.0);
  for (size_t i = 0; i < grid.size(); ++i)
    for (size_t step = 0; step < grid.steps; ++step)
      if (!is_absent(grid.row(i)[step])) cells[step] = absent();
  result.compact();
  return result;
}

}  // namespace reeve::promql
