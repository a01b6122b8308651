/// \file
/// Which tokens is a template's text made of? Source: Go's text/template/parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::tmpl {

/// Thrown inside this module; never leaves Template::parse or Template::render.
struct Failure {
  size_t offset = 0;  ///< in the template's text
  std::string message;
};

enum class TokenType {
  kError,  ///< the text is the message; always the last token
  kEof,
  kText,
  kLeftDelim,
  kRightDelim,
  kSpace,
  kPipe,
  kAssign,
  kDeclare,
  kLeftParen,
  kRightParen,
  kOther,  ///< one printable character, as a comma
  kBool,
  kCharacter,
  kNumber,
  kComplex,
  kString,
  kRawString,
  kDot,
  kNil,
  kField,
  kIdentifier,
  kVariable,
  // The words of the language.
  kBlock,
  kBreak,
  kContinue,
  kDefine,
  kElse,
  kEnd,
  kIf,
  kRange,
  kTemplate,
  kWith,
};

struct Token {
  TokenType type = TokenType::kEof;
  size_t offset = 0;
  std::string text;  ///< as written, quotes included
  /// For messages: EOF, `<end>`, or the quoted text.
  std::string shown() const;
};

/// Comments and trimmed blanks are gone; the last token is kEof or kError.
std::vector<Token> lex(std::string_view text);

}  // namespace reeve::tmpl
