#include "rule/quoted.h"

#include <cstdint>

namespace reeve::rule {

namespace {
struct Escape {
  char sign;
  char byte;
};
constexpr Escape kEscapes[] = {{'a', '\a'}, {'b', '\b'}, {'f', '\f'},  {'n', '\n'},  {'r', '\r'},
                               {'t', '\t'}, {'v', '\v'}, {'\\', '\\'}, {'\'', '\''}, {'"', '"'}};

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// `count` digits of `base` at text[at].
base::Result<uint32_t> digits(std::string_view text, size_t& at, int count, uint32_t base) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++at) {
    const int digit = at < text.size() ? digit_of(text[at]) : 99;
    if (digit >= static_cast<int>(base)) return base::invalid("a digit of the escape sequence is missing");
    value = value * base + static_cast<uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& out, uint32_t rune) {
  const auto byte = [&](uint32_t b) { out += static_cast<char>(b); };
  if (rune < 0x80) {
    byte(rune);
  } else if (rune < 0x800) {
    byte(0xc0 | rune >> 6), byte(0x80 | (rune & 63));
  } else if (rune < 0x10000) {
    byte(0xe0 | rune >> 12), byte(0x80 | (rune >> 6 & 63)), byte(0x80 | (rune & 63));
  } else {
    byte(0xf0 | rune >> 18), byte(0x80 | (rune >> 12 & 63)), byte(0x80 | (rune >> 6 & 63)), byte(0x80 | (rune & 63));
  }
}

// text[at] is the sign behind the backslash.
base::Status append_escaped(std::string_view text, size_t& at, std::string& out) {
  const char sign = text[at];
  for (const Escape& escape : kEscapes) {
    if (sign != escape.sign) continue;
    out += escape.byte;
    ++at;
    return {};
  }
  if (sign == 'x' || (sign >= '0' && sign <= '7')) {
    if (sign == 'x') ++at;
    REEVE_TRY(const uint32_t byte, sign == 'x' ? digits(text, at, 2, 16) : digits(text, at, 3, 8));
    if (byte > 255) return base::invalid("the escape sequence is no byte");
    out += static_cast<char>(byte);
    return {};
  }
  if (sign != 'u' && sign != 'U') return base::invalid("unknown escape sequence");
  ++at;
  REEVE_TRY(const uint32_t rune, digits(text, at, sign == 'u' ? 4 : 8, 16));
  if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
    return base::invalid("the escape sequence is no Unicode code point");
  append_utf8(out, rune);
  return {};
}
}  // namespace

base::Result<std::string> read_quoted(std::string_view text, size_t& at) {
  const char quote = text[at++];
  std::string out;
  while (at < text.size() && text[at] != quote) {
    const char c = text[at];
    if (quote != '`' && c == '\n') return base::invalid("a line end inside quotes");
    if (quote == '`' || c != '\\') {
      out += c;
      ++at;
      continue;
    }
    if (++at == text.size()) break;
    REEVE_CHECK(append_escaped(text, at, out));
  }
  if (at >= text.size()) return base::invalid("unterminated quoted string");
  ++at;
  return out;
}

}  // namespace reeve::rule
