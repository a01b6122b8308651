// Go's functions that make text: print and its kin, and the escapers.
#include <cstdio>

#include "template/format.h"
#include "template/functions.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\0':
        out += "\xef\xbf\xbd";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// At least four hexadecimal digits.
std::string hex4(uint32_t code) {
  char text[16];
  std::snprintf(text, sizeof text, "%04X", code);
  return text;
}

std::string js_escaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    const std::string_view bytes = text.substr(at, rune.width);
    at += rune.width;
    if (rune.code == '\\' || rune.code == '\'' || rune.code == '"') {
      out += "\\" + std::string(bytes);
    } else if (rune.code < ' ' || std::string_view("<>&=").find(bytes) != std::string_view::npos ||
               !is_print(rune.code)) {
      out += rune.code == 0x7f ? "\x7f" : "\\u" + hex4(rune.code);  // Go leaves DEL alone
    } else {
      out += bytes;
    }
  }
  return out;
}

std::string print_format(const Arguments& args) {
  return sprintf(args[0].get<Text>()->value, {args.begin() + 1, args.end()});
}
}  // namespace

std::string query_escape(std::string_view text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::vector<Function> text_functions() {
  constexpr Param any = Param::kAny, text = Param::kText;
  return {
      {"print", {any}, true, [](Caller&, Arguments& a) -> Datum { return sprint(a); }},
      {"println", {any}, true, [](Caller&, Arguments& a) -> Datum { return sprintln(a); }},
      {"printf", {text, any}, true, [](Caller&, Arguments& a) -> Datum { return print_format(a); }},
      {"html", {any}, true, [](Caller&, Arguments& a) -> Datum { return html_escaped(joined_arguments(a)); }},
      {"js", {any}, true, [](Caller&, Arguments& a) -> Datum { return js_escaped(joined_arguments(a)); }},
      {"urlquery", {any}, true, [](Caller&, Arguments& a) -> Datum { return query_escape(joined_arguments(a)); }},
  };
}

}  // namespace reeve::tmpl
