/// \file
/// How is a tree of nodes walked? The templates of ast.h.
#pragma once

#include "promql/ast.h"

namespace reeve::promql {

template <class F>
void each_child(const Node& node, F&& f) {
  switch (node.kind) {
    case Node::Kind::kNumber:
    case Node::Kind::kString:
    case Node::Kind::kSelector:
      break;
    case Node::Kind::kMatrix:
      f(static_cast<const Node&>(*as<MatrixNode>(node).selector));
      break;
    case Node::Kind::kSubquery:
      f(*as<SubqueryNode>(node).inner);
      break;
    case Node::Kind::kCall:
      for (const NodePtr& arg : as<CallNode>(node).args) f(*arg);
      break;
    case Node::Kind::kAggregate:
      if (as<AggregateNode>(node).parameter) f(*as<AggregateNode>(node).parameter);
      f(*as<AggregateNode>(node).inner);
      break;
    case Node::Kind::kBinary:
      f(*as<BinaryNode>(node).left);
      f(*as<BinaryNode>(node).right);
      break;
    case Node::Kind::kUnary:
      f(*as<UnaryNode>(node).inner);
      break;
    case Node::Kind::kParen:
      f(*as<ParenNode>(node).inner);
      break;
  }
}

inline const Node& unwrap(const Node& node) {
  const Node* at = &node;
  while (at->kind == Node::Kind::kParen) at = as<ParenNode>(*at).inner.get();
  return *at;
}

}  // namespace reeve::promql
