#include "template/printer.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "template/number.h"
#include "template/runes.h"

namespace reeve::tmpl {

void Printer::append(std::string_view text) {
  check_length(out_.size() + text.size());
  out_ += text;
}

void Printer::padding(size_t count) {
  check_length(out_.size() + count);
  // Zeros only on the left.
  out_.append(count, flags.zero && !flags.minus ? '0' : ' ');
}

void Printer::padded(std::string_view text) {
  size_t runes = 0;
  for (size_t at = 0; at < text.size(); ++runes) at += rune_at(text, at).width;
  const size_t width = flags.has_width ? static_cast<size_t>(flags.width) : 0;
  const size_t missing = width > runes ? width - runes : 0;
  if (!flags.minus) padding(missing);
  append(text);
  if (flags.minus) padding(missing);
}

void Printer::bad_verb(const Datum& all, uint32_t verb) {
  std::string name;
  append_rune(name, verb);
  append("%!" + name + "(");
  if (all.is_nothing()) {
    append("<nil>");
  } else {
    append(all.type_name() + "=");
    erroring_ = true;
    printed(all, 'v', 0);
    erroring_ = false;
  }
  append(")");
}

void Printer::boolean(bool value, const Datum& all, uint32_t verb) {
  if (verb != 't' && verb != 'v') return bad_verb(all, verb);
  padded(value ? "true" : "false");
}

void Printer::digits(uint64_t value, unsigned base, bool is_signed, uint32_t verb, bool upper) {
  const bool negative = is_signed && static_cast<int64_t>(value) < 0;
  if (negative) value = -value;
  int least = 0;
  Flags before = flags;
  if (flags.has_precision) {
    least = flags.precision;
    if (least == 0 && value == 0) {
      flags.zero = false;
      padding(flags.has_width ? static_cast<size_t>(flags.width) : 0);
      flags = before;
      return;
    }
  } else if (flags.zero && !flags.minus && flags.has_width) {
    least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  }
  std::string reversed;
  const char* names = upper ? "0123456789ABCDEFX" : "0123456789abcdefx";
  do {
    reversed += names[value % base];
    value /= base;
  } while (value > 0);
  while (static_cast<int>(reversed.size()) < least) reversed += '0';
  if (flags.sharp && base == 2) reversed += "b0";
  if (flags.sharp && base == 8 && reversed.back() != '0') reversed += '0';
  if (flags.sharp && base == 16) reversed += std::string(1, names[16]) + "0";
  if (verb == 'O') reversed += "o0";
  if (negative || flags.plus || flags.space) reversed += negative ? '-' : flags.plus ? '+' : ' ';
  std::reverse(reversed.begin(), reversed.end());
  flags.zero = false;
  padded(reversed);
  flags = before;
}

void Printer::unicode(uint64_t value) {
  char name[32];
  const int least = flags.has_precision ? std::max(flags.precision, 4) : 4;
  std::snprintf(name, sizeof name, "%llX", static_cast<unsigned long long>(value));
  std::string text = name;
  if (static_cast<int>(text.size()) < least) text.insert(0, static_cast<size_t>(least) - text.size(), '0');
  text = "U+" + text;
  if (flags.sharp && value <= 0x10ffff && is_print(static_cast<uint32_t>(value))) {
    text += " '";
    append_rune(text, static_cast<uint32_t>(value));
    text += "'";
  }
  const bool zero = std::exchange(flags.zero, false);
  padded(text);
  flags.zero = zero;
}

void Printer::integer(const Datum& all, uint64_t value, bool is_signed, uint32_t verb) {
  const auto code = value > 0x10ffff ? kBadRune : static_cast<uint32_t>(value);
  std::string text;
  switch (verb) {
    case 'v':
      if (flags.sharp_v && !is_signed) {
        flags.sharp = true;
        digits(value, 16, false, verb, false);
        flags.sharp = false;
        return;
      }
      return digits(value, 10, is_signed, verb, false);
    case 'd':
      return digits(value, 10, is_signed, verb, false);
    case 'b':
      return digits(value, 2, is_signed, verb, false);
    case 'o':
    case 'O':
      return digits(value, 8, is_signed, verb, false);
    case 'x':
    case 'X':
      return digits(value, 16, is_signed, verb, verb == 'X');
    case 'c':
      append_rune(text, code);
      return padded(text);
    case 'q':
      return padded(quote_rune(code, flags.plus));
    case 'U':
      return unicode(value);
    default:
      return bad_verb(all, verb);
  }
}

void Printer::real(double value, const Datum& all, uint32_t verb) {
  switch (verb) {
    case 'v':
      return number_text(value, 'g', -1);
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return number_text(value, static_cast<char>(verb), -1);
    case 'f':
    case 'F':
      return number_text(value, 'f', 6);
    case 'e':
    case 'E':
      return number_text(value, static_cast<char>(verb), 6);
    default:
      return bad_verb(all, verb);
  }
}

namespace {
/// `#` keeps the point and the zeros behind it that %g would cut.
std::string with_point(const std::string& text, char verb, int precision) {
  const bool hex = verb == 'x' || verb == 'X';
  const size_t tail_at = text.find_first_of(hex ? "pP" : "eE", 1);
  std::string number = text.substr(0, tail_at);
  const std::string tail = tail_at == std::string::npos ? "" : text.substr(tail_at);
  int wanted = verb == 'g' || verb == 'G' || verb == 'x' ? (precision == -1 ? 6 : precision) : 0;
  bool point = false, nonzero = false;
  for (const char c : number.substr(1)) {
    if (c == '.') {
      point = true;
      continue;
    }
    nonzero = nonzero || c != '0';
    if (nonzero) --wanted;
  }
  if (!point) {
    if (number.size() == 2 && number[1] == '0') --wanted;
    number += '.';
  }
  if (wanted > 0) number.append(static_cast<size_t>(wanted), '0');
  return number + tail;
}
}  // namespace

void Printer::number_text(double value, char verb, int precision) {
  if (flags.has_precision) precision = flags.precision;
  check_length(out_.size() + static_cast<size_t>(std::max(precision, 0)));
  std::string text = format_float(value, verb, precision);
  if (text[0] != '-' && text[0] != '+') text.insert(0, "+");
  if (flags.space && text[0] == '+' && !flags.plus) text[0] = ' ';
  if (text[1] == 'I' || text[1] == 'N') {
    if (text[1] == 'N' && !flags.space && !flags.plus) text.erase(0, 1);
    const bool zero = std::exchange(flags.zero, false);
    padded(text);
    flags.zero = zero;
    return;
  }
  if (flags.sharp && verb != 'b') text = with_point(text, verb, precision);
  if (!flags.plus && text[0] == '+') return padded(std::string_view(text).substr(1));
  const auto width = static_cast<size_t>(flags.width);
  if (flags.zero && !flags.minus && flags.has_width && width > text.size()) {
    append(text.substr(0, 1));  // the sign stands before the zeros
    padding(width - text.size());
    append(std::string_view(text).substr(1));
    return;
  }
  padded(text);
}

/// strconv.CanBackquote: well-formed, no control characters but tabs, no byte order mark.
static bool fits_backquotes(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    const bool control = (rune.code < 0x20 && rune.code != '\t') || rune.code == 0x7f;
    if (control || rune.code == '`' || rune.code == 0xfeff || (rune.code == kBadRune && rune.width == 1)) return false;
    at += rune.width;
  }
  return true;
}

void Printer::bytes_in_hex(std::string_view bytes, bool upper) {
  if (flags.has_precision) bytes = bytes.substr(0, static_cast<size_t>(flags.precision));
  const char* names = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  const std::string prefix = upper ? "0X" : "0x";
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (flags.space && i > 0) out += ' ';
    if (flags.sharp && (i == 0 || flags.space)) out += prefix;
    out += names[static_cast<unsigned char>(bytes[i]) >> 4];
    out += names[static_cast<unsigned char>(bytes[i]) & 15];
  }
  padded(out);
}

void Printer::text(const std::string& value, const Datum& all, uint32_t verb) {
  const std::string_view cut =
      flags.has_precision ? first_runes(value, static_cast<size_t>(flags.precision)) : std::string_view(value);
  switch (verb) {
    case 'v':
      if (!flags.sharp_v) return padded(cut);
      return padded(quote(cut));
    case 's':
      return padded(cut);
    case 'x':
    case 'X':
      return bytes_in_hex(value, verb == 'X');
    case 'q': {
      const bool raw = flags.sharp && fits_backquotes(cut);
      return padded(raw ? "`" + std::string(cut) + "`" : quote(cut, flags.plus));
    }
    default:
      return bad_verb(all, verb);
  }
}

}  // namespace reeve::tmpl
