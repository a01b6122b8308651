// The front door of parsing: parse(), and what an Expr says about itself.
#include <algorithm>

#include "promql/ast.h"
#include "promql/calls.h"
#include "promql/check.h"
#include "promql/parser.h"

namespace reeve::promql {

namespace {
int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX / 4000 : INT64_MIN / 4000) : sum;
}

base::Duration from_ms(int64_t ms) {
  constexpr int64_t kMost = INT64_MAX / 4000;
  return base::millis(std::clamp(ms, -kMost, kMost));
}

// Collects the selectors of a tree with how far back each reads.
class Collector {
 public:
  explicit Collector(int64_t lookback_ms) : lookback_ms_(lookback_ms) {}

  void walk(const Node& node, int64_t around_ms, bool absent) {
    if (node.kind == Node::Kind::kSelector) return add(as<SelectorNode>(node), lookback_ms_, around_ms, absent);
    if (node.kind == Node::Kind::kMatrix) {
      const auto& matrix = as<MatrixNode>(node);
      const SelectorNode& selector = *matrix.selector;
      int64_t range = matrix.range ? most_ms(*matrix.range) : matrix.range_ms;
      if (selector.anchored || selector.smoothed) range = saturating_add(range, lookback_ms_);
      return add(selector, range, around_ms, absent);
    }
    if (node.kind == Node::Kind::kSubquery) {
      const auto& subquery = as<SubqueryNode>(node);
      const int64_t range = subquery.range ? most_ms(*subquery.range) : subquery.range_ms;
      around_ms = saturating_add(around_ms, saturating_add(range, offset_ms(subquery.when)));
    }
    if (node.kind == Node::Kind::kCall) {
      const Fn id = as<CallNode>(node).function->id;
      absent = absent || id == Fn::kAbsent || id == Fn::kAbsentOverTime;
      if (id == Fn::kInfo) return info(as<CallNode>(node), around_ms, absent);
    }
    each_child(node, [&](const Node& child) { walk(child, around_ms, absent); });
  }

  std::vector<Selector> found;

 private:
  // A duration that depends on the query's step or range: taken without them, as an instant query would.
  static int64_t most_ms(const DurationNode& node) {
    int64_t ms = 0;
    return seconds_to_ms(duration_seconds(node, 0, 0), ms) ? std::max<int64_t>(ms, 0) : 0;
  }
  static int64_t offset_ms(const When& when) {
    return when.offset ? most_ms(*when.offset) : std::max<int64_t>(when.offset_ms, 0);
  }
  void add(const SelectorNode& node, int64_t back_ms, int64_t around_ms, bool absent) {
    const int64_t window = saturating_add(saturating_add(back_ms, around_ms), offset_ms(node.when));
    found.push_back({node.matchers, from_ms(window), absent});
  }
  void info(const CallNode& node, int64_t around_ms, bool absent) {
    walk(*node.args[0], around_ms, absent);
    const auto* selector = node.args.size() > 1 ? &as<SelectorNode>(*node.args[1]) : nullptr;
    found.push_back({info_matchers(selector), from_ms(saturating_add(lookback_ms_, around_ms)), absent});
  }
  int64_t lookback_ms_;
};

bool any_subquery(const Node& node) {
  if (node.kind == Node::Kind::kSubquery) return true;
  bool any = false;
  each_child(node, [&](const Node& child) { any = any || any_subquery(child); });
  return any;
}
}  // namespace

const char* value_type_name(ValueType type) {
  switch (type) {
    case ValueType::kNone:
      return "none";
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
  }
  return "none";
}

base::Result<Expr> parse(std::string_view text, const Options& options) {
  try {
    NodePtr root = Parser(text, options).expression();
    check(*root, text);
    return Expr(std::shared_ptr<const Node>(std::move(root)), std::string(text), options.lookback);
  } catch (const ParseFailure& failure) {
    return base::invalid(parse_error_text(failure, text));
  }
}

ValueType Expr::type() const {
  return root_->type;
}

std::string Expr::text() const {
  return print(*root_);
}

std::vector<Selector> Expr::selectors() const {
  Collector collector(lookback_.ms());
  collector.walk(*root_, 0, false);
  return std::move(collector.found);
}

base::Duration Expr::window() const {
  base::Duration longest;
  for (const Selector& selector : selectors()) longest = std::max(longest, selector.window);
  return longest;
}

bool Expr::has_subquery() const {
  return any_subquery(*root_);
}

}  // namespace reeve::promql
