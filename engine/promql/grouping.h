/// \file
/// Which labels count? Subsets of labels by name: the groups of aggregations and the signatures of vector matching.
#pragma once

#include <string>
#include <vector>

#include "promql/grid.h"
#include "promql/hash_index.h"

namespace reeve::promql {

/// `by`, `on`: only the named labels; `without`, `ignoring`: all but the named ones and the metric name.
class Subset {
 public:
  enum class Mode { kOnly, kAllBut };
  Subset(Mode mode, const std::vector<std::string>& names);

  uint64_t hash(const LabelSet& labels) const;
  bool equal(const LabelSet& a, const LabelSet& b) const;
  /// The subset as labels of their own.
  const LabelSet* pick(Arena& arena, const LabelSet& labels) const;
  bool keeps(const Label& label) const;

 private:
  bool named(const Label& label) const;
  Mode mode_;
  std::vector<std::string> texts_;
  std::vector<LabelName> names_;
};

/// As errors show labels: all inside the braces, the metric name too.
std::string labels_text(const LabelSet& labels);

/// Rows put into groups.
struct Groups {
  std::vector<uint32_t> of_row;  ///< the group of each row
  std::vector<size_t> first;     ///< the first row of each group
  size_t size() const { return first.size(); }
};
Groups group_rows(const std::vector<Row>& rows, const Subset& subset);

}  // namespace reeve::promql
