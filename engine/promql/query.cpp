// The front door of evaluation: instant() and range().
#include "promql/eval.h"

namespace reeve::promql {

namespace {
template <class Run>
base::Result<Answer> guarded(Run&& run) {
  try {
    return run();
  } catch (const EvalFailure& failure) {
    return base::Error{failure.fault, failure.text};
  }
}

const char* range_type_name(ValueType type) {
  return type == ValueType::kString ? "string" : "range vector";
}
}  // namespace

base::Result<Answer> instant(const Expr& expr, const series::Source& source, int64_t at_ms, const Options& options,
                             const Cancel* cancel) {
  return guarded([&] { return Evaluation(expr, source, {at_ms, 1, 1}, options, cancel).instant(); });
}

base::Result<Answer> range(const Expr& expr, const series::Source& source, int64_t start_ms, int64_t end_ms,
                           int64_t step_ms, const Options& options, const Cancel* cancel) {
  if (expr.type() != ValueType::kVector && expr.type() != ValueType::kScalar)
    return base::invalid(std::string("invalid expression type \"") + range_type_name(expr.type()) +
                         "\" for range query, must be Scalar or instant Vector");
  if (step_ms < 1)
    return base::invalid("zero or negative query resolution step widths are not accepted. Try a positive integer");
  if (end_ms < start_ms) return base::invalid("end timestamp must not be before start time");
  uint64_t span = static_cast<uint64_t>(end_ms) - static_cast<uint64_t>(start_ms);
  const uint64_t count = span / static_cast<uint64_t>(step_ms) + 1;
  if (count > static_cast<uint64_t>(options.max_samples) || count > INT32_MAX)
    return base::Error{base::Fault::kRefused,
                       "query processing would load too many samples into memory in query execution"};
  const Steps steps{start_ms, step_ms, static_cast<int32_t>(count)};
  return guarded([&] { return Evaluation(expr, source, steps, options, cancel).range(); });
}

}  // namespace reeve::promql
