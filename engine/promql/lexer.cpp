#include "promql/lexer.h"

#include <algorithm>

#include "promql/quote.h"

namespace reeve::promql {

namespace {
bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char32_t c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alpha_numeric(char32_t c) {
  return is_alpha(c) || is_digit(c);
}

uint32_t digit_value(char32_t c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// Go's %#U: U+0071 'q'.
std::string code_point(char32_t c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string digits;
  for (char32_t rest = c; rest > 0 || digits.size() < 4; rest >>= 4) digits += kHex[rest & 15];
  std::reverse(digits.begin(), digits.end());
  return "U+" + digits + " " + quote_rune(c);
}
}  // namespace

std::string line_and_column(std::string_view expression, int32_t at) {
  if (expression.empty()) return "unknown position";
  if (at < 0 || static_cast<size_t>(at) > expression.size()) return "invalid position";
  int line = 1;
  int32_t last_break = -1;
  for (int32_t i = 0; i < at; ++i) {
    if (expression[static_cast<size_t>(i)] != '\n') continue;
    last_break = i;
    ++line;
  }
  return std::to_string(line) + ":" + std::to_string(at - last_break);
}

std::string parse_error_text(const ParseFailure& failure, std::string_view expression) {
  return line_and_column(expression, failure.where.begin) + ": parse error: " + failure.text;
}

char32_t Lexer::peek() const {
  if (static_cast<size_t>(at_) >= input_.size()) return kEof;
  size_t size = 0;
  return decode_rune(input_.substr(static_cast<size_t>(at_)), size);
}

char32_t Lexer::take() {
  if (static_cast<size_t>(at_) >= input_.size()) {
    width_ = 0;
    return kEof;
  }
  size_t size = 0;
  const char32_t rune = decode_rune(input_.substr(static_cast<size_t>(at_)), size);
  width_ = static_cast<int32_t>(size);
  at_ += width_;
  return rune;
}

bool Lexer::is_next(std::string_view any) const {
  const char32_t c = peek();
  return c < 0x80 && any.find(static_cast<char>(c)) != std::string_view::npos;
}

bool Lexer::accept(std::string_view any) {
  if (!is_next(any)) return false;
  take();
  return true;
}

void Lexer::accept_run(std::string_view any) {
  while (accept(any)) {
  }
}

Token Lexer::emit(Tok type) {
  const auto from = static_cast<size_t>(start_), size = static_cast<size_t>(at_ - start_);
  const Token token{type, input_.substr(from, size), start_};
  start_ = at_;
  return token;
}

void Lexer::error(std::string text) const {
  throw ParseFailure{{start_, static_cast<int32_t>(input_.size())}, std::move(text)};
}

void Lexer::skip_space() {
  for (;;) {
    while (is_space(peek())) take();
    // A comment ends with its line; at the beginning of brackets there are none.
    if ((bracket_open_ && !got_duration_) || peek() != '#') break;
    while (peek() != '\n' && peek() != kEof) take();
  }
  start_ = at_;
}

Token Lexer::next() {
  skip_space();
  if (brace_open_) return in_braces();
  // From the first number on, brackets are read as anything else is.
  if (bracket_open_ && !got_duration_) return in_duration();
  return in_statement();
}

Token Lexer::in_statement() {
  const char32_t c = take();
  if (c == kEof) {
    if (parens_ != 0) error("unclosed left parenthesis");
    if (bracket_open_) error("unclosed left bracket");
    return emit(Tok::kEnd);
  }
  if (is_digit(c) || (c == '.' && is_digit(peek()))) {
    back();
    return number_or_duration();
  }
  if (c == '"' || c == '\'') return text(c);
  if (c == '`') return raw_text();
  if (is_alpha(c) || c == ':') return bracket_open_ ? word_in_brackets(c) : (back(), word());
  if (c == '(' || c == ')') return parenthesis(c);
  if (c == '{') {
    brace_open_ = true;
    return emit(Tok::kLeftBrace);
  }
  if (c == '[') {
    if (bracket_open_) error("unexpected left bracket " + quote_rune(c));
    bracket_open_ = true;
    got_colon_ = got_duration_ = false;
    return emit(Tok::kLeftBracket);
  }
  if (c == ']') {
    if (!bracket_open_) error("unexpected right bracket " + quote_rune(c));
    bracket_open_ = false;
    return emit(Tok::kRightBracket);
  }
  if (c == '=' || c == '!' || c == '<' || c == '>') return comparison(c);
  return sign(c);
}

Token Lexer::parenthesis(char32_t c) {
  if (c == '(') {
    ++parens_;
    return emit(Tok::kLeftParen);
  }
  if (--parens_ < 0) {
    start_ = at_;
    // Prometheus notices it only after the parenthesis.
    error("unexpected right parenthesis " + quote_rune(c));
  }
  return emit(Tok::kRightParen);
}

Token Lexer::comparison(char32_t c) {
  const char32_t second = peek();
  if (c == '=') {
    if (second == '~') error("unexpected character after '=': " + quote_rune(second));
    return accept("=") ? emit(Tok::kEqualCompare) : emit(Tok::kEqual);
  }
  if (c == '!') {
    if (second != '=') error("unexpected character after '!': " + quote_rune(second == kEof ? 0xfffd : second));
    take();
    return emit(Tok::kNotEqual);
  }
  if (accept("=")) return emit(c == '<' ? Tok::kLessEqual : Tok::kGreaterEqual);
  if (accept("/")) return emit(c == '<' ? Tok::kTrimUpper : Tok::kTrimLower);
  return emit(c == '<' ? Tok::kLess : Tok::kGreater);
}

Token Lexer::sign(char32_t c) {
  switch (c) {
    case ',':
      return emit(Tok::kComma);
    case '*':
      return emit(Tok::kMul);
    case '/':
      return emit(Tok::kDiv);
    case '%':
      return emit(Tok::kMod);
    case '+':
      return emit(Tok::kAdd);
    case '-':
      return emit(Tok::kSub);
    case '^':
      return emit(Tok::kPow);
    case '@':
      return emit(Tok::kAt);
    default:
      error("unexpected character: " + quote_rune(c));
  }
}

Token Lexer::in_braces() {
  const char32_t c = take();
  if (c == kEof) error("unexpected end of input inside braces");
  if (is_alpha(c)) {
    while (is_alpha_numeric(peek())) take();
    return emit(Tok::kIdentifier);
  }
  switch (c) {
    case ',':
      return emit(Tok::kComma);
    case '"':
    case '\'':
      return text(c);
    case '`':
      return raw_text();
    case '=':
      return accept("~") ? emit(Tok::kEqualRegex) : emit(Tok::kEqual);
    case '!': {
      if (accept("~")) return emit(Tok::kNotEqualRegex);
      if (accept("=")) return emit(Tok::kNotEqual);
      const char32_t second = peek();
      error("unexpected character after '!' inside braces: " + quote_rune(second == kEof ? 0xfffd : second));
    }
    case '{':
      error("unexpected left brace " + quote_rune(c));
    case '}':
      brace_open_ = false;
      return emit(Tok::kRightBrace);
    default:
      error("unexpected character inside braces: " + quote_rune(c));
  }
}

Token Lexer::in_duration() {
  const char32_t c = take();
  if (c == kEof) error("unexpected end of input in duration expression");
  if (is_digit(c) || (c == '.' && is_digit(peek()))) {
    back();
    got_duration_ = true;
    return number_or_duration();
  }
  switch (c) {
    case ']':
      bracket_open_ = false;
      return emit(Tok::kRightBracket);
    case ':':
      start_ = at_;  // Prometheus notices it only after the colon
      error("unexpected colon before duration in duration expression");
    case '(':
    case ')':
      return parenthesis(c);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case ',':
      return sign(c);
    default:
      break;
  }
  if (is_alpha(c))
    if (const Tok type = duration_word(); type != Tok::kEnd) return emit(type);
  error("unexpected character in duration expression: " + quote_rune(c));
}

Token Lexer::word_in_brackets(char32_t c) {
  if (c == ':') {
    if (got_colon_) error("unexpected colon " + quote_rune(c));
    got_colon_ = true;
    return emit(Tok::kColon);
  }
  if (const Tok type = duration_word(); type != Tok::kEnd) return emit(type);
  error("unexpected character: " + quote_rune(c) + ", expected ':'");
}

Tok Lexer::duration_word() {
  while (is_alpha(peek())) take();
  const auto from = static_cast<size_t>(start_), size = static_cast<size_t>(at_ - start_);
  const Tok type = keyword(input_.substr(from, size));
  const bool known = type == Tok::kStep || type == Tok::kRange || type == Tok::kMinOf || type == Tok::kMaxOf;
  return known ? type : Tok::kEnd;
}

Token Lexer::word() {
  while (is_alpha_numeric(peek()) || peek() == ':') take();
  const auto from = static_cast<size_t>(start_), size = static_cast<size_t>(at_ - start_);
  const std::string_view word = input_.substr(from, size);
  const Tok type = keyword(word);
  // fill() is a modifier; fill alone may be anybody's metric.
  const bool fill = type == Tok::kFill || type == Tok::kFillLeft || type == Tok::kFillRight;
  if (type != Tok::kIdentifier && !fill) return emit(type);
  if (fill) {
    size_t after = from + size;
    while (after < input_.size() && is_space(static_cast<unsigned char>(input_[after]))) ++after;
    return emit(after < input_.size() && input_[after] == '(' ? type : Tok::kIdentifier);
  }
  return emit(word.find(':') == std::string_view::npos ? Tok::kIdentifier : Tok::kMetricIdentifier);
}

Token Lexer::number_or_duration() {
  if (scan_number()) return emit(Tok::kNumber);
  if (scan_rest_of_duration()) return emit(Tok::kDuration);
  const auto from = static_cast<size_t>(start_), size = static_cast<size_t>(at_ - start_);
  error("bad number or duration syntax: " + quote(input_.substr(from, size)));
}

bool Lexer::scan_number() {
  const int32_t initial = at_;
  std::string_view digits = "0123456789";
  if (accept("0") && accept("xX")) {
    accept("_");
    digits = "0123456789abcdefABCDEF";
  }
  const bool hexadecimal = digits.size() > 10;
  accept(".");
  accept(digits);
  bool dot = false, exponent = false;
  while (is_next(digits) || is_next("._eE")) {
    if (is_next(".")) {
      if (dot) {
        take();
        return false;
      }
      take();
      dot = true;
      if (accept("_.") || hexadecimal) return false;
      continue;
    }
    if (is_next("eE") && !hexadecimal) {
      if (exponent) {
        take();
        return false;
      }
      take();
      exponent = true;
      accept("+-");
      if (accept("._eE") || peek() == kEof) return false;
      continue;
    }
    if (accept("_")) {
      if (accept("._eE") || peek() == kEof) return false;
      continue;
    }
    accept_run(digits);
  }
  return at_ != initial && !is_alpha_numeric(peek());
}

bool Lexer::scan_rest_of_duration() {
  if (!accept("smhdwy")) return false;
  accept("s");
  while (accept("0123456789")) {
    accept_run("0123456789");
    if (!accept("smhdw")) return false;
    accept("s");
  }
  if (!is_alpha_numeric(peek())) return true;
  take();
  return false;
}

Token Lexer::text(char32_t quote_sign) {
  for (;;) {
    const char32_t c = take();
    if (c == '\\') {
      escape(quote_sign);
    } else if (c == 0xfffd) {
      error("invalid UTF-8 rune");
    } else if (c == kEof || c == '\n') {
      error("unterminated quoted string");
    } else if (c == quote_sign) {
      return emit(Tok::kString);
    }
  }
}

void Lexer::escape(char32_t quote_sign) {
  char32_t c = take();
  if (c == kEof) error("escape sequence not terminated");
  if (c == quote_sign ||
      (c < 0x80 && std::string_view("abfnrtv\\").find(static_cast<char>(c)) != std::string_view::npos))
    return;
  int digits = 3;
  uint32_t base = 8, most = 255;
  if (c == 'x' || c == 'u' || c == 'U') {
    digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    base = 16;
    most = c == 'x' ? 255 : 0x10ffff;
    c = take();
  } else if (c < '0' || c > '7') {
    error("unknown escape sequence " + code_point(c));
  }
  uint64_t value = 0;
  for (;; c = take()) {
    if (c == kEof) error("escape sequence not terminated");
    const uint32_t d = digit_value(c);
    if (d >= base) error("illegal character " + code_point(c) + " in escape sequence");
    value = value * base + d;
    if (--digits == 0) break;
  }
  if (value > most || (value >= 0xd800 && value < 0xe000)) error("escape sequence is an invalid Unicode code point");
}

Token Lexer::raw_text() {
  for (;;) {
    const char32_t c = take();
    if (c == 0xfffd) error("invalid UTF-8 rune");
    if (c == kEof) error("unterminated raw string");
    if (c == '`') return emit(Tok::kString);
  }
}

}  // namespace reeve::promql
