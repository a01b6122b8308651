// Go's strconv.Quote.
#include <cstdio>

#include "template/format.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
void append_escaped(std::string& out, const Rune& rune, unsigned char byte, char quote, bool ascii) {
  char code[16];
  if (rune.width == 1 && rune.code == kBadRune) {
    std::snprintf(code, sizeof code, "\\x%02x", byte);
    out += code;
    return;
  }
  if (rune.code == static_cast<unsigned char>(quote) || rune.code == '\\') {
    out += '\\';
    out += static_cast<char>(rune.code);
    return;
  }
  if (rune.code < 0x80 ? is_print(rune.code) : !ascii && is_print(rune.code)) return append_rune(out, rune.code);
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v", kNames = "abfnrtv";
  const size_t name = rune.code < 0x80 ? kMeanings.find(static_cast<char>(rune.code)) : std::string_view::npos;
  if (name != std::string_view::npos) {
    out += '\\';
    out += kNames[name];
    return;
  }
  const char* format = rune.code < ' ' || rune.code == 0x7f ? "\\x%02x" : rune.code < 0x10000 ? "\\u%04x" : "\\U%08x";
  std::snprintf(code, sizeof code, format, rune.code);
  out += code;
}
}  // namespace

std::string quote(std::string_view text, bool ascii) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    append_escaped(out, rune, static_cast<unsigned char>(text[at]), '"', ascii);
    at += rune.width;
  }
  return out + "\"";
}

std::string quote_rune(uint32_t code, bool ascii) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = kBadRune;
  std::string out = "'";
  append_escaped(out, {code, 3}, 0, '\'', ascii);
  return out + "'";
}

std::string_view first_runes(std::string_view text, size_t count) {
  size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += rune_at(text, at).width;
  return text.substr(0, at);
}

}  // namespace reeve::tmpl
