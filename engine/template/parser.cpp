#include "template/parser.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "template/format.h"
#include "template/operands.h"

namespace reeve::tmpl {

namespace {
class Parser : private OperandParser {
 public:
  Parser(std::string_view text, const Language& language) : OperandParser(text, language) {}

  Program run() {
    auto main = make(NodeType::kList, 0);
    while (peek().type != TokenType::kEof) {
      if (peek().type == TokenType::kLeftDelim && after_space(at_ + 1).type == TokenType::kDefine) {
        define();
        continue;
      }
      NodePtr node = text_or_action();
      if (node->type == NodeType::kEnd || node->type == NodeType::kElse)
        throw Failure{node->offset, "unexpected " + node_text(*node)};
      main->children.push_back(std::move(node));
    }
    program_.main = std::move(main);
    return std::move(program_);
  }

 private:
  void define() {
    at_ += 1;
    next();  // define
    const Token& name = next();
    if (name.type != TokenType::kString && name.type != TokenType::kRawString) unexpected(name, "define clause");
    const std::string defined = constant(name);
    expect(TokenType::kRightDelim, "define clause");
    add_definition(defined, definition_body("define clause"));
  }

  /// Its variables are its own.
  NodePtr definition_body(const std::string& context) {
    std::vector<std::string> outer{"$"};
    std::swap(outer, variables_);
    const int ranges = std::exchange(ranges_, 0);
    NodePtr end;
    NodePtr body = item_list(end);
    if (end->type != NodeType::kEnd) throw Failure{end->offset, "unexpected " + node_text(*end) + " in " + context};
    ranges_ = ranges;
    std::swap(outer, variables_);
    return body;
  }

  static bool is_empty(const Node& tree) {
    return std::all_of(tree.children.begin(), tree.children.end(), [](const NodePtr& child) {
      return child->type == NodeType::kText && base::trim(child->text).empty();
    });
  }

  void add_definition(const std::string& name, NodePtr body) {
    NodePtr& place = program_.defined[name];
    if (!place || is_empty(*place)) {
      place = std::move(body);
    } else if (!is_empty(*body)) {
      fail("template: multiple definition of template " + quote(name));
    }
  }

  NodePtr item_list(NodePtr& end) {
    const Deeper deeper(*this);
    auto list = make(NodeType::kList, peek_next().offset);
    while (peek_next().type != TokenType::kEof) {
      NodePtr node = text_or_action();
      if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
        end = std::move(node);
        return list;
      }
      list->children.push_back(std::move(node));
    }
    throw Failure{peek().offset, "unexpected EOF"};
  }

  NodePtr text_or_action() {
    const Token& token = next();
    if (token.type == TokenType::kText) return make(NodeType::kText, token.offset, token.text);
    if (token.type != TokenType::kLeftDelim) unexpected(token, "input");
    return action();
  }

  NodePtr action() {
    const Token& token = peek_next();
    switch (token.type) {
      case TokenType::kBlock:
        next();
        return block();
      case TokenType::kBreak:
        next();
        return leave_range(NodeType::kBreak, token.offset, "{{break}}");
      case TokenType::kContinue:
        next();
        return leave_range(NodeType::kContinue, token.offset, "{{continue}}");
      case TokenType::kElse:
        next();
        return otherwise();
      case TokenType::kEnd:
        next();
        expect(TokenType::kRightDelim, "end");
        return make(NodeType::kEnd, token.offset);
      case TokenType::kIf:
        next();
        return branch(NodeType::kIf, "if");
      case TokenType::kRange:
        next();
        return branch(NodeType::kRange, "range");
      case TokenType::kTemplate:
        next();
        return call_template();
      case TokenType::kWith:
        next();
        return branch(NodeType::kWith, "with");
      default:
        break;
    }
    auto node = make(NodeType::kAction, token.offset);
    node->pipe = pipeline("command", TokenType::kRightDelim);
    return node;
  }

  NodePtr leave_range(NodeType type, size_t offset, const std::string& name) {
    expect(TokenType::kRightDelim, name);
    if (ranges_ == 0) fail(name + " outside {{range}}");
    return make(type, offset);
  }

  NodePtr otherwise() {
    const Token& token = peek_next();
    if (token.type != TokenType::kIf && token.type != TokenType::kWith) expect(TokenType::kRightDelim, "else");
    return make(NodeType::kElse, token.offset);
  }

  NodePtr branch(NodeType type, const std::string& context) {
    const Deeper deeper(*this);
    const size_t known = variables_.size();
    auto node = make(type, last_->offset);
    node->pipe = pipeline(context, TokenType::kRightDelim);
    node->offset = node->pipe->offset;
    if (type == NodeType::kRange) ++ranges_;
    NodePtr end;
    node->body = item_list(end);
    if (type == NodeType::kRange) --ranges_;
    if (end->type == NodeType::kElse) node->otherwise = else_part(type);
    variables_.resize(known);
    return node;
  }

  /// `else if` and `else with` are an else that holds one branch and shares its end.
  NodePtr else_part(NodeType type) {
    const TokenType word = peek().type;
    if ((type == NodeType::kIf && word == TokenType::kIf) || (type == NodeType::kWith && word == TokenType::kWith)) {
      auto list = make(NodeType::kList, next().offset);
      list->children.push_back(branch(type, type == NodeType::kIf ? "if" : "with"));
      return list;
    }
    NodePtr end;
    NodePtr list = item_list(end);
    if (end->type != NodeType::kEnd) throw Failure{end->offset, "expected end; found " + node_text(*end)};
    return list;
  }

  std::string template_name(const Token& token, const std::string& context) {
    if (token.type != TokenType::kString && token.type != TokenType::kRawString) unexpected(token, context);
    return constant(token);
  }

  NodePtr block() {
    const Token& token = next();
    auto node = make(NodeType::kTemplate, token.offset, template_name(token, "block clause"));
    node->pipe = pipeline("block clause", TokenType::kRightDelim);
    add_definition(node->text, definition_body("block clause"));
    return node;
  }

  NodePtr call_template() {
    const Token& token = next();
    auto node = make(NodeType::kTemplate, token.offset, template_name(token, "template clause"));
    if (peek_next().type == TokenType::kRightDelim) {
      next();
    } else {
      node->pipe = pipeline("template clause", TokenType::kRightDelim);
    }
    return node;
  }

  Program program_;
  int ranges_ = 0;
};
}  // namespace

Program parse_program(std::string_view text, const Language& language) {
  return Parser(text, language).run();
}

}  // namespace reeve::tmpl
