#include "promql/grid.h"

#include <algorithm>

namespace reeve::promql {

bool any_present(const double* cells, size_t count) {
  return std::any_of(cells, cells + count, [](double cell) { return !is_absent(cell); });
}

void Grid::compact() {
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!any_present(row(i), steps)) continue;
    if (kept != i) {
      rows[kept] = rows[i];
      std::copy_n(row(i), steps, row(kept));
    }
    ++kept;
  }
  rows.resize(kept);
  cells.resize(kept * steps);
}

}  // namespace reeve::promql
