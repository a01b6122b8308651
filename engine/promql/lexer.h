/// \file
/// Where does each word of an expression begin and end? A lexer that gives one token at a time.
///
/// Inside braces and brackets other rules hold (label matchers, durations), so it keeps count of what is open. Errors
/// are thrown as ParseFailure in the words of Prometheus' lexer.
#pragma once

#include "promql/fail.h"
#include "promql/token.h"

namespace reeve::promql {

class Lexer {
 public:
  explicit Lexer(std::string_view input) : input_(input) {}
  /// After the end of the input every further one is kEnd.
  Token next();

 private:
  static constexpr char32_t kEof = 0xffffffff;
  char32_t peek() const;
  char32_t take();
  void back() { at_ -= width_; }
  bool accept(std::string_view any);
  void accept_run(std::string_view any);
  bool is_next(std::string_view any) const;
  Token emit(Tok type);
  [[noreturn]] void error(std::string text) const;

  void skip_space();
  Token in_statement();
  Token in_braces();
  Token in_duration();
  Token sign(char32_t c);
  Token comparison(char32_t c);
  Token parenthesis(char32_t c);
  Token word();
  Token word_in_brackets(char32_t c);
  /// kEnd: no word of duration expressions.
  Tok duration_word();
  Token number_or_duration();
  bool scan_number();
  bool scan_rest_of_duration();
  Token text(char32_t quote_sign);
  void escape(char32_t quote_sign);
  Token raw_text();

  std::string_view input_;
  int32_t at_ = 0, start_ = 0, width_ = 0;
  int parens_ = 0;
  bool brace_open_ = false, bracket_open_ = false, got_colon_ = false, got_duration_ = false;
};

}  // namespace reeve::promql
