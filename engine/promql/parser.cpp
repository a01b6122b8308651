#include "promql/parser.h"

#include <algorithm>

#include "promql/functions.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
// Deeper expressions are refused: evaluation and printing walk down by recursion.
constexpr int kMostDepth = 1000;
constexpr int kUnaryOperand = 6;

int precedence(Tok op) {
  switch (op) {
    case Tok::kOr:
      return 1;
    case Tok::kAnd:
    case Tok::kUnless:
      return 2;
    case Tok::kEqualCompare:
    case Tok::kNotEqual:
    case Tok::kLess:
    case Tok::kLessEqual:
    case Tok::kGreater:
    case Tok::kGreaterEqual:
    case Tok::kTrimUpper:
    case Tok::kTrimLower:
      return 3;
    case Tok::kAtan2:
      return 5;
    default:
      return arithmetic_precedence(op);
  }
}

// Keywords that may also be the name of a metric.
bool is_metric_word(Tok type) {
  switch (type) {
    case Tok::kIdentifier:
    case Tok::kMetricIdentifier:
    case Tok::kBy:
    case Tok::kWithout:
    case Tok::kOffset:
    case Tok::kAnchored:
    case Tok::kSmoothed:
    case Tok::kAnd:
    case Tok::kOr:
    case Tok::kUnless:
      return true;
    default:
      return type >= Tok::kStart || is_aggregator(type);
  }
}
}  // namespace

bool starts_operand(Tok type) {
  switch (type) {
    case Tok::kNumber:
    case Tok::kDuration:
    case Tok::kString:
    case Tok::kLeftParen:
    case Tok::kLeftBrace:
    case Tok::kAdd:
    case Tok::kSub:
      return true;
    default:
      return is_metric_word(type);
  }
}

const Token& Parser::peek() {
  if (!has_ahead_) ahead_ = lexer_.next();
  has_ahead_ = true;
  return ahead_;
}

Token Parser::take() {
  const Token token = peek();
  has_ahead_ = false;
  switch (token.type) {
    case Tok::kRightBrace:
    case Tok::kRightParen:
    case Tok::kRightBracket:
    case Tok::kDuration:
    case Tok::kNumber:
      last_closing_ = token.position().end;
      break;
    default:
      break;
  }
  return token;
}

bool Parser::accept(Tok type) {
  if (peek().type != type) return false;
  take();
  return true;
}

void Parser::fail_at(Position where, std::string text) const {
  throw ParseFailure{where, std::move(text)};
}

void Parser::unexpected(std::string_view context, std::string_view expected) {
  std::string text = "unexpected " + describe(peek());
  if (!context.empty()) text.append(" in ").append(context);
  if (!expected.empty()) text.append(", expected ").append(expected);
  fail_at(peek().position(), std::move(text));
}

void Parser::unexpected_in_expression() {
  unexpected(aggregations_ > 0 ? "aggregation" : "", "");
}

void Parser::expect_in_expression(Tok type) {
  if (peek().type != type) unexpected_in_expression();
  take();
}

void Parser::note_depth(Node& node, int below) const {
  node.depth = below + 1;
  if (node.depth > kMostDepth) fail_at(node.position, "expression is nested too deeply");
}

NodePtr Parser::expression() {
  if (peek().type == Tok::kEnd) fail_at({}, "no expression found in input");
  NodePtr node = binary(1);
  if (peek().type != Tok::kEnd) unexpected_in_expression();
  return node;
}

NodePtr Parser::binary(int least_precedence) {
  if (++nesting_ > kMostDepth) fail_at(peek().position(), "expression is nested too deeply");
  NodePtr node = unary();
  for (;;) {
    const int level = precedence(peek().type);
    if (level == 0 || level < least_precedence) break;
    const Token op = take();
    node = make_binary(op, std::move(node), level);
  }
  --nesting_;
  return node;
}

NodePtr Parser::unary() {
  if (peek().type != Tok::kAdd && peek().type != Tok::kSub) return postfix();
  const Token sign = take();
  NodePtr inner = binary(kUnaryOperand);
  if (inner->kind == Node::Kind::kNumber) {
    auto& number = static_cast<NumberNode&>(*inner);
    if (sign.type == Tok::kSub) number.value = -number.value;
    number.position.begin = sign.at;
    return inner;
  }
  auto node = std::make_shared<UnaryNode>(sign.type, Position{sign.at, inner->position.end});
  note_depth(*node, inner->depth);
  node->type = inner->type;
  node->inner = std::move(inner);
  return node;
}

NodePtr Parser::postfix() {
  NodePtr node = primary();
  for (;;) {
    switch (peek().type) {
      case Tok::kLeftBracket:
        node = bracket(std::move(node));
        break;
      case Tok::kOffset:
        node = offset(std::move(node));
        break;
      case Tok::kAt:
        node = at(std::move(node));
        break;
      case Tok::kAnchored:
      case Tok::kSmoothed:
        node = extended(std::move(node));
        break;
      default:
        return node;
    }
  }
}

NodePtr Parser::primary() {
  switch (peek().type) {
    case Tok::kNumber:
    case Tok::kDuration:
      return number();
    case Tok::kString:
      return text();
    case Tok::kLeftParen:
      return parenthesised();
    case Tok::kLeftBrace:
      return selector(nullptr);
    default:
      break;
  }
  if (!is_metric_word(peek().type)) unexpected_in_expression();
  return word();
}

NodePtr Parser::parenthesised() {
  const Token open = take();
  NodePtr inner = binary(1);
  if (peek().type != Tok::kRightParen) unexpected_in_expression();
  const Token close = take();
  auto node = std::make_shared<ParenNode>(Position{open.at, close.position().end});
  note_depth(*node, inner->depth);
  node->type = inner->type;
  node->inner = std::move(inner);
  return node;
}

NodePtr Parser::word() {
  const Token name = take();
  const Tok next = peek().type;
  if (is_aggregator(name.type) && (next == Tok::kLeftParen || next == Tok::kBy || next == Tok::kWithout))
    return aggregate(name);
  const bool may_be_function = name.type == Tok::kIdentifier || name.type >= Tok::kStart;
  if (may_be_function && next == Tok::kLeftParen) return call(name);
  return selector(&name);
}

std::vector<NodePtr> Parser::arguments() {
  std::vector<NodePtr> args;
  expect_in_expression(Tok::kLeftParen);
  if (accept(Tok::kRightParen)) return args;
  for (;;) {
    args.push_back(binary(1));
    if (accept(Tok::kRightParen)) return args;
    if (peek().type != Tok::kComma) unexpected_in_expression();
    const Token comma = take();
    if (peek().type == Tok::kRightParen) fail_at(comma.position(), "trailing commas not allowed in function call args");
  }
}

NodePtr Parser::call(const Token& name) {
  auto node = std::make_shared<CallNode>(name.position());
  node->args = arguments();
  node->position.end = last_closing_;
  node->function = find_function(name.text);
  if (!node->function) fail_at(name.position(), "unknown function with name " + quote(name.text));
  if (node->function->experimental && !options_.experimental)
    fail_at(name.position(), "function " + quote(name.text) + " is not enabled");
  node->type = node->function->result;
  int below = 0;
  for (const NodePtr& arg : node->args) below = std::max(below, arg->depth);
  note_depth(*node, below);
  return node;
}

NodePtr Parser::number() {
  const Token token = take();
  auto node = std::make_shared<NumberNode>(0.0, token.position());
  node->is_duration = token.type == Tok::kDuration;
  node->value = node->is_duration ? duration_value(token) : number_value(token);
  return node;
}

NodePtr Parser::text() {
  const Token token = take();
  return std::make_shared<StringNode>(unquoted(token), token.position());
}

}  // namespace reeve::promql
