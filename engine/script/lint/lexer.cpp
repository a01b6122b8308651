#include "script/lint/lexer.h"

#include <algorithm>
#include <array>

#include "script/script.h"

namespace reeve::script {

namespace {
constexpr std::array<std::string_view, 22> kKeywords{
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};
// Longer ones first.
constexpr std::array<std::string_view, 33> kSigns{"...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+",
                                                  "-",   "*",  "/",  "%",  "^",  "#",  "&",  "~",  "|",  "<",  ">",
                                                  "=",   "(",  ")",  "{",  "}",  "[",  "]",  ";",  ":",  ",",  "."};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
}  // namespace

Lexer::Lexer(std::string_view text) : text_(without_mark(text)) {
  if (at() == '#')  // Lua skips a first line for the shell
    while (here_ < text_.size() && at() != '\n') advance();
}

void Lexer::advance() {
  if (at() == '\n') {
    ++line_;
    col_ = 0;
  }
  ++here_;
  ++col_;
}

// At "[": `[[...]]` or `[==[...]==]`. \return false when it is no long bracket; then nothing is taken.
bool Lexer::long_bracket(std::string& value, bool& closed) {
  size_t level = 0;
  while (at(1 + level) == '=') ++level;
  if (at() != '[' || at(1 + level) != '[') return false;
  for (size_t i = 0; i < level + 2; ++i) advance();
  const std::string end = "]" + std::string(level, '=') + "]";
  const size_t close = text_.find(end, here_);
  closed = close != std::string_view::npos;
  const size_t last = closed ? close : text_.size();
  value = std::string(text_.substr(here_, last - here_));
  while (here_ < (closed ? last + end.size() : last)) advance();
  return true;
}

void Lexer::skip_blanks() {
  for (;;) {
    while (here_ < text_.size() && std::string_view(" \t\r\n\v\f").find(at()) != std::string_view::npos) advance();
    if (at() != '-' || at(1) != '-') return;
    advance();
    advance();
    std::string comment;
    bool closed = true;
    if (!long_bracket(comment, closed))
      while (here_ < text_.size() && at() != '\n') advance();
    unclosed_comment_ = unclosed_comment_ || !closed;
  }
}

Token Lexer::next() {
  skip_blanks();
  Token token;
  token.line = line_;
  token.col = col_;
  if (here_ >= text_.size()) {
    if (unclosed_comment_) token.kind = Token::Kind::kBad, token.text = "unfinished comment";
    return token;
  }
  if (is_letter(at())) {
    const size_t begin = here_;
    while (is_letter(at()) || is_digit(at())) advance();
    token.text = std::string(text_.substr(begin, here_ - begin));
    const bool keyword = std::find(kKeywords.begin(), kKeywords.end(), token.text) != kKeywords.end();
    token.kind = keyword ? Token::Kind::kKeyword : Token::Kind::kName;
    return token;
  }
  if (is_digit(at()) || (at() == '.' && is_digit(at(1)))) return number(std::move(token));
  if (at() == '"' || at() == '\'') return quoted(std::move(token));
  bool closed = true;
  const size_t begin = here_;
  if (long_bracket(token.text, closed)) {
    token.verbatim = true;
    token.opening = static_cast<int>(here_ - begin - token.text.size()) / 2;
    token.kind = closed ? Token::Kind::kString : Token::Kind::kBad;
    if (!closed) token.text = "unfinished long string";
    return token;
  }
  return sign(std::move(token));
}

Token Lexer::quoted(Token token) {
  const char quote = at();
  advance();
  token.opening = 1;
  token.kind = Token::Kind::kString;
  while (here_ < text_.size() && at() != quote && at() != '\n') {
    if (at() == '\\') {
      token.text += at();
      const bool skip = at(1) == 'z';
      advance();
      if (here_ < text_.size()) token.text += at(), advance();
      while (skip && here_ < text_.size() && std::string_view(" \t\r\n").find(at()) != std::string_view::npos)
        advance();
      continue;
    }
    token.text += at();
    advance();
  }
  if (at() != quote) {
    token.kind = Token::Kind::kBad;
    token.text = "unfinished string";
  } else {
    advance();
  }
  return token;
}

// Takes what looks like a number; Lua itself has judged it already.
Token Lexer::number(Token token) {
  const bool hex = at() == '0' && (at(1) == 'x' || at(1) == 'X');
  const size_t begin = here_;
  for (;;) {
    const char c = at();
    const bool exponent = hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
    if (exponent && (at(1) == '+' || at(1) == '-')) {
      advance();
    } else if (!is_digit(c) && !is_letter(c) && c != '.') {
      break;
    }
    advance();
  }
  token.kind = Token::Kind::kNumber;
  token.text = std::string(text_.substr(begin, here_ - begin));
  return token;
}

Token Lexer::sign(Token token) {
  for (const std::string_view sign : kSigns) {
    if (text_.substr(here_, sign.size()) != sign) continue;
    for (size_t i = 0; i < sign.size(); ++i) advance();
    token.kind = Token::Kind::kSign;
    token.text = std::string(sign);
    return token;
  }
  token.kind = Token::Kind::kBad;
  token.text = "unexpected character";
  advance();
  return token;
}

}  // namespace reeve::script
