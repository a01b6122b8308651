/// \file
/// What should the asker know beside the answer? Warnings and infos, each said once, with where in the expression.
///
/// What is said at several places names the last one, as Prometheus does.
/// Source of the texts: Prometheus' util/annotations.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
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
  std::unordered_map<std::string, size_t> said_;  // the text without its position: its place in the list
};

/// ` for metric name "x"`, or nothing when there is no name.
std::string for_metric(std::string_view metric);

}  // namespace reeve::promql
