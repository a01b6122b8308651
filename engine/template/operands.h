/// \file
/// What is inside an action? The parser of pipelines, commands and operands, on which that of the whole text stands.
#pragma once

#include "template/parser.h"

namespace reeve::tmpl {

/// Of nested branches and parentheses: the evaluator recurses as deep.
inline constexpr int kDeepestNesting = 500;

/// Throws Failure with the place of what is wrong.
class OperandParser {
 protected:
  OperandParser(std::string_view text, const Language& language)
      : language_(language), tokens_(lex(text)), variables_(language.variables) {}

  /// Counts how deep the parser is; leaving is the destructor's.
  struct Deeper {
    explicit Deeper(OperandParser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDeepestNesting) parser_.fail("max expression depth exceeded");
    }
    ~Deeper() { --parser_.depth_; }
    OperandParser& parser_;
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

  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void unexpected(const Token& token, const std::string& context) const;
  void expect(TokenType type, const std::string& context);

  static NodePtr make(NodeType type, size_t offset, std::string text = {});
  /// The text of a string token.
  static std::string constant(const Token& token);
  /// Up to and over `end`.
  NodePtr pipeline(const std::string& context, TokenType end);

  const Language& language_;
  std::vector<Token> tokens_;
  std::vector<std::string> variables_;  ///< known here
  size_t at_ = 0;
  const Token* last_ = nullptr;  ///< taken
  int depth_ = 0;

 private:
  void declarations(Node& pipe, const std::string& context);
  void check_pipeline(const Node& pipe, const std::string& context) const;
  NodePtr command();
  NodePtr operand();
  NodePtr term();
  NodePtr variable(const Token& token);
  NodePtr number(const Token& token);
};

}  // namespace reeve::tmpl
