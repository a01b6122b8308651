#include "template/lexer.h"

#include <array>
#include <utility>

#include "template/format.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
constexpr std::string_view kLeft = "{{", kRight = "}}", kBlanks = " \t\r\n";

bool is_space(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}
bool is_word(uint32_t code) {
  return code == '_' || is_letter(code) || is_digit(code);
}

constexpr std::array<std::pair<std::string_view, TokenType>, 13> kWords{{{"block", TokenType::kBlock},
                                                                         {"break", TokenType::kBreak},
                                                                         {"continue", TokenType::kContinue},
                                                                         {"define", TokenType::kDefine},
                                                                         {"else", TokenType::kElse},
                                                                         {"end", TokenType::kEnd},
                                                                         {"if", TokenType::kIf},
                                                                         {"nil", TokenType::kNil},
                                                                         {"range", TokenType::kRange},
                                                                         {"template", TokenType::kTemplate},
                                                                         {"with", TokenType::kWith},
                                                                         {"true", TokenType::kBool},
                                                                         {"false", TokenType::kBool}}};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (!ended_) in_action_ ? action() : plain();
    return std::move(out_);
  }

 private:
  std::string_view rest(size_t skip = 0) const { return text_.substr(std::min(at_ + skip, text_.size())); }
  uint32_t peek() const { return rune_at(text_, at_).code; }
  bool at_end() const { return at_ >= text_.size(); }

  void emit(TokenType type) {
    out_.push_back({type, start_, std::string(text_.substr(start_, at_ - start_))});
    start_ = at_;
  }
  void fail(std::string message) {
    out_.push_back({TokenType::kError, start_, std::move(message)});
    ended_ = true;
  }
  bool trims_right_at(size_t at) const {
    return at + 1 < text_.size() && is_space(text_[at]) && text_[at + 1] == '-' &&
           text_.substr(at + 2).starts_with(kRight);
  }
  bool at_right_delim() const { return trims_right_at(at_) || rest().starts_with(kRight); }
  bool trims_left() const { return rest(2).size() >= 2 && rest(2)[0] == '-' && is_space(rest(2)[1]); }

  void plain() {
    const size_t action = text_.find(kLeft, at_);
    at_ = action == std::string_view::npos ? text_.size() : action;
    const size_t text_end = at_;
    if (action != std::string_view::npos && trims_left())
      while (at_ > start_ && is_space(text_[at_ - 1])) --at_;
    if (at_ > start_) emit(TokenType::kText);
    at_ = start_ = text_end;
    if (action == std::string_view::npos) {
      emit(TokenType::kEof);
      ended_ = true;
      return;
    }
    left_delim();
  }

  void left_delim() {
    const size_t marker = trims_left() ? 2 : 0;
    if (rest(2 + marker).starts_with("/*")) {
      at_ += 2 + marker;
      return comment();
    }
    at_ += 2;
    emit(TokenType::kLeftDelim);
    at_ = start_ = at_ + marker;
    in_action_ = true;
    parens_ = 0;
  }

  void comment() {
    start_ = at_;
    const size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return fail("unclosed comment");
    at_ = end + 2;
    if (!at_right_delim()) return fail("comment ends before closing delimiter");
    leave_action();
    start_ = at_ = after_;
  }

  /// Over the right delimiter; `after_` is behind the blanks that it trims.
  void leave_action() {
    const bool trims = trims_right_at(at_);
    if (trims) start_ = at_ = at_ + 2;
    at_ += kRight.size();
    in_action_ = false;
    after_ = at_;
    while (trims && after_ < text_.size() && is_space(text_[after_])) ++after_;
  }

  void right_delim() {
    leave_action();
    emit(TokenType::kRightDelim);
    start_ = at_ = after_;
  }

  void action() {
    if (at_right_delim()) return parens_ == 0 ? right_delim() : fail("unclosed left paren");
    if (at_end()) return fail("unclosed action");
    const char c = text_[at_];
    if (is_space(c)) return space();
    switch (c) {
      case '=':
        return one(TokenType::kAssign);
      case '|':
        return one(TokenType::kPipe);
      case '"':
        return quoted('"', "unterminated quoted string", TokenType::kString);
      case '\'':
        return quoted('\'', "unterminated character constant", TokenType::kCharacter);
      case '`':
        return raw_quoted();
      case ':':
        return declare();
      case '(':
        ++parens_;
        return one(TokenType::kLeftParen);
      case ')':
        if (--parens_ < 0) return fail("unexpected right paren");
        return one(TokenType::kRightParen);
      case '$':
        ++at_;
        return name(TokenType::kVariable);
      case '.':
        if (at_ + 1 >= text_.size() || text_[at_ + 1] < '0' || text_[at_ + 1] > '9') {
          ++at_;
          return name(TokenType::kField);
        }
        return number();
      default:
        return word_or_number(c);
    }
  }

  void word_or_number(char c) {
    if (c == '+' || c == '-' || (c >= '0' && c <= '9')) return number();
    const Rune rune = rune_at(text_, at_);
    if (is_word(rune.code)) return identifier();
    if (rune.code < 0x80 && is_print(rune.code)) return one(TokenType::kOther);
    at_ += rune.width;
    fail("unrecognized character in action: " + describe_rune(rune.code));
  }

  void one(TokenType type) {
    ++at_;
    emit(type);
  }

  void declare() {
    if (rest(1).empty() || rest(1)[0] != '=') return fail("expected :=");
    at_ += 2;
    emit(TokenType::kDeclare);
  }

  void space() {
    while (!at_end() && is_space(text_[at_])) ++at_;
    if (trims_right_at(at_ - 1)) --at_;  // the last blank belongs to ` -}}`
    if (at_ > start_) emit(TokenType::kSpace);
  }

  void skip_word() {
    while (!at_end() && is_word(peek())) at_ += rune_at(text_, at_).width;
  }

  bool at_terminator() const {
    if (at_end() || is_space(text_[at_])) return true;
    return std::string_view(".,|:)(").find(text_[at_]) != std::string_view::npos || rest().starts_with(kRight);
  }

  void identifier() {
    skip_word();
    if (!at_terminator()) return fail("bad character " + describe_rune(peek()));
    const std::string_view word = text_.substr(start_, at_ - start_);
    for (const auto& [name, type] : kWords)
      if (name == word) return emit(type);
    emit(TokenType::kIdentifier);
  }

  /// The dot or dollar is behind us.
  void name(TokenType type) {
    if (at_terminator()) return emit(type == TokenType::kField ? TokenType::kDot : type);
    skip_word();
    if (!at_terminator()) return fail("bad character " + describe_rune(peek()));
    emit(type);
  }

  void quoted(char quote, const char* unterminated, TokenType type) {
    for (++at_;; ++at_) {
      if (at_end() || text_[at_] == '\n') return fail(unterminated);
      if (text_[at_] == quote) break;
      if (text_[at_] != '\\') continue;
      ++at_;
      if (at_end() || text_[at_] == '\n') return fail(unterminated);
    }
    one(type);
  }

  void raw_quoted() {
    const size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return fail("unterminated raw quoted string");
    at_ = end;
    one(TokenType::kRawString);
  }

  bool accept(std::string_view valid) {
    if (at_end() || valid.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  void accept_run(std::string_view valid) {
    while (accept(valid)) continue;
  }

  bool scan_number() {
    accept("+-");
    std::string_view digits = "0123456789_";
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
      } else if (accept("oO")) {
        digits = "01234567_";
      } else if (accept("bB")) {
        digits = "01_";
      }
    }
    accept_run(digits);
    if (accept(".")) accept_run(digits);
    if ((digits.size() == 11 && accept("eE")) || (digits.size() == 23 && accept("pP"))) {
      accept("+-");
      accept_run("0123456789_");
    }
    accept("i");
    if (at_end() || !is_word(peek())) return true;
    at_ += rune_at(text_, at_).width;
    return false;
  }

  void number() {
    const auto bad = [this] { fail("bad number syntax: " + quote(text_.substr(start_, at_ - start_))); };
    if (!scan_number()) return bad();
    if (at_end() || (text_[at_] != '+' && text_[at_] != '-')) return emit(TokenType::kNumber);
    if (!scan_number() || text_[at_ - 1] != 'i') return bad();
    emit(TokenType::kComplex);
  }

  std::string_view text_;
  size_t at_ = 0, start_ = 0, after_ = 0;
  int parens_ = 0;
  bool in_action_ = false, ended_ = false;
  std::vector<Token> out_;
};
}  // namespace

std::string Token::shown() const {
  if (type == TokenType::kEof) return "EOF";
  if (type == TokenType::kError) return text;
  if (type >= TokenType::kBlock || type == TokenType::kNil || type == TokenType::kDot) return "<" + text + ">";
  if (text.size() > 10) return quote(first_runes(text, 10)) + "...";
  return quote(text);
}

std::vector<Token> lex(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace reeve::tmpl
