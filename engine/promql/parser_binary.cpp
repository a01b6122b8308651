#include <algorithm>

#include "base/text.h"
#include "promql/parser.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
// Words that may stand as a label in a grouping list.
bool is_label_word(Tok type) {
  return type == Tok::kIdentifier || type == Tok::kMetricIdentifier || is_keyword(type) || is_aggregator(type) ||
         type >= Tok::kStart || is_set_operator(type) || type == Tok::kAtan2;
}
}  // namespace

NodePtr Parser::make_binary(const Token& op, NodePtr left, int precedence) {
  auto node = std::make_shared<BinaryNode>(op.type, Position{left->position.begin, 0});
  node->left = std::move(left);
  matching(*node);
  const bool right_associative = op.type == Tok::kPow;
  node->right = binary(right_associative ? precedence : precedence + 1);
  node->position.end = node->right->position.end;
  const bool scalars = node->left->type == ValueType::kScalar && node->right->type == ValueType::kScalar;
  node->type = scalars ? ValueType::kScalar : ValueType::kVector;
  note_depth(*node, std::max(node->left->depth, node->right->depth));
  return node;
}

void Parser::matching(BinaryNode& node) {
  node.return_bool = accept(Tok::kBool);
  Matching& m = node.matching;
  if (peek().type == Tok::kOn || peek().type == Tok::kIgnoring) {
    m.on = take().type == Tok::kOn;
    m.labels = labels();
    group(node);
  }
  fill(node);
}

void Parser::group(BinaryNode& node) {
  if (peek().type != Tok::kGroupLeft && peek().type != Tok::kGroupRight) return;
  Matching& m = node.matching;
  m.card = take().type == Tok::kGroupLeft ? Matching::Card::kManyToOne : Matching::Card::kOneToMany;
  // A parenthesis is always the list of labels.
  const bool fill = peek().type == Tok::kFill || peek().type == Tok::kFillLeft || peek().type == Tok::kFillRight;
  if (peek().type == Tok::kLeftParen || !(fill || starts_operand(peek().type))) m.include = labels();
}

void Parser::fill(BinaryNode& node) {
  Matching& m = node.matching;
  while (peek().type == Tok::kFill || peek().type == Tok::kFillLeft || peek().type == Tok::kFillRight) {
    const Tok which = peek().type;
    const bool again = which == Tok::kFill ? m.fill_left || m.fill_right
                                           : (which == Tok::kFillLeft ? m.fill_left : m.fill_right).has_value();
    if (again) {
      take();  // then it is a name
      unexpected_in_expression();
    }
    if (!options_.experimental) fail_at(peek().position(), "binop fill modifiers are experimental and not enabled");
    take();
    const double value = fill_value();
    if (which != Tok::kFillRight) m.fill_left = value;
    if (which != Tok::kFillLeft) m.fill_right = value;
  }
}

double Parser::fill_value() {
  expect_in_expression(Tok::kLeftParen);
  double sign = 1;
  if (peek().type == Tok::kSub || peek().type == Tok::kAdd) sign = take().type == Tok::kSub ? -1 : 1;
  if (peek().type != Tok::kNumber && peek().type != Tok::kDuration) unexpected_in_expression();
  const Token token = take();
  const double value = token.type == Tok::kNumber ? number_value(token) : duration_value(token);
  expect_in_expression(Tok::kRightParen);
  return sign * value;
}

std::vector<std::string> Parser::labels() {
  std::vector<std::string> names;
  if (peek().type != Tok::kLeftParen) unexpected("grouping opts", "\"(\"");
  take();
  if (accept(Tok::kRightParen)) return names;
  for (;;) {
    names.push_back(grouping_label());
    if (accept(Tok::kRightParen)) return names;
    if (peek().type != Tok::kComma) unexpected("grouping opts", "\",\" or \")\"");
    take();
    if (accept(Tok::kRightParen)) return names;
  }
}

std::string Parser::grouping_label() {
  if (peek().type == Tok::kString) {
    const Token token = take();
    std::string name = unquoted(token);
    if (name.empty() || !base::is_utf8(name))
      fail_at(token.position(), "invalid label name for grouping: " + quote(name));
    return name;
  }
  if (!is_label_word(peek().type)) unexpected("grouping opts", "label");
  const Token token = take();
  if (token.text.find(':') != std::string_view::npos)
    fail_at(token.position(), "invalid label name for grouping: " + quote(token.text));
  return std::string(token.text);
}

void Parser::grouping(AggregateNode& node) {
  node.without = take().type == Tok::kWithout;
  node.grouped = true;
  node.grouping = labels();
}

NodePtr Parser::aggregate(const Token& op) {
  auto node = std::make_shared<AggregateNode>(op.position());
  node->op = op.type;
  ++aggregations_;
  if (peek().type != Tok::kLeftParen) grouping(*node);
  std::vector<NodePtr> args = arguments();
  if (!node->grouped && (peek().type == Tok::kBy || peek().type == Tok::kWithout)) grouping(*node);
  --aggregations_;
  node->position.end = last_closing_;
  if (args.empty()) fail_at(node->position, "no arguments for aggregate expression provided");
  const bool experimental = op.type == Tok::kLimitK || op.type == Tok::kLimitRatio;
  if (experimental && !options_.experimental)
    fail_at(node->position,
            std::string(token_text(op.type)) +
                "() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
  const size_t wanted = has_parameter(op.type) ? 2 : 1;
  if (args.size() != wanted)
    fail_at(node->position, "wrong number of arguments for aggregate expression provided, expected " +
                                std::to_string(wanted) + ", got " + std::to_string(args.size()));
  node->inner = args.back();
  if (wanted == 2) node->parameter = args.front();
  note_depth(*node, std::max(node->inner->depth, node->parameter ? node->parameter->depth : 0));
  return node;
}

}  // namespace reeve::promql
