#include "promql/token.h"

#include <array>
#include <cctype>
#include <utility>

#include "promql/quote.h"

namespace reeve::promql {

namespace {
constexpr std::array<std::pair<std::string_view, Tok>, 39> kWords{{
    {"and", Tok::kAnd},
    {"or", Tok::kOr},
    {"unless", Tok::kUnless},
    {"atan2", Tok::kAtan2},
    {"sum", Tok::kSum},
    {"avg", Tok::kAvg},
    {"count", Tok::kCount},
    {"min", Tok::kMin},
    {"max", Tok::kMax},
    {"group", Tok::kGroup},
    {"stddev", Tok::kStddev},
    {"stdvar", Tok::kStdvar},
    {"topk", Tok::kTopK},
    {"bottomk", Tok::kBottomK},
    {"count_values", Tok::kCountValues},
    {"quantile", Tok::kQuantile},
    {"limitk", Tok::kLimitK},
    {"limit_ratio", Tok::kLimitRatio},
    {"offset", Tok::kOffset},
    {"anchored", Tok::kAnchored},
    {"smoothed", Tok::kSmoothed},
    {"by", Tok::kBy},
    {"without", Tok::kWithout},
    {"on", Tok::kOn},
    {"ignoring", Tok::kIgnoring},
    {"group_left", Tok::kGroupLeft},
    {"group_right", Tok::kGroupRight},
    {"bool", Tok::kBool},
    {"fill", Tok::kFill},
    {"fill_left", Tok::kFillLeft},
    {"fill_right", Tok::kFillRight},
    {"start", Tok::kStart},
    {"end", Tok::kFinish},
    {"step", Tok::kStep},
    {"range", Tok::kRange},
    {"min_of", Tok::kMinOf},
    {"max_of", Tok::kMaxOf},
    {"inf", Tok::kNumber},
    {"nan", Tok::kNumber},
}};

constexpr std::array<std::pair<std::string_view, Tok>, 27> kSigns{{
    {"{", Tok::kLeftBrace},
    {"}", Tok::kRightBrace},
    {"(", Tok::kLeftParen},
    {")", Tok::kRightParen},
    {"[", Tok::kLeftBracket},
    {"]", Tok::kRightBracket},
    {",", Tok::kComma},
    {"=", Tok::kEqual},
    {":", Tok::kColon},
    {"+", Tok::kAdd},
    {"-", Tok::kSub},
    {"*", Tok::kMul},
    {"/", Tok::kDiv},
    {"%", Tok::kMod},
    {"^", Tok::kPow},
    {"==", Tok::kEqualCompare},
    {"!=", Tok::kNotEqual},
    {"<", Tok::kLess},
    {"<=", Tok::kLessEqual},
    {">", Tok::kGreater},
    {">=", Tok::kGreaterEqual},
    {"=~", Tok::kEqualRegex},
    {"!~", Tok::kNotEqualRegex},
    {"</", Tok::kTrimUpper},
    {">/", Tok::kTrimLower},
    {"@", Tok::kAt},
    {"", Tok::kEnd},
}};

std::string first_ten(std::string_view text) {
  // Go's %.10q: ten characters, then quoted.
  size_t end = 0;
  for (int runes = 0; end < text.size() && runes < 10; ++runes) {
    ++end;
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
  }
  return quote(text.substr(0, end)) + "...";
}
}  // namespace

Tok keyword(std::string_view word) {
  std::string lower;
  for (const char c : word) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [text, type] : kWords)
    if (text == lower) return type;
  return Tok::kIdentifier;
}

std::string_view token_text(Tok type) {
  for (const auto& [text, known] : kSigns)
    if (known == type) return text;
  for (const auto& [text, known] : kWords)
    if (known == type) return text;
  return "";
}

int arithmetic_precedence(Tok op) {
  switch (op) {
    case Tok::kAdd:
    case Tok::kSub:
      return 4;
    case Tok::kMul:
    case Tok::kDiv:
    case Tok::kMod:
      return 5;
    case Tok::kPow:
      return 6;
    default:
      return 0;
  }
}

std::string describe(const Token& token) {
  const std::string text(token.text);
  switch (token.type) {
    case Tok::kEnd:
      return "end of input";
    case Tok::kIdentifier:
      return "identifier " + quote(text);
    case Tok::kMetricIdentifier:
      return "metric identifier " + quote(text);
    case Tok::kString:
      return "string " + (text.size() > 10 ? first_ten(text) : quote(text));
    case Tok::kNumber:
      return "number " + (text.size() > 10 ? first_ten(text) : quote(text));
    case Tok::kDuration:
      return "duration " + (text.size() > 10 ? first_ten(text) : quote(text));
    default:
      break;
  }
  if (is_keyword(token.type)) return "<" + text + ">";
  if (is_operator(token.type)) return "<op:" + text + ">";
  if (is_aggregator(token.type)) return "<aggr:" + text + ">";
  return quote(text);
}

}  // namespace reeve::promql
