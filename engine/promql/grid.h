/// \file
/// What does a node give at every step? A grid: one row for each series, one cell for each step.
///
/// A cell is a double. Two kinds of signalling NaN, which no arithmetic makes, say more: that there is no sample, and
/// that the sample is the native histogram of that number in the evaluation's pool.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "promql/arena.h"

namespace reeve::promql {

inline constexpr uint64_t kAbsentBits = 0x7ff0000000000003ULL;
inline constexpr uint64_t kHistogramBits = 0x7ff1000000000000ULL;

inline double absent() {
  return std::bit_cast<double>(kAbsentBits);
}
inline bool is_absent(double cell) {
  return std::bit_cast<uint64_t>(cell) == kAbsentBits;
}
inline bool is_histogram(double cell) {
  return std::bit_cast<uint64_t>(cell) >> 32 == kHistogramBits >> 32;
}
/// A number that somebody may calculate with.
inline bool is_float(double cell) {
  return !is_absent(cell) && !is_histogram(cell);
}
inline double histogram_cell(uint32_t index) {
  return std::bit_cast<double>(kHistogramBits | index);
}
inline uint32_t histogram_index(double cell) {
  return static_cast<uint32_t>(std::bit_cast<uint64_t>(cell));
}
/// A sample as it was stored, as a cell: a NaN with odd bits becomes the plain one.
inline double plain(double value) {
  return value == value ? value : std::bit_cast<double>(0x7ff8000000000001ULL);
}

/// The times at which something is evaluated.
struct Steps {
  int64_t start = 0;  ///< ms
  int64_t step = 1;   ///< ms
  int32_t count = 1;
  int64_t at(int32_t i) const { return start + i * step; }
  int64_t last() const { return at(count - 1); }
};

struct Row {
  const LabelSet* labels = nullptr;
  bool drop_name = false;  ///< its metric name goes when the result is made
};

struct Grid {
  explicit Grid(int32_t step_count = 1) : steps(static_cast<size_t>(step_count)) {}
  size_t steps;
  std::vector<Row> rows;
  std::vector<double> cells;

  size_t size() const { return rows.size(); }
  double* row(size_t i) { return cells.data() + i * steps; }
  const double* row(size_t i) const { return cells.data() + i * steps; }
  /// A new row whose cells are all absent; pointers to earlier rows end.
  double* add(const LabelSet* labels, bool drop_name) {
    rows.push_back({labels, drop_name});
    cells.resize(cells.size() + steps, absent());
    return cells.data() + cells.size() - steps;
  }
  /// Takes away the newest row.
  void drop_last() {
    rows.pop_back();
    cells.resize(cells.size() - steps);
  }
  /// Takes away the rows without any sample.
  void compact();
};

/// True when a cell of the row is not absent.
bool any_present(const double* cells, size_t count);

}  // namespace reeve::promql
