#include "rule/query.h"

namespace reeve::rule {

promql::Options query_options(base::Duration subquery_step) {
  promql::Options options;
  options.delayed_name_removal = false;
  options.subquery_step = subquery_step;
  return options;
}

base::Result<promql::Vector> query(const promql::Expr& expr, const series::Source& source, int64_t at_ms,
                                   const promql::Options& options) {
  REEVE_TRY(promql::Answer answer, promql::instant(expr, source, at_ms, options));
  if (auto* vector = std::get_if<promql::Vector>(&answer.value)) return std::move(*vector);
  if (const auto* scalar = std::get_if<promql::Scalar>(&answer.value))
    return promql::Vector{{model::Labels{}, scalar->ms, scalar->value}};
  return base::invalid("rule result is not a vector or scalar");
}

}  // namespace reeve::rule
