#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "promql/parser.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
using Op = DurationNode::Op;
constexpr double kMostSeconds = 9223372036.854775807;  // what a count of nanoseconds can hold

struct Unit {
  std::string_view name;
  uint64_t ns;
};
constexpr std::array<Unit, 7> kUnits{{{"y", 365 * 86400000000000ULL},
                                      {"w", 7 * 86400000000000ULL},
                                      {"d", 86400000000000ULL},
                                      {"h", 3600000000000ULL},
                                      {"m", 60000000000ULL},
                                      {"s", 1000000000ULL},
                                      {"ms", 1000000ULL}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Empty: fine; else what is wrong with it.
std::string read_duration(std::string_view text, uint64_t& ns) {
  const std::string whole(text);
  size_t next_unit = 0;
  while (!text.empty()) {
    uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return "not a valid duration string: " + quote(whole);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    size_t size = 0;
    while (size < text.size() && !is_digit(text[size])) ++size;
    const auto* unit = std::find_if(kUnits.begin(), kUnits.end(),
                                    [&](const Unit& known) { return known.name == text.substr(0, size); });
    if (unit == kUnits.end()) return "unknown unit " + quote(text.substr(0, size)) + " in duration " + quote(whole);
    const auto place = static_cast<size_t>(unit - kUnits.begin());
    if (place < next_unit) return "not a valid duration string: " + quote(whole);
    next_unit = place + 1;
    if (count > (1ULL << 63) / unit->ns) return "duration out of range";
    ns += count * unit->ns;
    if (ns > static_cast<uint64_t>(INT64_MAX)) return "duration out of range";
    text.remove_prefix(size);
  }
  return "";
}

Op duration_op(Tok type) {
  switch (type) {
    case Tok::kAdd:
      return Op::kAdd;
    case Tok::kSub:
      return Op::kSub;
    case Tok::kMul:
      return Op::kMul;
    case Tok::kDiv:
      return Op::kDiv;
    case Tok::kMod:
      return Op::kMod;
    default:
      return Op::kPow;
  }
}
}  // namespace

bool seconds_to_ms(double seconds, int64_t& ms) {
  if (!(std::fabs(seconds) < kMostSeconds)) return false;
  ms = static_cast<int64_t>(std::round(seconds * 1e9)) / 1000000;
  return true;
}

double Parser::duration_value(const Token& token) {
  uint64_t ns = 0;
  const std::string problem = read_duration(token.text, ns);
  if (!problem.empty()) fail_at(token.position(), problem);
  return static_cast<double>(ns / 1000000000) + static_cast<double>(ns % 1000000000) / 1e9;
}

double Parser::number_value(const Token& token) {
  std::string digits;
  for (const char c : token.text)
    if (c != '_') digits += c;
  // As Go reads integers of base 0: 0x is hexadecimal, a leading 0 octal.
  const bool hexadecimal = digits.size() > 2 && digits[0] == '0' && (digits[1] | 0x20) == 'x';
  const bool octal = digits.size() > 1 && digits[0] == '0' && !hexadecimal;
  const char* begin = digits.data() + (hexadecimal ? 2 : 0);
  int64_t whole = 0;
  const auto [end, error] = std::from_chars(begin, digits.data() + digits.size(), whole,
                                            hexadecimal ? 16
                                            : octal     ? 8
                                                        : 10);
  if (error == std::errc() && end == digits.data() + digits.size()) return static_cast<double>(whole);
  double value = 0;
  if (!parse_float(digits, value))
    fail_at(token.position(),
            "error parsing number: strconv.ParseFloat: parsing " + quote(token.text) + ": invalid syntax");
  const bool named = (digits[0] | 0x20) == 'i' || (digits[0] | 0x20) == 'n';
  if (std::isinf(value) && !named)
    fail_at(token.position(),
            "error parsing number: strconv.ParseFloat: parsing " + quote(token.text) + ": value out of range");
  return value;
}

void Parser::check_experimental_duration(const DurationNode& node) const {
  if (node.op != Op::kNumber && !options_.experimental)
    fail_at(node.position, "experimental duration expression is not enabled");
}

DurationPtr Parser::duration(int least_precedence, const In& in) {
  if (++nesting_ > 200) fail_at(peek().position(), "expression is nested too deeply");
  DurationPtr node = duration_atom(in);
  for (int terms = 0;; ++terms) {
    const int level = arithmetic_precedence(peek().type);
    if (level == 0 || level < least_precedence) break;
    if (terms > 200) fail_at(peek().position(), "expression is nested too deeply");
    const Token op = take();
    auto whole = std::make_shared<DurationNode>();
    whole->op = duration_op(op.type);
    whole->left = std::move(node);
    whole->right = duration(op.type == Tok::kPow ? level : level + 1, in);
    whole->position = {whole->left->position.begin, whole->right->position.end};
    const bool zero = whole->right->op == Op::kNumber && whole->right->seconds == 0;
    if (zero && whole->op == Op::kDiv) fail_at(op.position(), "division by zero");
    if (zero && whole->op == Op::kMod) fail_at(op.position(), "modulo by zero");
    check_experimental_duration(*whole);
    node = std::move(whole);
  }
  --nesting_;
  return node;
}

DurationPtr Parser::duration_atom(const In& in) {
  auto node = std::make_shared<DurationNode>();
  const Token first = peek();
  node->position = first.position();
  switch (first.type) {
    case Tok::kNumber:
    case Tok::kDuration:
      take();
      node->is_duration = first.type == Tok::kDuration;
      node->seconds = node->is_duration ? duration_value(first) : number_value(first);
      return node;
    case Tok::kAdd:
    case Tok::kSub: {
      take();
      DurationPtr inner = duration(6, in);
      inner->position.begin = first.at;
      if (inner->op == Op::kNumber && !inner->parenthesised) {
        if (first.type == Tok::kSub) inner->seconds = -inner->seconds;
        return inner;
      }
      node->op = first.type == Tok::kSub ? Op::kMinus : Op::kPlus;
      node->position.end = inner->position.end;
      node->right = std::move(inner);
      check_experimental_duration(*node);
      return node;
    }
    case Tok::kLeftParen: {
      take();
      DurationPtr inner = duration(1, in);
      if (peek().type != Tok::kRightParen) unexpected(in.context, in.expected);
      take();
      inner->parenthesised = inner->op != Op::kNumber;
      return inner;
    }
    default:
      return duration_call(in);
  }
}

DurationPtr Parser::duration_call(const In& in) {
  const Token name = peek();
  auto node = std::make_shared<DurationNode>();
  switch (name.type) {
    case Tok::kStep:
      node->op = Op::kStep;
      break;
    case Tok::kRange:
      node->op = Op::kRange;
      break;
    case Tok::kMinOf:
      node->op = Op::kMin;
      break;
    case Tok::kMaxOf:
      node->op = Op::kMax;
      break;
    default:
      unexpected(in.context, in.expected);
  }
  take();
  if (peek().type != Tok::kLeftParen) unexpected(in.context, in.expected);
  take();
  if (node->op == Op::kMin || node->op == Op::kMax) {
    node->left = duration(1, in);
    if (peek().type != Tok::kComma) unexpected(in.context, in.expected);
    take();
    node->right = duration(1, in);
  }
  if (peek().type != Tok::kRightParen) unexpected(in.context, in.expected);
  node->position = {name.at, take().position().end};
  check_experimental_duration(*node);
  return node;
}

DurationPtr Parser::offset_duration(const In& in) {
  const Token first = peek();
  if (first.type != Tok::kAdd && first.type != Tok::kSub) return duration_atom(in);
  take();
  DurationPtr inner = duration_atom(in);
  if (inner->op == Op::kNumber) {
    if (first.type == Tok::kSub) inner->seconds = -inner->seconds;
    inner->position.begin = first.at;
    return inner;
  }
  auto node = std::make_shared<DurationNode>();
  node->op = first.type == Tok::kSub ? Op::kMinus : Op::kPlus;
  node->position = {first.at, inner->position.end};
  node->right = std::move(inner);
  check_experimental_duration(*node);
  return node;
}

DurationPtr Parser::positive_duration(const In& in) {
  DurationPtr node = duration(1, in);
  if (node->op == Op::kNumber && !(node->seconds > 0)) fail_at(node->position, "duration must be greater than 0");
  return node;
}

}  // namespace reeve::promql
