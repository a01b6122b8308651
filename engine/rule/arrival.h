/// \file
/// Which rules does a batch concern? By the metric names in it, and by job and instance where a selector names them.
///
/// Core thread. It may name a rule too many, never one too few: what is named is evaluated, and the answer counts.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/sample.h"
#include "promql/promql.h"

namespace reeve::rule {

class Arrival {
 public:
  /// Rule number `rule` reads what these selectors say.
  void add(size_t rule, const std::vector<promql::Selector>& selectors);
  /// The numbers of the rules that read series of this batch, or of the instance's batch before it (a series that is
  /// gone concerns its rules too), each once, in order.
  std::vector<size_t> concerned(const model::Batch& batch);

 private:
  struct Interest {
    size_t rule;
    std::string job, instance;  // empty: any
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return base::fnv1a(text); }
  };
  void mark(const std::vector<Interest>& interests, const model::Sample& sample);

  std::unordered_map<std::string, std::vector<Interest>, TextHash, std::equal_to<>> by_name_;
  std::vector<Interest> any_name_;
  std::map<std::string, std::vector<size_t>> last_;  // of each instance
  std::vector<char> marked_;                         // by rule number; scratch
};

}  // namespace reeve::rule
