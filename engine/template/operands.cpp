#include "template/operands.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "template/format.h"

namespace reeve::tmpl {

namespace {
bool begins_operand(TokenType type) {
  return (type >= TokenType::kBool && type <= TokenType::kVariable) || type == TokenType::kLeftParen;
}
}  // namespace

void OperandParser::fail(const std::string& message) const {
  throw Failure{last_ ? last_->offset : 0, message};
}

void OperandParser::unexpected(const Token& token, const std::string& context) const {
  if (token.type == TokenType::kError) throw Failure{token.offset, token.text};
  throw Failure{token.offset, "unexpected " + token.shown() + " in " + context};
}

void OperandParser::expect(TokenType type, const std::string& context) {
  if (const Token& token = next(); token.type != type) unexpected(token, context);
}

NodePtr OperandParser::make(NodeType type, size_t offset, std::string text) {
  auto node = std::make_unique<Node>();
  node->type = type;
  node->offset = offset;
  node->text = std::move(text);
  return node;
}

std::string OperandParser::constant(const Token& token) {
  const auto out = unquote(token.text);
  if (!out) throw Failure{token.offset, "invalid syntax"};
  return *out;
}

NodePtr OperandParser::pipeline(const std::string& context, TokenType end) {
  const Deeper deeper(*this);
  auto pipe = make(NodeType::kPipe, peek_next().offset);
  declarations(*pipe, context);
  for (;;) {
    const Token& token = peek_next();
    if (token.type == end) {
      next();
      check_pipeline(*pipe, context);
      return pipe;
    }
    if (!begins_operand(token.type)) unexpected(token, context);
    pipe->children.push_back(command());
  }
}

void OperandParser::declarations(Node& pipe, const std::string& context) {
  while (peek_next().type == TokenType::kVariable) {
    const Token& variable = peek();
    const Token& following = after_space(at_ + 1);
    const bool comma = following.type == TokenType::kOther && following.text == ",";
    if (following.type != TokenType::kAssign && following.type != TokenType::kDeclare && !comma) return;
    next();
    next();
    pipe.assigns = following.type == TokenType::kAssign;
    pipe.declared.push_back(variable.text);
    variables_.push_back(variable.text);
    if (!comma) return;
    if (context != "range" || pipe.declared.size() >= 2) fail("too many declarations in " + context);
    const TokenType then = peek_next().type;
    if (then != TokenType::kVariable && then != TokenType::kRightDelim && then != TokenType::kRightParen)
      fail("range can only initialize variables");
  }
}

void OperandParser::check_pipeline(const Node& pipe, const std::string& context) const {
  if (pipe.children.empty()) fail("missing value for " + context);
  for (size_t i = 1; i < pipe.children.size(); ++i) {
    const NodeType first = pipe.children[i]->children[0]->type;
    if (first == NodeType::kBool || first == NodeType::kDot || first == NodeType::kNil || first == NodeType::kNumber ||
        first == NodeType::kString)
      fail("non executable command in pipeline stage " + std::to_string(i + 1));
  }
}

NodePtr OperandParser::command() {
  auto out = make(NodeType::kCommand, peek_next().offset);
  for (;;) {
    skip_space();
    if (NodePtr one = operand()) out->children.push_back(std::move(one));
    const Token& token = peek();
    if (token.type == TokenType::kSpace) continue;
    if (token.type == TokenType::kPipe) {
      next();
    } else if (token.type != TokenType::kRightDelim && token.type != TokenType::kRightParen) {
      unexpected(token, "operand");
    }
    break;
  }
  if (out->children.empty()) fail("empty command");
  return out;
}

NodePtr OperandParser::operand() {
  NodePtr node = term();
  if (!node || peek().type != TokenType::kField) return node;
  const size_t offset = peek().offset;
  std::vector<std::string> fields;
  for (; peek().type == TokenType::kField; next()) fields.push_back(peek().text.substr(1));
  switch (node->type) {
    case NodeType::kField:
    case NodeType::kVariable:
      node->names.insert(node->names.end(), fields.begin(), fields.end());
      return node;
    case NodeType::kBool:
    case NodeType::kString:
    case NodeType::kNumber:
    case NodeType::kNil:
    case NodeType::kDot:
      fail("unexpected . after term " + quote(node_text(*node)));
    default:
      break;
  }
  auto chain = make(NodeType::kChain, offset);
  chain->names = std::move(fields);
  chain->children.push_back(std::move(node));
  return chain;
}

/// nullptr: what is next is no term.
NodePtr OperandParser::term() {
  const Token& token = peek_next();
  if (!begins_operand(token.type)) return nullptr;
  next();
  switch (token.type) {
    case TokenType::kIdentifier:
      if (!language_.has_function(token.text))
        fail("function " + quote(token.text) + " not defined" + language_.unknown_function);
      return make(NodeType::kIdentifier, token.offset, token.text);
    case TokenType::kDot:
      return make(NodeType::kDot, token.offset);
    case TokenType::kNil:
      return make(NodeType::kNil, token.offset);
    case TokenType::kVariable:
      return variable(token);
    case TokenType::kField: {
      auto node = make(NodeType::kField, token.offset);
      node->names.push_back(token.text.substr(1));
      return node;
    }
    case TokenType::kBool: {
      auto node = make(NodeType::kBool, token.offset);
      node->truth = token.text == "true";
      return node;
    }
    case TokenType::kLeftParen:
      return pipeline("parenthesized pipeline", TokenType::kRightParen);
    case TokenType::kString:
    case TokenType::kRawString: {
      auto node = make(NodeType::kString, token.offset, token.text);
      node->value = constant(token);
      return node;
    }
    default:
      return number(token);
  }
}

NodePtr OperandParser::variable(const Token& token) {
  if (std::find(variables_.begin(), variables_.end(), token.text) == variables_.end()) {
    std::vector<std::string> named;
    std::copy_if(variables_.begin(), variables_.end(), std::back_inserter(named),
                 [](const std::string& name) { return name.size() > 2; });
    const std::string near = base::did_you_mean(token.text, named);
    fail("undefined variable " + quote(token.text) + (near.empty() ? "" : " (did you mean " + quote(near) + "?)"));
  }
  auto node = make(NodeType::kVariable, token.offset);
  node->names.push_back(token.text);
  return node;
}

NodePtr OperandParser::number(const Token& token) {
  std::string error;
  const auto number = parse_number(token.text, error);
  if (!number) fail(error);
  auto node = make(NodeType::kNumber, token.offset, token.text);
  node->number = *number;
  return node;
}

}  // namespace reeve::tmpl
