#include "unit/promql/promqltest/at_modifier.h"

#include "promql/ast.h"
#include "promql/functions.h"

namespace reeve::promqltest {

namespace {
using promql::Fn;
using promql::Node;
using promql::When;

bool depends_on_time(Fn id) {
  switch (id) {
    case Fn::kDaysInMonth:
    case Fn::kDayOfMonth:
    case Fn::kDayOfWeek:
    case Fn::kDayOfYear:
    case Fn::kHour:
    case Fn::kMinute:
    case Fn::kMonth:
    case Fn::kYear:
    case Fn::kPredictLinear:
    case Fn::kInfo:
    case Fn::kStart:
    case Fn::kEnd:
    case Fn::kTime:
    case Fn::kTimestamp:
      return true;
    default:
      return false;
  }
}

void fix(When& when, int64_t at_ms) {
  if (when.at == When::At::kTime) return;
  when.at = When::At::kTime;
  when.at_ms = at_ms;
}

// Inside a subquery the evaluation time is the subquery's own; only start() and end() mean the query's.
void fix_where_needed(When& when, int64_t at_ms, bool inside_subquery) {
  if (when.at != When::At::kNone || !inside_subquery) fix(when, at_ms);
}

// The nodes belong to an Expr of this file alone, so changing them harms nobody.
void walk(Node& node, int64_t at_ms, bool inside_subquery) {
  if (node.kind == Node::Kind::kSelector)
    fix_where_needed(static_cast<promql::SelectorNode&>(node).when, at_ms, inside_subquery);
  const bool subquery = node.kind == Node::Kind::kSubquery;
  if (subquery) fix_where_needed(static_cast<promql::SubqueryNode&>(node).when, at_ms, inside_subquery);
  promql::each_child(node,
                     [&](const Node& child) { walk(const_cast<Node&>(child), at_ms, inside_subquery || subquery); });
}

void find_calls(const Node& node, bool& any) {
  if (node.kind == Node::Kind::kCall) any = any || depends_on_time(promql::as<promql::CallNode>(node).function->id);
  promql::each_child(node, [&](const Node& child) { find_calls(child, any); });
}
}  // namespace

std::optional<std::string> with_at(const std::string& text, int64_t at_ms) {
  const auto expr = promql::parse(text);
  if (!expr.ok()) return std::nullopt;
  bool time_dependent = false;
  find_calls(expr->root(), time_dependent);
  if (time_dependent) return std::nullopt;
  walk(const_cast<Node&>(expr->root()), at_ms, false);
  return expr->text();
}

bool looks_at_query(const std::string& expr) {
  for (const char* word : {"start()", "end()", "range()", "step()"})
    if (expr.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace reeve::promqltest
