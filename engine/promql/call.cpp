// Sends a call to its family.
#include <algorithm>

#include "promql/absent.h"
#include "promql/calls.h"

namespace reeve::promql {

Grid Evaluation::call(const CallNode& call, const Steps& steps) {
  const Fn id = call.function->id;
  const bool ranged = std::any_of(call.args.begin(), call.args.end(),
                                  [](const NodePtr& arg) { return arg->type == ValueType::kMatrix; });
  if (ranged) return call_with_range(call, steps);
  if (const MathFunction f = math_function(id)) return apply_math(*this, call, steps, f);
  if (const TimeFunction f = time_function(id)) return apply_time(*this, call, steps, f);
  if (is_histogram_function(id)) return apply_histogram(*this, call, steps);
  switch (id) {
    case Fn::kAbsent:
      return absent_cells(*this, vector(*call.args[0], steps), unwrap(*call.args[0]));
    case Fn::kClamp:
    case Fn::kClampMax:
    case Fn::kClampMin:
      return apply_clamp(*this, call, steps);
    case Fn::kRound:
      return apply_round(*this, call, steps);
    case Fn::kTimestamp:
      return apply_timestamp(*this, call, steps, false);
    case Fn::kStartTimestamp:
      return apply_timestamp(*this, call, steps, true);
    case Fn::kLabelReplace:
      return apply_label_replace(*this, call, steps);
    case Fn::kLabelJoin:
      return apply_label_join(*this, call, steps);
    case Fn::kSort:
      return apply_sort(*this, call, steps, false);
    case Fn::kSortDesc:
      return apply_sort(*this, call, steps, true);
    case Fn::kSortByLabel:
      return apply_sort_by_label(*this, call, steps, false);
    case Fn::kSortByLabelDesc:
      return apply_sort_by_label(*this, call, steps, true);
    case Fn::kInfo:
      return apply_info(*this, call, steps);
    case Fn::kVector:
      return apply_vector(*this, call, steps);
    default:
      fail("function " + std::string(call.function->name) + " is not known to the evaluator");
  }
}

}  // namespace reeve::promql
