#include "promql/check.h"

#include <algorithm>

#include "promql/fail.h"
#include "promql/functions.h"
#include "promql/quote.h"
#include "series/matching.h"

namespace reeve::promql {

namespace {
using Card = Matching::Card;

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  ValueType check(Node& node) {
    switch (node.kind) {
      case Node::Kind::kNumber:
      case Node::Kind::kString:
        node.constant = true;
        break;
      case Node::Kind::kSelector:
        selector(static_cast<SelectorNode&>(node));
        break;
      case Node::Kind::kMatrix:
        matrix(static_cast<MatrixNode&>(node));
        break;
      case Node::Kind::kSubquery:
        subquery(static_cast<SubqueryNode&>(node));
        break;
      case Node::Kind::kCall:
        call(static_cast<CallNode&>(node));
        break;
      case Node::Kind::kAggregate:
        aggregate(static_cast<AggregateNode&>(node));
        break;
      case Node::Kind::kBinary:
        binary(static_cast<BinaryNode&>(node));
        break;
      case Node::Kind::kUnary:
        unary(static_cast<UnaryNode&>(node));
        break;
      case Node::Kind::kParen: {
        auto& paren = static_cast<ParenNode&>(node);
        check(*paren.inner);
        paren.constant = paren.inner->constant;
        break;
      }
    }
    return node.type;
  }

 private:
  [[noreturn]] static void fail_at(Position where, std::string text) { throw ParseFailure{where, std::move(text)}; }

  void expect(Node& node, ValueType wanted, const std::string& context) {
    const ValueType got = check(node);
    if (got != wanted)
      fail_at(node.position, std::string("expected type ") + value_type_name(wanted) + " in " + context + ", got " +
                                 value_type_name(got));
  }

  // The last matcher is the name before the braces.
  static void name_set_once(const SelectorNode& node) {
    for (size_t i = 0; !node.name.empty() && i + 1 < node.matchers.size(); ++i)
      if (node.matchers[i].name == model::kNameLabel)
        fail_at(node.position,
                "metric name must not be set twice: " + quote(node.name) + " or " + quote(node.matchers[i].value));
  }

  static void selector(SelectorNode& node) {
    name_set_once(node);
    node.constant = node.when.at != When::At::kNone;
    if (!node.name.empty() || node.may_match_all) return;
    const auto compiled = series::compile(node.matchers);
    const bool restricts = compiled.ok() && std::any_of(compiled.value().begin(), compiled.value().end(),
                                                        [](const auto& m) { return !m.matches_empty(); });
    if (!restricts) fail_at(node.position, "vector selector must contain at least one non-empty matcher");
  }

  void matrix(MatrixNode& node) {
    check(*node.selector);
    node.constant = node.selector->constant;
  }

  void subquery(SubqueryNode& node) {
    const ValueType type = check(*node.inner);
    if (type != ValueType::kVector)
      fail_at(node.position,
              std::string("subquery is only allowed on instant vector, got ") + value_type_name(type) + " instead");
    node.constant = node.when.at != When::At::kNone;
  }

  static void count_arguments(const CallNode& node) {
    const size_t kinds = node.function->args.size(), got = node.args.size();
    const std::string in_call = " in call to " + quote(node.function->name) + ", got " + std::to_string(got);
    const auto expected = [&](const char* how, size_t n) {
      return std::string("expected ") + how + std::to_string(n) + " argument(s)" + in_call;
    };
    if (node.function->variadic == 0) {
      if (kinds != got) fail_at(node.position, expected("", kinds));
      return;
    }
    const size_t least = kinds - 1;
    if (got < least) fail_at(node.position, expected("at least ", least));
    if (node.function->variadic < 0) return;
    const size_t most = least + static_cast<size_t>(node.function->variadic);
    if (got > most) fail_at(node.position, expected("at most ", most));
  }

  void call(CallNode& node) {
    const std::string context = "call to function " + quote(node.function->name);
    count_arguments(node);
    if (node.function->id == Fn::kInfo && node.args.size() > 1) info_selector(node, context);
    node.constant = !looks_at_time(node);
    for (size_t i = 0; i < node.args.size(); ++i) {
      const size_t kind = std::min(i, node.function->args.size() - 1);
      expect(*node.args[i], node.function->args[kind], context);
      node.constant = node.constant && node.args[i]->constant;
    }
  }

  static void info_selector(CallNode& node, const std::string& context) {
    Node& labels = *node.args[1];
    if (labels.type != ValueType::kVector)
      fail_at(node.position, std::string("expected type ") + value_type_name(ValueType::kVector) + " in " + context +
                                 ", got " + value_type_name(labels.type));
    if (labels.kind != Node::Kind::kSelector || !as<SelectorNode>(labels).name.empty())
      fail_at(labels.position, "expected label selectors only, got vector selector instead");
    static_cast<SelectorNode&>(labels).may_match_all = true;
  }

  static bool looks_at_time(const CallNode& node) {
    switch (node.function->id) {
      case Fn::kTime:
      case Fn::kPredictLinear:
      case Fn::kInfo:
        return true;
      case Fn::kTimestamp:
      case Fn::kStartTimestamp:
        return node.args.empty() || unwrap(*node.args[0]).kind != Node::Kind::kSelector;
      case Fn::kMinute:
      case Fn::kHour:
      case Fn::kDayOfWeek:
      case Fn::kDayOfMonth:
      case Fn::kDayOfYear:
      case Fn::kDaysInMonth:
      case Fn::kMonth:
      case Fn::kYear:
        return node.args.empty();
      default:
        return false;
    }
  }

  void aggregate(AggregateNode& node) {
    expect(*node.inner, ValueType::kVector, "aggregation expression");
    node.constant = node.inner->constant;
    if (!node.parameter) return;
    expect(*node.parameter, node.op == Tok::kCountValues ? ValueType::kString : ValueType::kScalar,
           "aggregation parameter");
    node.constant = node.constant && node.parameter->constant;
  }

  // The operator and its modifiers, without the blanks around them.
  Position operator_position(const BinaryNode& node) const {
    const auto is_space = [&](int32_t at) {
      return std::string_view(" \t\n\r").find(text_[static_cast<size_t>(at)]) != std::string_view::npos;
    };
    Position where{node.left->position.end, node.right->position.begin - 1};
    while (where.begin < where.end && is_space(where.begin)) ++where.begin;
    return where;
  }

  void binary(BinaryNode& node) {
    Matching& m = node.matching;
    const bool scalars = node.left->type == ValueType::kScalar && node.right->type == ValueType::kScalar;
    if (node.return_bool && !is_comparison(node.op))
      fail_at(operator_position(node), "bool modifier can only be used on comparison operators");
    if (is_comparison(node.op) && !node.return_bool && scalars)
      fail_at(operator_position(node), "comparisons between scalars must use BOOL modifier");
    if (is_set_operator(node.op) && m.card == Card::kOneToOne) m.card = Card::kManyToMany;
    for (const std::string& label : m.labels)
      if (m.on && std::find(m.include.begin(), m.include.end(), label) != m.include.end())
        fail_at(operator_position(node), "label " + quote(label) + " must not occur in ON and GROUP clause at once");
    const ValueType left = check(*node.left), right = check(*node.right);
    node.constant = node.left->constant && node.right->constant;
    for (const auto& [type, side] : {std::pair{left, node.left}, {right, node.right}})
      if (type != ValueType::kScalar && type != ValueType::kVector)
        fail_at(side->position, "binary expression must contain only scalar and instant vector types");
    if (left == ValueType::kVector && right == ValueType::kVector) {
      between_vectors(node);
    } else {
      with_scalar(node);
    }
  }

  static void between_vectors(const BinaryNode& node) {
    const Matching& m = node.matching;
    if (!is_set_operator(node.op)) return;
    if (m.card != Card::kManyToMany)
      fail_at(node.position, "no grouping allowed for " + quote(token_text(node.op)) + " operation");
    if (m.fill_left || m.fill_right) fail_at(node.position, "filling in missing series not allowed for set operators");
  }

  static void with_scalar(const BinaryNode& node) {
    const Matching& m = node.matching;
    if (!m.labels.empty()) fail_at(node.position, "vector matching only allowed between instant vectors");
    if (m.fill_left || m.fill_right)
      fail_at(node.position, "filling in missing series only allowed between instant vectors");
    if (is_set_operator(node.op))
      fail_at(node.position, "set operator " + quote(token_text(node.op)) + " not allowed in binary scalar expression");
  }

  void unary(UnaryNode& node) {
    const ValueType type = check(*node.inner);
    node.constant = node.inner->constant;
    if (type != ValueType::kScalar && type != ValueType::kVector)
      fail_at(node.position,
              std::string("unary expression only allowed on expressions of type scalar or instant vector, got ") +
                  quote(value_type_name(type)));
  }

  std::string_view text_;
};
}  // namespace

void check(Node& node, std::string_view text) {
  Checker(text).check(node);
}

}  // namespace reeve::promql
