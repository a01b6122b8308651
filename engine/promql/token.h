/// \file
/// What are the words of PromQL? Token kinds, and how an error names them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::promql {

/// Bytes [begin, end) of the expression.
struct Position {
  int32_t begin = 0, end = 0;
};

enum class Tok : uint8_t {
  kEnd,
  kIdentifier,
  kMetricIdentifier,  // holds a colon
  kString,
  kNumber,
  kDuration,
  // punctuation
  kLeftBrace,
  kRightBrace,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kComma,
  kEqual,  // =
  kColon,
  // operators
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kEqualCompare,  // ==
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqualRegex,     // =~
  kNotEqualRegex,  // !~
  kTrimUpper,      // </
  kTrimLower,      // >/
  kAt,
  kAnd,
  kOr,
  kUnless,
  kAtan2,
  // aggregators
  kAvg,
  kBottomK,
  kCount,
  kCountValues,
  kGroup,
  kLimitK,
  kLimitRatio,
  kMax,
  kMin,
  kQuantile,
  kStddev,
  kStdvar,
  kSum,
  kTopK,
  // keywords
  kAnchored,
  kBool,
  kBy,
  kFill,
  kFillLeft,
  kFillRight,
  kGroupLeft,
  kGroupRight,
  kIgnoring,
  kOffset,
  kOn,
  kSmoothed,
  kWithout,
  // words that are functions or, after @ and in durations, more than that
  kStart,
  kFinish,  // end
  kStep,
  kRange,
  kMinOf,
  kMaxOf,
};

inline bool is_operator(Tok t) {
  return t >= Tok::kAdd && t <= Tok::kAtan2;
}
inline bool is_aggregator(Tok t) {
  return t >= Tok::kAvg && t <= Tok::kTopK;
}
inline bool is_keyword(Tok t) {
  return t >= Tok::kAnchored && t <= Tok::kWithout;
}
inline bool is_comparison(Tok t) {
  return t >= Tok::kEqualCompare && t <= Tok::kGreaterEqual;
}
inline bool is_set_operator(Tok t) {
  return t == Tok::kAnd || t == Tok::kOr || t == Tok::kUnless;
}
/// How tightly an operator of arithmetic binds: 4 to 6; 0 for all else.
int arithmetic_precedence(Tok op);
/// topk and the like take a parameter before the vector.
inline bool has_parameter(Tok t) {
  return t == Tok::kTopK || t == Tok::kBottomK || t == Tok::kQuantile || t == Tok::kCountValues || t == Tok::kLimitK ||
         t == Tok::kLimitRatio;
}

struct Token {
  Tok type = Tok::kEnd;
  std::string_view text;  ///< as written, inside the expression
  int32_t at = 0;
  Position position() const { return {at, at + static_cast<int32_t>(text.size())}; }
};

/// The keyword, aggregator or word operator that `word` is in any case, else kIdentifier. "inf" and "nan" are numbers.
Tok keyword(std::string_view word);
/// As operators and aggregators are printed: "==", "sum", "group_left".
std::string_view token_text(Tok type);
/// As an error names it: `identifier "foo"`, `<op:*>`, `end of input`.
std::string describe(const Token& token);

}  // namespace reeve::promql
