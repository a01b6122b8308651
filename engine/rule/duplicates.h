/// \file
/// Which rules of a file write the same series? Name and labels as the file has them, as promtool's lint sees it.
#pragma once

#include <string>
#include <vector>

#include "rule/rule.h"

namespace reeve::rule {

/// What rules must have in common to write the same series.
struct Written {
  std::string name;
  model::Labels labels;
  auto operator<=>(const Written&) const = default;
};

struct Duplicate {
  Written written;
  std::vector<std::string> positions;  ///< of its rules, at least two, as they stand in the file
};

/// Sorted by what they write.
std::vector<Duplicate> duplicates_of(const std::vector<Group>& groups);

}  // namespace reeve::rule
