// What a computed duration comes to.
#include <cmath>

#include "promql/ast.h"
#include "promql/fail.h"

namespace reeve::promql {

namespace {
[[noreturn]] void fail_at(const DurationNode& node, const char* what) {
  fail(std::to_string(node.position.begin) + ":" + std::to_string(node.position.end) + ": " + what);
}
}  // namespace

double duration_seconds(const DurationNode& node, double step_s, double range_s) {
  using Op = DurationNode::Op;
  const double left = node.left ? duration_seconds(*node.left, step_s, range_s) : 0;
  const double right = node.right ? duration_seconds(*node.right, step_s, range_s) : 0;
  switch (node.op) {
    case Op::kNumber:
      return node.seconds;
    case Op::kAdd:
      return left + right;
    case Op::kSub:
      return left - right;
    case Op::kMul:
      return left * right;
    case Op::kDiv:
      if (right == 0) fail_at(node, "division by zero");
      return left / right;
    case Op::kMod:
      if (right == 0) fail_at(node, "modulo by zero");
      return std::fmod(left, right);
    case Op::kPow:
      return std::pow(left, right);
    case Op::kPlus:
      return right;
    case Op::kMinus:
      return -right;
    case Op::kStep:
      return step_s;
    case Op::kRange:
      return range_s;
    case Op::kMin:
      return std::fmin(left, right);
    case Op::kMax:
      return std::fmax(left, right);
  }
  return 0;
}

}  // namespace reeve::promql
