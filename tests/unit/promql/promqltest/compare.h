/// \file
/// Is an answer what a script expects? Empty text: yes; else what differs.
#pragma once

#include <string>

#include "promql/promql.h"
#include "unit/promql/promqltest/script.h"

namespace reeve::promqltest {

/// Equal within 1e-6 of their sum; NaN equals NaN, a stale marker only a stale marker.
bool almost_equal(double a, double b);
std::string compare_instant(const Eval& eval, const promql::Answer& answer);
std::string compare_range(const Eval& eval, const promql::Answer& answer);
std::string compare_annotations(const Eval& eval, const promql::Answer& answer);
/// The text of an error against `expect fail`.
std::string compare_failure(const Eval& eval, const std::string& error);

}  // namespace reeve::promqltest
