#include "promql/quote.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace reeve::promql {

namespace {
constexpr char32_t kInvalid = 0xfffd;
constexpr char kHex[] = "0123456789abcdef";

// Code points that Go's IsPrint refuses and that are met in practice: controls, spaces other than the plain one,
// formatting marks, surrogates, private use, unassigned ends.
bool is_printable(char32_t r) {
  if (r < 0x20 || r == 0x7f) return false;
  if (r < 0x7f) return true;
  if (r < 0xa1 || r == 0xad) return false;
  if (r >= 0x2000 && r <= 0x200f) return false;
  if ((r >= 0x2028 && r <= 0x202f) || (r >= 0x205f && r <= 0x206f)) return false;
  if (r == 0x1680 || r == 0x3000 || r == 0xfeff) return false;
  if (r >= 0xd800 && r <= 0xf8ff) return false;
  if ((r & 0xfffe) == 0xfffe) return false;
  return r < 0xe0000;
}

void append_escape(std::string& out, char32_t r, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(r >> shift) & 15];
}

void append_rune(std::string& out, char32_t r, char quote_sign) {
  if (r == static_cast<char32_t>(quote_sign) || r == '\\') {
    out += '\\';
    out += static_cast<char>(r);
    return;
  }
  if (is_printable(r)) return append_utf8(out, r);
  constexpr std::string_view kNamed = "\a\b\f\n\r\t\v";
  constexpr std::string_view kNames = "abfnrtv";
  if (const size_t at = r < 0x80 ? kNamed.find(static_cast<char>(r)) : std::string_view::npos;
      at != std::string_view::npos) {
    out += '\\';
    out += kNames[at];
  } else if (r < 0x20 || r == 0x7f) {
    out += "\\x";
    append_escape(out, r, 2);
  } else if (r < 0x10000) {
    out += "\\u";
    append_escape(out, r, 4);
  } else {
    out += "\\U";
    append_escape(out, r, 8);
  }
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// The escape after a backslash: appends what it means and returns how many characters it took; 0: no escape.
size_t read_escape(std::string_view text, std::string& out) {
  if (text.empty()) return 0;
  constexpr std::string_view kNames = "abfnrtv\\'\"";
  constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\'\"";
  if (const size_t at = kNames.find(text[0]); at != std::string_view::npos) {
    out += kMeaning[at];
    return 1;
  }
  const char kind = text[0];
  const bool octal = kind >= '0' && kind <= '7';
  const size_t begin = octal ? 0 : 1;
  const size_t digits = octal ? 3 : kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0 || text.size() < begin + digits) return 0;
  uint32_t value = 0;
  for (size_t i = begin; i < begin + digits; ++i) {
    const int d = digit(text[i]);
    if (d >= (octal ? 8 : 16)) return 0;
    value = value * (octal ? 8 : 16) + static_cast<uint32_t>(d);
  }
  if (octal || kind == 'x') {
    if (value > 255) return 0;
    out += static_cast<char>(value);
  } else {
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 0;
    append_utf8(out, value);
  }
  return begin + digits;
}

// Shortest digits in exponent form with Go's two-digit exponent: 1e+21, 1.5e-07.
std::string exponent_number(double value) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  return std::string(text.data(), end.ptr);
}

bool special_number(double value, std::string& out) {
  if (std::isnan(value)) out = "NaN";
  if (std::isinf(value)) out = value > 0 ? "+Inf" : "-Inf";
  return !out.empty();
}

bool same_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return (a | 0x20) == b; });
}
}  // namespace

char32_t decode_rune(std::string_view text, size_t& size) {
  const auto lead = static_cast<unsigned char>(text[0]);
  size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size() || !base::is_utf8(text.substr(0, size))) {
    size = 1;
    return kInvalid;
  }
  if (size == 1) return lead;
  char32_t rune = lead & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) rune = rune << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return rune;
}

void append_utf8(std::string& out, char32_t r) {
  if (r < 0x80) {
    out += static_cast<char>(r);
  } else if (r < 0x800) {
    out += static_cast<char>(0xc0 | r >> 6);
    out += static_cast<char>(0x80 | (r & 0x3f));
  } else if (r < 0x10000) {
    out += static_cast<char>(0xe0 | r >> 12);
    out += static_cast<char>(0x80 | (r >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (r & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | r >> 18);
    out += static_cast<char>(0x80 | (r >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (r >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (r & 0x3f));
  }
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    size_t size = 0;
    const char32_t rune = decode_rune(text, size);
    if (rune == kInvalid && size == 1) {
      out += "\\x";
      append_escape(out, static_cast<unsigned char>(text[0]), 2);
    } else {
      append_rune(out, rune, '"');
    }
    text.remove_prefix(size);
  }
  return out + '"';
}

std::string quote_rune(char32_t rune) {
  std::string out = "'";
  append_rune(out, rune, '\'');
  return out + '\'';
}

bool unquote(std::string_view literal, std::string& out) {
  if (literal.size() < 2 || literal.front() != literal.back()) return false;
  const char sign = literal.front();
  std::string_view text = literal.substr(1, literal.size() - 2);
  if (sign == '`') {
    out = text;
    return text.find('`') == std::string_view::npos;
  }
  if (sign != '"' && sign != '\'') return false;
  while (!text.empty()) {
    if (text[0] == sign || text[0] == '\n') return false;
    if (text[0] != '\\') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const size_t taken = read_escape(text.substr(1), out);
    if (taken == 0) return false;
    text.remove_prefix(1 + taken);
  }
  return true;
}

std::string plain_number(double value) {
  return base::format_number(value);
}

std::string open_metrics_number(double value) {
  const std::string text = short_number(value);
  return std::isfinite(value) && text.find_first_of("e.") == std::string::npos ? text + ".0" : text;
}

std::string short_number(double value) {
  std::string special;
  if (special_number(value, special)) return special;
  const double size = std::fabs(value);
  if (value == 0 || (size >= 1e-4 && size < 1e6)) {
    // Rounding to the shortest digits never moves a number across these limits.
    return plain_number(value);
  }
  return exponent_number(value);
}

std::string api_number(double value) {
  std::string special;
  if (special_number(value, special)) return special;
  const double size = std::fabs(value);
  if (value == 0 || (size >= 1e-6 && size < 1e21)) return plain_number(value);
  std::string text = exponent_number(value);
  // e-09 is written e-9.
  const size_t n = text.size();
  if (n >= 4 && text[n - 4] == 'e' && text[n - 3] == '-' && text[n - 2] == '0') text.erase(n - 2, 1);
  return text;
}

bool parse_float(std::string_view text, double& out) {
  double sign = 1;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (same_word(text, "inf") || same_word(text, "infinity")) {
    out = sign * std::numeric_limits<double>::infinity();
    return true;
  }
  if (same_word(text, "nan")) {
    out = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return false;
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  const auto format = hexadecimal ? std::chars_format::hex : std::chars_format::general;
  double value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, format);
  if (stop != end || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, too large is infinite.
    const size_t e = text.find_first_of("eEpP");
    const bool tiny = e != std::string_view::npos && e + 1 < text.size() && text[e + 1] == '-';
    value = tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  out = sign * value;
  return true;
}

bool is_plain_label(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_plain_metric(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  });
}

}  // namespace reeve::promql
