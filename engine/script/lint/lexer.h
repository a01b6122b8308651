/// \file
/// Which words and signs is a Lua file made of, and where does each stand? Lua itself keeps lines only.
#pragma once

#include <string>
#include <string_view>

namespace reeve::script {

struct Token {
  enum class Kind { kName, kKeyword, kString, kNumber, kSign, kEnd, kBad } kind = Kind::kEnd;
  std::string text;  ///< a string's value (escapes as they stand), a name, a sign
  int line = 1, col = 1;
  int opening = 0;        ///< of a string: the bytes before its value
  bool verbatim = false;  ///< of a string: in long brackets, where a backslash is one

  bool is(std::string_view sign) const { return (kind == Kind::kSign || kind == Kind::kKeyword) && text == sign; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text);
  /// The next token; kEnd for ever at the end; kBad with the reason as text for what is no Lua.
  Token next();

 private:
  char at(size_t ahead = 0) const { return here_ + ahead < text_.size() ? text_[here_ + ahead] : 0; }
  void advance();
  void skip_blanks();
  bool long_bracket(std::string& value, bool& closed);
  Token quoted(Token token);
  Token number(Token token);
  Token sign(Token token);

  std::string_view text_;
  size_t here_ = 0;
  int line_ = 1, col_ = 1;
  bool unclosed_comment_ = false;
};

}  // namespace reeve::script
