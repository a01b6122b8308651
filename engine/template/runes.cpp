#include "template/runes.h"

#include <locale.h>
#include <re2/re2.h>
#include <wctype.h>

#include <cstdio>

namespace reeve::tmpl {

namespace {
bool continues(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

/// RE2 carries the Unicode tables.
bool has_property(const RE2& property, uint32_t code) {
  std::string text;
  append_rune(text, code);
  return RE2::FullMatch(text, property);
}

/// The locale that knows all of Unicode and nothing of a country; it is part of the C library. Lives for ever.
locale_t unicode_locale() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr));
  return kLocale;
}
}  // namespace

Rune rune_at(std::string_view text, size_t at) {
  if (at >= text.size()) return {kBadRune, 0};
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  size_t more = 0;
  uint32_t code = 0, least = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    more = 1, code = lead & 0x1fU, least = 0x80;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    more = 2, code = lead & 0x0fU, least = 0x800;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    more = 3, code = lead & 0x07U, least = 0x10000;
  } else {
    return {kBadRune, 1};
  }
  if (text.size() - at <= more) return {kBadRune, 1};
  for (size_t i = 1; i <= more; ++i) {
    if (!continues(byte(i))) return {kBadRune, 1};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {kBadRune, 1};
  return {code, more + 1};
}

void append_rune(std::string& out, uint32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = kBadRune;
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

bool is_letter(uint32_t code) {
  if (code < 0x80) return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  static const RE2 kLetter("\\pL");
  return has_property(kLetter, code);
}

bool is_digit(uint32_t code) {
  if (code < 0x80) return code >= '0' && code <= '9';
  static const RE2 kDigit("\\p{Nd}");
  return has_property(kDigit, code);
}

bool is_mark(uint32_t code) {
  static const RE2 kMark("\\pM");
  return code >= 0x80 && has_property(kMark, code);
}

bool is_print(uint32_t code) {
  if (code < 0x80) return code >= 0x20 && code < 0x7f;
  static const RE2 kPrint("[\\pL\\pM\\pN\\pP\\pS]");
  return has_property(kPrint, code);
}

uint32_t to_upper(uint32_t code) {
  if (code < 0x80) return code >= 'a' && code <= 'z' ? code - 32 : code;
  return unicode_locale() ? towupper_l(code, unicode_locale()) : code;
}

uint32_t to_lower(uint32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 32 : code;
  return unicode_locale() ? towlower_l(code, unicode_locale()) : code;
}

std::string describe_rune(uint32_t code) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", code);
  if (!is_print(code)) return name;
  std::string out = std::string(name) + " '";
  append_rune(out, code);
  return out + "'";
}

}  // namespace reeve::tmpl
