// Go's strconv.FormatFloat for 64 bits.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

#include "template/number.h"

namespace reeve::tmpl {

namespace {
/// 0.d1d2d3... times 10^point.
struct Digits {
  std::string digits;
  int point = 0;
};

/// Of a positive finite number or zero: from a text like 1.234e+05.
Digits digits_of(const std::string& scientific) {
  const size_t e = scientific.find('e');
  Digits out;
  for (const char c : scientific.substr(0, e))
    if (c != '.') out.digits += c;
  out.point = std::atoi(scientific.c_str() + e + 1) + 1;
  while (!out.digits.empty() && out.digits.back() == '0') out.digits.pop_back();
  if (out.digits.empty()) out.point = 0;
  return out;
}

std::string printed(const char* format, int precision, double value) {
  std::vector<char> text(static_cast<size_t>(precision) + 400);
  const int n = std::snprintf(text.data(), text.size(), format, precision, value);
  return {text.data(), static_cast<size_t>(n)};
}

std::string shortest(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  return {text, end};
}

/// d.ddde±dd with exactly `precision` digits behind the point.
std::string exponent_form(const Digits& d, int precision, char e) {
  std::string out(1, d.digits.empty() ? '0' : d.digits[0]);
  if (precision > 0) {
    out += '.';
    for (int i = 1; i <= precision; ++i)
      out += static_cast<size_t>(i) < d.digits.size() ? d.digits[static_cast<size_t>(i)] : '0';
  }
  const int exponent = d.digits.empty() ? 0 : d.point - 1;
  char tail[16];
  std::snprintf(tail, sizeof tail, "%c%c%02d", e, exponent < 0 ? '-' : '+', std::abs(exponent));
  return out + tail;
}

/// ddd.ddd with exactly `precision` digits behind the point.
std::string plain_form(const Digits& d, int precision) {
  const auto digit = [&](int at) {
    return at >= 0 && static_cast<size_t>(at) < d.digits.size() ? d.digits[static_cast<size_t>(at)] : '0';
  };
  std::string out;
  for (int i = 0; i < d.point; ++i) out += digit(i);
  if (out.empty()) out = "0";
  if (precision > 0) {
    out += '.';
    for (int i = 0; i < precision; ++i) out += digit(d.point + i);
  }
  return out;
}

std::string general(double value, int precision, char verb) {
  const bool is_shortest = precision < 0;
  if (precision == 0) precision = 1;
  const Digits d = digits_of(is_shortest ? shortest(value) : printed("%.*e", precision - 1, value));
  const int count = static_cast<int>(d.digits.size());
  int limit = is_shortest ? count : precision;
  int exponent_limit = is_shortest ? 6 : precision;
  if (!is_shortest && exponent_limit > count && count >= d.point) exponent_limit = count;
  const int exponent = d.point - 1;
  if (exponent < -4 || exponent >= exponent_limit) {
    limit = std::min(limit, count);
    return exponent_form(d, std::max(limit - 1, 0), verb == 'g' ? 'e' : 'E');
  }
  return plain_form(d, std::max(count - d.point, 0));
}

std::string hexadecimal(double value, int precision, bool upper) {
  int exponent = 0;
  const double fraction = value == 0 ? 0 : std::frexp(value, &exponent) * 2;  // 1 <= fraction < 2
  std::string text = precision < 0 ? [&] {
    char all[64];
    std::snprintf(all, sizeof all, "%a", fraction);
    return std::string(all);
  }()
                                   : printed("%.*a", precision, fraction);
  const size_t p = text.find('p');
  if (text.starts_with("0x2")) {  // rounded up
    text[2] = '1';
    ++exponent;
  }
  exponent = value == 0 ? 0 : exponent - 1 + std::atoi(text.c_str() + p + 1);
  char tail[16];
  std::snprintf(tail, sizeof tail, "p%c%02d", exponent < 0 ? '-' : '+', std::abs(exponent));
  text = text.substr(0, p) + tail;
  if (upper)
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string binary(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  int shift = std::max(exponent - 53, -1074);
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, exponent - shift));
  if (value == 0) shift = -1074;
  char text[64];
  std::snprintf(text, sizeof text, "%llup%+d", static_cast<unsigned long long>(mantissa), shift);
  return text;
}
}  // namespace

std::string format_float(double value, char verb, int precision) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const std::string sign = std::signbit(value) ? "-" : "";
  value = std::fabs(value);
  switch (verb) {
    case 'e':
    case 'E': {
      const Digits d = digits_of(precision < 0 ? shortest(value) : printed("%.*e", precision, value));
      if (precision < 0) precision = std::max(static_cast<int>(d.digits.size()) - 1, 0);
      return sign + exponent_form(d, precision, verb);
    }
    case 'f':
      if (precision >= 0) return sign + printed("%.*f", precision, value);
      {
        const Digits d = digits_of(shortest(value));
        return sign + plain_form(d, std::max(static_cast<int>(d.digits.size()) - d.point, 0));
      }
    case 'x':
    case 'X':
      return sign + hexadecimal(value, precision, verb == 'X');
    case 'b':
      return sign + binary(value);
    default:
      return sign + general(value, precision, verb);
  }
}

}  // namespace reeve::tmpl
