/// \file
/// What should the asker know beside the answer? Warnings and infos, each said once, with where in the expression.
///
/// Source of the texts: Prometheus' util/annotations.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "promql/token.h"

namespace reeve::promql {

class Annotations {
 public:
  explicit Annotations(std::string_view expression) : expression_(expression) {}
  /// `text` without "PromQL warning: "; the position is appended.
  void warn(const std::string& text, Position where);
  void info(const std::string& text, Position where);
  std::vector<std::string> warnings, infos;

 private:
  void add(std::vector<std::string>& list, const char* kind, const std::string& text, Position where);
  std::string_view expression_;
  std::unordered_set<std::string> said_;
};

/// ` for metric name "x"`, or nothing when there is no name.
std::string for_metric(std::string_view metric);

}  // namespace reeve::promql
