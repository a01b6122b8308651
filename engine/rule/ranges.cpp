#include "rule/ranges.h"

#include <algorithm>

#include "promql/ast.h"
#include "promql/functions.h"
#include "series/regex.h"

namespace reeve::rule {

namespace {
using promql::as;
using promql::Node;

int64_t longest_ms(const Node& node) {
  int64_t inner = 0, own = 0;
  promql::each_child(node, [&](const Node& child) { inner = std::max(inner, longest_ms(child)); });
  if (node.kind == Node::Kind::kSelector) own = as<promql::SelectorNode>(node).when.offset_ms;
  if (node.kind == Node::Kind::kMatrix) own = as<promql::MatrixNode>(node).range_ms;
  if (node.kind == Node::Kind::kSubquery)
    own = as<promql::SubqueryNode>(node).range_ms + as<promql::SubqueryNode>(node).when.offset_ms;
  return inner + std::max<int64_t>(own, 0);
}

// A range or an offset that is computed at the evaluation.
bool is_computed(const Node& node) {
  bool computed = false;
  promql::each_child(node, [&](const Node& child) { computed |= is_computed(child); });
  if (node.kind == Node::Kind::kSelector) computed |= as<promql::SelectorNode>(node).when.offset != nullptr;
  if (node.kind == Node::Kind::kMatrix) computed |= as<promql::MatrixNode>(node).range != nullptr;
  if (node.kind == Node::Kind::kSubquery)
    computed |= as<promql::SubqueryNode>(node).range || as<promql::SubqueryNode>(node).when.offset;
  return computed;
}

Need join(Need::Kind kind, std::vector<Need> parts) {
  std::erase_if(parts, [&](const Need& part) { return part.kind == Need::Kind::kNothing && kind == Need::Kind::kAll; });
  // One that needs nothing is always there, so nothing of an `or` with it is needed.
  const bool free =
      std::any_of(parts.begin(), parts.end(), [](const Need& p) { return p.kind == Need::Kind::kNothing; });
  if (parts.empty() || free) return {};
  if (parts.size() == 1) return std::move(parts[0]);
  return {.kind = kind, .parts = std::move(parts)};
}

Need need_of_selector(const promql::SelectorNode& node, base::Duration window, bool range) {
  if (node.when.offset_ms != 0 || node.when.offset || node.when.at != promql::When::At::kNone) return {};
  return {.kind = Need::Kind::kSelector, .matchers = node.matchers, .window = window, .range = range};
}

class NeedFinder {
 public:
  explicit NeedFinder(base::Duration computed) : computed_(computed) {}

  Need of(const Node& node) const {
    switch (node.kind) {
      case Node::Kind::kSelector:
        return need_of_selector(as<promql::SelectorNode>(node), promql::Options{}.lookback, false);
      case Node::Kind::kMatrix:
        return of_matrix(as<promql::MatrixNode>(node));
      case Node::Kind::kSubquery:
        return of_subquery(as<promql::SubqueryNode>(node));
      case Node::Kind::kCall:
        return of_call(as<promql::CallNode>(node));
      case Node::Kind::kBinary:
        return of_binary(as<promql::BinaryNode>(node));
      default:
        return of_children(node);
    }
  }

 private:
  Need of_children(const Node& node) const {
    std::vector<Need> parts;
    promql::each_child(node, [&](const Node& child) { parts.push_back(of(child)); });
    return join(Need::Kind::kAll, std::move(parts));
  }

  Need of_matrix(const promql::MatrixNode& node) const {
    return need_of_selector(*node.selector, node.range ? computed_ : base::millis(node.range_ms), true);
  }

  Need of_subquery(const promql::SubqueryNode& node) const {
    if (node.when.offset_ms != 0 || node.when.offset || node.when.at != promql::When::At::kNone) return {};
    Need need = of(*node.inner);
    widen(need, node.range ? computed_ : base::millis(node.range_ms));
    return need;
  }

  static void widen(Need& need, base::Duration by) {
    need.window = need.window + by;
    need.range = true;
    for (Need& part : need.parts) widen(part, by);
  }

  Need of_call(const promql::CallNode& node) const {
    if (node.function->id == promql::Fn::kAbsent || node.function->id == promql::Fn::kAbsentOverTime) return {};
    return of_children(node);
  }

  Need of_binary(const promql::BinaryNode& node) const {
    if (node.op == promql::Tok::kUnless) return of(*node.left);
    std::vector<Need> parts;
    if (!node.matching.fill_left) parts.push_back(of(*node.left));
    if (!node.matching.fill_right) parts.push_back(of(*node.right));
    return join(node.op == promql::Tok::kOr ? Need::Kind::kAny : Need::Kind::kAll, std::move(parts));
  }

  base::Duration computed_;
};
}  // namespace

base::Duration longest_range(const promql::Expr& expr) {
  return is_computed(expr.root()) ? expr.window() : base::millis(longest_ms(expr.root()));
}

bool may_select(const series::Matchers& matchers, std::string_view metric_name) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const series::Matcher& matcher) {
    using Kind = series::Matcher::Kind;
    if (matcher.name != model::kNameLabel) return true;
    if (matcher.kind == Kind::kEqual || matcher.kind == Kind::kNotEqual)
      return (matcher.value == metric_name) == (matcher.kind == Kind::kEqual);
    const auto regex = series::Regex::compile(matcher.value);
    return !regex.ok() || regex->matches(metric_name) == (matcher.kind == Kind::kRegex);
  });
}

Need need_of(const promql::Expr& expr) {
  return NeedFinder(expr.window()).of(expr.root());
}

base::Duration longest_window(const Need& need) {
  base::Duration longest = need.window;
  for (const Need& part : need.parts) longest = std::max(longest, longest_window(part));
  return longest;
}

}  // namespace reeve::rule
