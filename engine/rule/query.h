/// \file
/// What does a rule's expression give at one instant?
///
/// Core thread.
#pragma once

#include "promql/promql.h"

namespace reeve::rule {

/// The options under which rules are evaluated: those of a Prometheus with its default flags.
promql::Options query_options(base::Duration subquery_step);

/// A scalar is one element without labels. \errors kInvalid: "rule result is not a vector or scalar", and promql's.
base::Result<promql::Vector> query(const promql::Expr& expr, const series::Source& source, int64_t at_ms,
                                   const promql::Options& options);

}  // namespace reeve::rule
