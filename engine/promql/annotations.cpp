#include "promql/annotations.h"

#include "promql/fail.h"
#include "promql/quote.h"

namespace reeve::promql {

void Annotations::add(std::vector<std::string>& list, const char* kind, const std::string& text, Position where) {
  const auto [known, first] = said_.try_emplace(kind + text, list.size());
  if (first) list.emplace_back();
  list[known->second] = known->first + " (" + line_and_column(expression_, where.begin) + ")";
}

void Annotations::warn(const std::string& text, Position where) {
  add(warnings, "PromQL warning: ", text, where);
}

void Annotations::info(const std::string& text, Position where) {
  add(infos, "PromQL info: ", text, where);
}

std::string for_metric(std::string_view metric) {
  return metric.empty() ? "" : " for metric name " + quote(metric);
}

}  // namespace reeve::promql
