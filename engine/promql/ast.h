/// \file
/// What is an expression made of? The nodes that the parser builds; immutable afterwards.
///
/// Durations and times are milliseconds, as samples have them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promql/promql.h"
#include "promql/token.h"

namespace reeve::promql {

struct Function;  // functions.h

struct Node {
  enum class Kind { kNumber, kString, kSelector, kMatrix, kSubquery, kCall, kAggregate, kBinary, kUnary, kParen };
  Node(Kind node_kind, Position where) : kind(node_kind), position(where) {}
  virtual ~Node() = default;
  const Kind kind;
  Position position;
  ValueType type = ValueType::kNone;
  int depth = 1;  ///< the longest way down to a leaf
  /// Its value is the same at every time: nothing in it looks at the evaluation time. Set by the type check.
  bool constant = false;
};
using NodePtr = std::shared_ptr<Node>;

/// Arithmetic on durations, in seconds: `[5m * 2]`, `offset (step() + 1s)`.
struct DurationNode {
  enum class Op { kNumber, kAdd, kSub, kMul, kDiv, kMod, kPow, kPlus, kMinus, kStep, kRange, kMin, kMax };
  Op op = Op::kNumber;
  double seconds = 0;        ///< kNumber
  bool is_duration = false;  ///< written with units
  bool parenthesised = false;
  Position position;
  std::shared_ptr<DurationNode> left, right;  ///< kPlus and kMinus: right only
};
using DurationPtr = std::shared_ptr<DurationNode>;

/// When a selector or subquery is read, other than at the evaluation time.
struct When {
  int64_t offset_ms = 0;
  DurationPtr offset;  ///< when it must be computed; else null
  bool has_offset = false;
  enum class At { kNone, kTime, kStart, kEnd };
  At at = At::kNone;
  int64_t at_ms = 0;
};

struct NumberNode : Node {
  NumberNode(double number, Position where) : Node(Kind::kNumber, where), value(number) { type = ValueType::kScalar; }
  double value;
  bool is_duration = false;
};

struct StringNode : Node {
  StringNode(std::string text, Position where) : Node(Kind::kString, where), value(std::move(text)) {
    type = ValueType::kString;
  }
  std::string value;
};

struct SelectorNode : Node {
  explicit SelectorNode(Position where) : Node(Kind::kSelector, where) { type = ValueType::kVector; }
  std::string name;           ///< as written before the braces; empty when there was none
  series::Matchers matchers;  ///< with one for the name, last
  When when;
  bool anchored = false, smoothed = false;
  bool may_match_all = false;  ///< the second argument of info()
};

struct MatrixNode : Node {
  explicit MatrixNode(Position where) : Node(Kind::kMatrix, where) { type = ValueType::kMatrix; }
  std::shared_ptr<SelectorNode> selector;
  int64_t range_ms = 0;
  DurationPtr range;  ///< when it must be computed; else null
};

struct SubqueryNode : Node {
  explicit SubqueryNode(Position where) : Node(Kind::kSubquery, where) { type = ValueType::kMatrix; }
  NodePtr inner;
  int64_t range_ms = 0, step_ms = 0;  ///< step 0: the default
  DurationPtr range, step;            ///< when they must be computed; else null
  When when;
};

struct CallNode : Node {
  explicit CallNode(Position where) : Node(Kind::kCall, where) {}
  const Function* function = nullptr;
  std::vector<NodePtr> args;
};

struct AggregateNode : Node {
  explicit AggregateNode(Position where) : Node(Kind::kAggregate, where) { type = ValueType::kVector; }
  Tok op = Tok::kSum;
  NodePtr inner, parameter;  ///< parameter: null unless has_parameter(op)
  std::vector<std::string> grouping;
  bool without = false;
  bool grouped = false;  ///< by or without was written
};

struct Matching {
  enum class Card { kOneToOne, kManyToOne, kOneToMany, kManyToMany };
  Card card = Card::kOneToOne;
  bool on = false;
  std::vector<std::string> labels, include;
  std::optional<double> fill_left, fill_right;
};

struct BinaryNode : Node {
  BinaryNode(Tok sign, Position where) : Node(Kind::kBinary, where), op(sign) {}
  Tok op;
  NodePtr left, right;
  bool return_bool = false;
  Matching matching;  ///< means something only between two vectors
};

struct UnaryNode : Node {
  UnaryNode(Tok sign, Position where) : Node(Kind::kUnary, where), op(sign) {}
  Tok op;
  NodePtr inner;
};

struct ParenNode : Node {
  explicit ParenNode(Position where) : Node(Kind::kParen, where) {}
  NodePtr inner;
};

template <class T>
const T& as(const Node& node) {
  return static_cast<const T&>(node);
}
/// Without the parentheses around it.
const Node& unwrap(const Node& node);
/// Calls `f(child)` for each direct child, in the order of writing.
template <class F>
void each_child(const Node& node, F&& f);

std::string print(const Node& node);
/// The value of a duration expression in seconds. Throws EvalFailure at a division by zero.
double duration_seconds(const DurationNode& node, double step_s, double range_s);

}  // namespace reeve::promql

#include "promql/ast_inline.h"
