#include <cmath>

#include "promql/parser.h"
#include "promql/quote.h"
#include "series/regex.h"

namespace reeve::promql {

namespace {
using Kind = series::Matcher::Kind;
constexpr const char* kMatching = "label matching";

bool is_match_operator(Tok type) {
  return type == Tok::kEqual || type == Tok::kNotEqual || type == Tok::kEqualRegex || type == Tok::kNotEqualRegex;
}

Kind kind_of(Tok type) {
  return type == Tok::kEqual        ? Kind::kEqual
         : type == Tok::kNotEqual   ? Kind::kNotEqual
         : type == Tok::kEqualRegex ? Kind::kRegex
                                    : Kind::kNotRegex;
}
}  // namespace

std::string Parser::unquoted(const Token& token) {
  std::string text;
  if (!unquote(token.text, text))
    fail_at(token.position(), "error unquoting string " + quote(token.text) + ": invalid syntax");
  return text;
}

NodePtr Parser::selector(const Token* name) {
  auto node = std::make_shared<SelectorNode>(name ? name->position() : peek().position());
  if (name) node->name = name->text;
  if (!name || peek().type == Tok::kLeftBrace) {
    take();
    matchers(*node);
    node->position.end = last_closing_;
  }
  if (name) node->matchers.push_back({Kind::kEqual, std::string(model::kNameLabel), node->name});
  return node;
}

void Parser::matchers(SelectorNode& node) {
  while (!accept(Tok::kRightBrace)) {
    node.matchers.push_back(matcher());
    if (accept(Tok::kRightBrace)) return;
    if (peek().type != Tok::kComma) unexpected(kMatching, "\",\" or \"}\"");
    take();
  }
}

series::Matcher Parser::matcher() {
  if (peek().type != Tok::kIdentifier && peek().type != Tok::kString) unexpected(kMatching, "identifier or \"}\"");
  const Token name = take();
  series::Matcher matcher;
  matcher.name = name.type == Tok::kString ? unquoted(name) : std::string(name.text);
  if (!is_match_operator(peek().type)) {
    const bool alone = peek().type == Tok::kComma || peek().type == Tok::kRightBrace;
    if (name.type == Tok::kIdentifier) unexpected(kMatching, "label matching operator");
    if (!alone) unexpected(kMatching, "\",\" or \"}\"");
    return {Kind::kEqual, std::string(model::kNameLabel), matcher.name};  // a quoted metric name
  }
  matcher.kind = kind_of(take().type);
  if (peek().type != Tok::kString) unexpected(kMatching, "string");
  const Token value = take();
  matcher.value = unquoted(value);
  if (matcher.kind == Kind::kRegex || matcher.kind == Kind::kNotRegex) {
    const auto regex = series::Regex::compile(matcher.value);
    if (!regex.ok()) fail_at({name.at, value.position().end}, regex.error().text);
  }
  return matcher;
}

NodePtr Parser::bracket(NodePtr inner) {
  const Token open = take();
  static constexpr In kFirst{"subquery or range selector", "number, duration, step(), or range()"};
  static constexpr In kSecond{"subquery selector", "number, duration, step(), range(), or \"]\""};
  const DurationPtr range = positive_duration(kFirst);
  int64_t range_ms = 0;
  if (range->op == DurationNode::Op::kNumber && !seconds_to_ms(range->seconds, range_ms))
    fail_at(range->position, "duration out of range");
  if (peek().type == Tok::kColon) {
    take();
    auto node = std::make_shared<SubqueryNode>(Position{inner->position.begin, 0});
    node->range_ms = range_ms;
    if (range->op != DurationNode::Op::kNumber) node->range = range;
    if (peek().type != Tok::kRightBracket) {
      const DurationPtr step = positive_duration(kSecond);
      if (step->op != DurationNode::Op::kNumber) {
        node->step = step;
      } else if (!seconds_to_ms(step->seconds, node->step_ms)) {
        fail_at(step->position, "duration out of range");
      }
      if (peek().type != Tok::kRightBracket) unexpected("subquery selector", "\"]\"");
    }
    node->position.end = take().position().end;
    note_depth(*node, inner->depth);
    node->inner = std::move(inner);
    return node;
  }
  if (peek().type != Tok::kRightBracket) unexpected("subquery or range", "\":\" or \"]\"");
  const Token close = take();
  const Position brackets{open.at, close.position().end};
  if (inner->kind != Node::Kind::kSelector) fail_at(brackets, "ranges only allowed for vector selectors");
  auto node = std::make_shared<MatrixNode>(Position{inner->position.begin, close.position().end});
  node->selector = std::static_pointer_cast<SelectorNode>(inner);
  if (node->selector->when.has_offset) fail_at(brackets, "no offset modifiers allowed before range");
  if (node->selector->when.at != When::At::kNone) fail_at(brackets, "no @ modifiers allowed before range");
  node->range_ms = range_ms;
  if (range->op != DurationNode::Op::kNumber) node->range = range;
  return node;
}

When* Parser::when_of(Node& node, const char* modifier) {
  switch (node.kind) {
    case Node::Kind::kSelector:
      return &static_cast<SelectorNode&>(node).when;
    case Node::Kind::kMatrix:
      return &static_cast<MatrixNode&>(node).selector->when;
    case Node::Kind::kSubquery:
      return &static_cast<SubqueryNode&>(node).when;
    default:
      fail_at(node.position, std::string(modifier) +
                                 " modifier must be preceded by an instant vector selector or range vector selector or "
                                 "a subquery");
  }
}

NodePtr Parser::offset(NodePtr node) {
  take();
  static constexpr In kIn{"offset", "number, duration, step(), or range()"};
  const DurationPtr duration = offset_duration(kIn);
  int64_t offset_ms = 0;
  const bool fixed = duration->op == DurationNode::Op::kNumber;
  if (fixed && !seconds_to_ms(duration->seconds, offset_ms)) fail_at(duration->position, "duration out of range");
  When* when = when_of(*node, "offset");
  if (when->has_offset) fail_at(node->position, "offset may not be set multiple times");
  when->has_offset = !fixed || offset_ms != 0;
  when->offset_ms = offset_ms;
  if (!fixed) when->offset = duration;
  node->position.end = last_closing_;
  return node;
}

void Parser::set_at(When& when, const Node& node, double seconds) {
  constexpr double kMost = 9223372036854775807.0;
  if (!std::isfinite(seconds) || seconds >= kMost || seconds <= -kMost) {
    char text[400];
    std::snprintf(text, sizeof text, "%f", seconds);
    const std::string shown = std::isfinite(seconds) ? text : plain_number(seconds);
    fail_at(node.position, "timestamp out of bounds for @ modifier: " + shown);
  }
  const double ms = std::round(seconds * 1000);
  if (std::fabs(ms) >= kMost)
    fail_at(node.position, "timestamp out of bounds for @ modifier: " + plain_number(seconds));
  when.at = When::At::kTime;
  when.at_ms = static_cast<int64_t>(ms);
}

NodePtr Parser::at(NodePtr node) {
  take();
  constexpr const char* kContext = "@";
  constexpr const char* kExpected = "timestamp";
  const Tok next = peek().type;
  When chosen;
  if (next == Tok::kStart || next == Tok::kFinish) {
    take();
    if (peek().type != Tok::kLeftParen) unexpected(kContext, kExpected);
    take();
    if (peek().type != Tok::kRightParen) unexpected(kContext, kExpected);
    take();
    chosen.at = next == Tok::kStart ? When::At::kStart : When::At::kEnd;
  } else {
    double sign = 1;
    if (next == Tok::kAdd || next == Tok::kSub) sign = take().type == Tok::kSub ? -1 : 1;
    if (peek().type != Tok::kNumber && peek().type != Tok::kDuration) unexpected(kContext, kExpected);
    const Token token = take();
    const double seconds = token.type == Tok::kNumber ? number_value(token) : duration_value(token);
    set_at(chosen, *node, sign * seconds);
  }
  When* when = when_of(*node, "@");
  if (when->at != When::At::kNone) fail_at(node->position, "@ <timestamp> may not be set multiple times");
  when->at = chosen.at;
  when->at_ms = chosen.at_ms;
  node->position.end = last_closing_;
  return node;
}

NodePtr Parser::extended(NodePtr node) {
  const Token token = take();
  const bool anchored = token.type == Tok::kAnchored;
  const std::string word = anchored ? "anchored" : "smoothed";
  if (!options_.experimental) fail_at(node->position, word + " modifier is experimental and not enabled");
  SelectorNode* selector = nullptr;
  if (node->kind == Node::Kind::kSelector) selector = static_cast<SelectorNode*>(node.get());
  if (node->kind == Node::Kind::kMatrix) selector = static_cast<MatrixNode&>(*node).selector.get();
  if (node->kind == Node::Kind::kSubquery) fail_at(node->position, word + " modifier is not supported for subqueries");
  if (!selector) fail_at(node->position, word + " modifier not implemented");
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed)
    fail_at(node->position, "anchored and smoothed modifiers cannot be used together");
  node->position.end = token.position().end;
  return node;
}

}  // namespace reeve::promql
