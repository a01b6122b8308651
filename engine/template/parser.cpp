#include "template/parser.h"

#include <algorithm>

#include "base/text.h"
#include "template/format.h"

namespace reeve::tmpl {

namespace {
constexpr int kDeepest = 500;  // of nested branches and parentheses: the evaluator recurses as deep

class Parser {
 public:
  Parser(std::string_view text, const Language& language)
      : language_(language), tokens_(lex(text)), variables_(language.variables) {}

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
  /// Counts how deep the parser is; leaving is the destructor's.
  struct Deeper {
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDeepest) parser_.fail("max expression depth exceeded");
    }
    ~Deeper() { --parser_.depth_; }
    Parser& parser_;
  };

  const Token& peek() const { return tokens_[at_]; }
  const Token& after_space(size_t at) const {
    while (tokens_[at].type == TokenType::kSpace) ++at;
    return tokens_[at];
  }
  void skip_space() {
    while (peek().type == TokenType::kSpace) ++at_;
  }
  /// Stays on the last token, which is the end or an error.
  const Token& next() {
    skip_space();
    const Token& out = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    last_ = &out;
    return out;
  }
  const Token& peek_next() {
    skip_space();
    return peek();
  }

  [[noreturn]] void fail(const std::string& message) const { throw Failure{last_ ? last_->offset : 0, message}; }
  [[noreturn]] void unexpected(const Token& token, const std::string& context) const {
    if (token.type == TokenType::kError) throw Failure{token.offset, token.text};
    throw Failure{token.offset, "unexpected " + token.shown() + " in " + context};
  }
  void expect(TokenType type, const std::string& context) {
    if (const Token& token = next(); token.type != type) unexpected(token, context);
  }

  NodePtr make(NodeType type, size_t offset, std::string text = {}) const {
    auto node = std::make_unique<Node>();
    node->type = type;
    node->offset = offset;
    node->text = std::move(text);
    return node;
  }

  std::string constant(const Token& token) const {
    const auto out = unquote(token.text);
    if (!out) throw Failure{token.offset, "invalid syntax"};
    return *out;
  }

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

  NodePtr pipeline(const std::string& context, TokenType end) {
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

  void declarations(Node& pipe, const std::string& context) {
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

  void check_pipeline(const Node& pipe, const std::string& context) const {
    if (pipe.children.empty()) fail("missing value for " + context);
    for (size_t i = 1; i < pipe.children.size(); ++i) {
      const NodeType first = pipe.children[i]->children[0]->type;
      if (first == NodeType::kBool || first == NodeType::kDot || first == NodeType::kNil ||
          first == NodeType::kNumber || first == NodeType::kString)
        fail("non executable command in pipeline stage " + std::to_string(i + 1));
    }
  }

  static bool begins_operand(TokenType type) {
    return (type >= TokenType::kBool && type <= TokenType::kVariable) || type == TokenType::kLeftParen;
  }

  NodePtr command() {
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

  NodePtr operand() {
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
  NodePtr term() {
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

  NodePtr variable(const Token& token) {
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

  NodePtr number(const Token& token) {
    std::string error;
    const auto number = parse_number(token.text, error);
    if (!number) fail(error);
    auto node = make(NodeType::kNumber, token.offset, token.text);
    node->number = *number;
    return node;
  }

  const Language& language_;
  std::vector<Token> tokens_;
  std::vector<std::string> variables_;
  Program program_;
  size_t at_ = 0;
  const Token* last_ = nullptr;
  int depth_ = 0, ranges_ = 0;
};
}  // namespace

Program parse_program(std::string_view text, const Language& language) {
  return Parser(text, language).run();
}

}  // namespace reeve::tmpl
