#include "template/number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "template/format.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

/// Underscores stand only between digits, or between the base's prefix and a digit.
bool underscores_fit(std::string_view text) {
  char before = '^';  // ^ begin, 0 digit, _ underscore, ! other
  size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  bool hex = false;
  if (text.size() - at >= 2 && text[at] == '0' &&
      std::string_view("bBoOxX").find(text[at + 1]) != std::string_view::npos) {
    hex = text[at + 1] == 'x' || text[at + 1] == 'X';
    before = '0';
    at += 2;
  }
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if ((c >= '0' && c <= '9') || (hex && digit_value(c) < 16)) {
      before = '0';
    } else if (c == '_') {
      if (before != '0') return false;
      before = '_';
    } else {
      if (before == '_') return false;
      before = '!';
    }
  }
  return before != '_';
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '_') out += c;
  return out;
}

/// One escape after the backslash at `at`; moves behind it. False: no escape of Go.
bool unescape(std::string_view text, size_t& at, char quote, std::string& out) {
  if (at >= text.size()) return false;
  const char c = text[at++];
  constexpr std::string_view kNames = "abfnrtv", kMeanings = "\a\b\f\n\r\t\v";
  if (const size_t name = kNames.find(c); name != std::string_view::npos) {
    out += kMeanings[name];
    return true;
  }
  if (c == '\\' || c == quote) {
    out += c;
    return true;
  }
  const bool octal = c >= '0' && c <= '7';
  const size_t count = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (octal) --at;
  if (count == 0 || text.size() - at < count) return false;
  uint32_t code = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = digit_value(text[at++]);
    if (digit >= (octal ? 8 : 16)) return false;
    code = code * (octal ? 8 : 16) + static_cast<uint32_t>(digit);
  }
  if (octal || c == 'x') {
    if (code > 255) return false;
    out += static_cast<char>(code);
    return true;
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  append_rune(out, code);
  return true;
}

std::optional<Number> parse_character(std::string_view text, std::string& error) {
  error = "invalid syntax";
  const std::string_view inside = text.size() < 2 ? std::string_view() : text.substr(1, text.size() - 2);
  if (inside.empty()) return std::nullopt;
  error = "malformed character constant: " + std::string(text);
  uint32_t code = 0;
  if (inside[0] == '\\') {
    std::string out;
    size_t at = 1;
    if (!unescape(inside, at, '\'', out)) {
      error = "invalid syntax";
      return std::nullopt;
    }
    if (at != inside.size()) return std::nullopt;
    const bool is_byte = inside[1] == 'x' || (inside[1] >= '0' && inside[1] <= '7');
    code = is_byte ? static_cast<unsigned char>(out[0]) : rune_at(out, 0).code;
  } else {
    const Rune rune = rune_at(inside, 0);
    if (rune.width != inside.size()) return std::nullopt;
    code = rune.code;
  }
  return Number{true, true, true, code, code, static_cast<double>(code)};
}

void add_whole_readings(Number& number) {
  const double value = number.real;
  if (value >= -9223372036854775808.0 && value < 9223372036854775808.0 && std::trunc(value) == value) {
    number.is_int = true;
    number.integer = static_cast<int64_t>(value);
  }
  if (value >= 0 && value < 18446744073709551616.0 && std::trunc(value) == value) {
    number.is_uint = true;
    number.natural = static_cast<uint64_t>(value);
  }
}
}  // namespace

std::optional<uint64_t> parse_natural(std::string_view text) {
  if (text.empty() || !underscores_fit(text)) return std::nullopt;
  uint64_t base = 10, out = 0;
  if (text[0] == '0' && text.size() > 1) {
    const char mark = text[1];
    base = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : 8;
    text.remove_prefix(base == 8 && mark != 'o' && mark != 'O' ? 1 : 2);
  }
  bool any = false;
  for (const char c : text) {
    if (c == '_') continue;
    const int digit = digit_value(c);
    if (static_cast<uint64_t>(digit) >= base) return std::nullopt;
    if (__builtin_mul_overflow(out, base, &out) || __builtin_add_overflow(out, digit, &out)) return std::nullopt;
    any = true;
  }
  return any ? std::optional(out) : std::nullopt;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const auto out = parse_natural(text);
  const uint64_t limit = uint64_t{1} << 63;
  if (!out || *out > (negative ? limit : limit - 1)) return std::nullopt;
  return negative ? static_cast<int64_t>(-*out) : static_cast<int64_t>(*out);
}

FloatFault parse_float(std::string_view text, double& out) {
  const size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::string word;
  for (const char c : text.substr(sign)) word += static_cast<char>(to_lower(static_cast<unsigned char>(c)));
  if (word == "inf" || word == "infinity") {
    out = text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    return FloatFault::kNone;
  }
  if (word == "nan" && sign == 0) {
    out = std::numeric_limits<double>::quiet_NaN();
    return FloatFault::kNone;
  }
  // Only digits, one point, an exponent, and 0x with its p: nothing else that strtod would take.
  const bool hex = word.starts_with("0x");
  const bool has_underscore = word.find('_') != std::string::npos;
  if (has_underscore && !underscores_fit(text)) return FloatFault::kSyntax;
  if (word.empty() || word.find_first_not_of(hex ? "0123456789abcdefxp.+-_" : "0123456789e.+-_") != std::string::npos)
    return FloatFault::kSyntax;
  if (hex && word.find('p') == std::string::npos) return FloatFault::kSyntax;
  if (word[0] == '+' || word[0] == '-') return FloatFault::kSyntax;
  const std::string plain = without_underscores(text);
  char* end = nullptr;
  out = std::strtod(plain.c_str(), &end);
  if (end != plain.c_str() + plain.size()) return FloatFault::kSyntax;
  return std::isinf(out) ? FloatFault::kRange : FloatFault::kNone;
}

std::optional<Number> parse_number(std::string_view text, std::string& error) {
  if (!text.empty() && text[0] == '\'') return parse_character(text, error);
  Number out;
  if (const auto natural = parse_natural(text)) {
    out.is_uint = true;
    out.natural = *natural;
  }
  if (const auto integer = parse_integer(text)) {
    out.is_int = true;
    out.integer = *integer;
    if (*integer == 0) out.is_uint = true;  // -0
  }
  if (out.is_int || out.is_uint) {
    out.is_float = true;
    out.real = out.is_int ? static_cast<double>(out.integer) : static_cast<double>(out.natural);
    return out;
  }
  if (parse_float(text, out.real) == FloatFault::kNone) {
    if (text.find_first_of(".eEpP") == std::string_view::npos) {
      error = "integer overflow: " + quote(text);
      return std::nullopt;
    }
    out.is_float = true;
    add_whole_readings(out);
    return out;
  }
  const bool imaginary = !text.empty() && text.back() == 'i';
  error = (imaginary ? "complex numbers are not supported: " : "illegal number syntax: ") + quote(text);
  return std::nullopt;
}

std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return std::nullopt;
  const char quote = text.front();
  const std::string_view inside = text.substr(1, text.size() - 2);
  std::string out;
  if (quote == '`') {
    for (const char c : inside)
      if (c != '\r') out += c;
    return out;
  }
  for (size_t at = 0; at < inside.size();) {
    const char c = inside[at++];
    if (c == '\n' || c == quote) return std::nullopt;
    if (c != '\\') {
      out += c;
    } else if (!unescape(inside, at, quote, out)) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace reeve::tmpl
