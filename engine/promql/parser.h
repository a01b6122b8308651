/// \file
/// Which tree does a text make? Recursive descent over the lexer's tokens, one member per construct.
///
/// The grammar, its precedences and its error texts are Prometheus' (promql/parser/generatedParser.y): a word that fits
/// nowhere is reported in the innermost construct that knows what it expected. Throws ParseFailure at the first error.
#pragma once

#include <optional>

#include "promql/ast.h"
#include "promql/lexer.h"

namespace reeve::promql {

/// May an operand of an expression begin with it?
bool starts_operand(Tok type);

class Parser {
 public:
  Parser(std::string_view text, const Options& options) : lexer_(text), options_(options) {}
  /// The whole text as one expression; types are not checked yet.
  NodePtr expression();

 private:
  // parser.cpp: tokens, operators, parentheses, calls
  const Token& peek();
  Token take();
  bool accept(Tok type);
  [[noreturn]] void fail_at(Position where, std::string text) const;
  [[noreturn]] void unexpected(std::string_view context, std::string_view expected);
  /// In an expression: inside an aggregation that is said, else nothing.
  [[noreturn]] void unexpected_in_expression();
  void expect_in_expression(Tok type);
  NodePtr binary(int least_precedence);
  NodePtr unary();
  NodePtr postfix();
  NodePtr primary();
  NodePtr parenthesised();
  NodePtr word();
  NodePtr call(const Token& name);
  std::vector<NodePtr> arguments();
  NodePtr number();
  NodePtr text();
  void note_depth(Node& node, int below) const;

  // parser_binary.cpp
  NodePtr make_binary(const Token& op, NodePtr left, int precedence);
  void matching(BinaryNode& node);
  void group(BinaryNode& node);
  void fill(BinaryNode& node);
  double fill_value();
  std::vector<std::string> labels();
  std::string grouping_label();
  NodePtr aggregate(const Token& op);
  void grouping(AggregateNode& node);

  // parser_selector.cpp
  NodePtr selector(const Token* name);
  void matchers(SelectorNode& node);
  series::Matcher matcher();
  std::string unquoted(const Token& token);
  NodePtr bracket(NodePtr node);
  NodePtr offset(NodePtr node);
  NodePtr at(NodePtr node);
  NodePtr extended(NodePtr node);
  When* when_of(Node& node, const char* modifier);
  void set_at(When& when, const Node& node, double seconds);

  // parser_duration.cpp
  struct In {
    const char* context;
    const char* expected;
  };
  DurationPtr duration(int least_precedence, const In& in);
  DurationPtr duration_atom(const In& in);
  DurationPtr duration_call(const In& in);
  /// For offset: one atom, or something in parentheses.
  DurationPtr offset_duration(const In& in);
  DurationPtr positive_duration(const In& in);
  void check_experimental_duration(const DurationNode& node) const;
  double number_value(const Token& token);
  double duration_value(const Token& token);

  Lexer lexer_;
  const Options& options_;
  Token ahead_;
  bool has_ahead_ = false;
  int32_t last_closing_ = 0;
  int aggregations_ = 0, nesting_ = 0;
};

/// The seconds in a duration as milliseconds; false when they are beyond what a duration can hold.
bool seconds_to_ms(double seconds, int64_t& ms);

}  // namespace reeve::promql
