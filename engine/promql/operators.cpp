#include "promql/operators.h"

#include <cmath>

#include "promql/histogram_math.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
bool holds(Tok op, double left, double right) {
  switch (op) {
    case Tok::kEqualCompare:
      return left == right;
    case Tok::kNotEqual:
      return left != right;
    case Tok::kLess:
      return left < right;
    case Tok::kLessEqual:
      return left <= right;
    case Tok::kGreater:
      return left > right;
    default:
      return left >= right;
  }
}

double arithmetic(Tok op, double left, double right) {
  switch (op) {
    case Tok::kAdd:
      return left + right;
    case Tok::kSub:
      return left - right;
    case Tok::kMul:
      return left * right;
    case Tok::kDiv:
      return left / right;
    case Tok::kMod:
      return std::fmod(left, right);
    case Tok::kPow:
      return std::pow(left, right);
    default:
      return std::atan2(left, right);
  }
}
}  // namespace

double scalar_operation(Tok op, double left, double right) {
  if (is_comparison(op)) return holds(op, left, right) ? 1 : 0;
  return arithmetic(op, left, right);
}

bool drops_name(Tok op) {
  return !is_comparison(op) && !is_set_operator(op) && op != Tok::kTrimUpper && op != Tok::kTrimLower;
}

double SampleOperation::bool_of(bool comparison_holds, double kept) const {
  if (node_.return_bool) return comparison_holds ? 1 : 0;
  return comparison_holds ? kept : absent();
}

double SampleOperation::incompatible(const char* left, const char* right) const {
  eval_.annotations().info("incompatible sample types encountered for binary operator " + quote(token_text(node_.op)) +
                               ": " + left + " " + std::string(token_text(node_.op)) + " " + right,
                           node_.position);
  return node_.return_bool ? 0 : absent();
}

double SampleOperation::operator()(double left, double right) const {
  if (is_histogram(left) || is_histogram(right)) return with_histogram(left, right);
  if (is_comparison(node_.op)) return bool_of(holds(node_.op, left, right), left);
  if (node_.op == Tok::kTrimUpper || node_.op == Tok::kTrimLower) return incompatible("float", "float");
  return arithmetic(node_.op, left, right);
}

double SampleOperation::with_histogram(double left, double right) const {
  const Tok op = node_.op;
  if (!is_histogram(left)) {
    if (op == Tok::kMul) return eval_.keep(scaled(eval_.histogram(right), left));
    return incompatible("float", "histogram");
  }
  const series::Histogram& histogram = eval_.histogram(left);
  if (!is_histogram(right)) {
    if (op == Tok::kMul) return eval_.keep(scaled(histogram, right));
    if (op == Tok::kDiv) return eval_.keep(divided(histogram, right));
    if (op == Tok::kTrimUpper || op == Tok::kTrimLower)
      return eval_.keep(trimmed(histogram, right, op == Tok::kTrimUpper));
    return incompatible("histogram", "float");
  }
  const series::Histogram& other = eval_.histogram(right);
  if (op == Tok::kEqualCompare) return bool_of(equal(histogram, other), left);
  if (op == Tok::kNotEqual) return bool_of(!equal(histogram, other), left);
  if (op != Tok::kAdd && op != Tok::kSub) return incompatible("histogram", "histogram");
  const Combined combined = op == Tok::kAdd ? added(histogram, other) : subtracted(histogram, other);
  annotate(eval_.annotations(), combined, op == Tok::kAdd ? "addition" : "subtraction", node_.position);
  if (!combined.result) {
    eval_.annotations().warn(
        "incompatible bucket layout encountered for binary operator " + std::string(token_text(op)), node_.position);
    return absent();
  }
  using Hint = series::Histogram::ResetHint;
  return eval_.keep(op == Tok::kSub ? with_hint(*combined.result, Hint::kGauge) : combined.result);
}

}  // namespace reeve::promql
