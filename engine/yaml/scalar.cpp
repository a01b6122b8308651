#include "yaml/scalar.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace reeve::yaml {

namespace {
bool digit(char c) {
  return c >= '0' && c <= '9';
}

size_t sign_length(const std::string& text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
}

size_t digits_from(const std::string& text, size_t at) {
  size_t end = at;
  while (end < text.size() && digit(text[end])) ++end;
  return end - at;
}

std::optional<int64_t> whole(std::string_view digits, int base) {
  int64_t out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, then an exponent.
bool is_decimal(const std::string& text) {
  size_t at = sign_length(text);
  const size_t before = digits_from(text, at);
  at += before;
  size_t after = 0;
  if (at < text.size() && text[at] == '.') {
    after = digits_from(text, at + 1);
    at += 1 + after;
  }
  if (before + after == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const size_t exponent = digits_from(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}
}  // namespace

std::optional<bool> core_boolean(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

bool has_leading_zero(const std::string& text) {
  const size_t at = sign_length(text), digits = digits_from(text, at);
  return digits > 1 && text[at] == '0' && at + digits == text.size();
}

std::optional<int64_t> core_integer(const std::string& text) {
  if (has_leading_zero(text)) return std::nullopt;
  const std::string_view all = text;
  if (all.starts_with("0x") && all.substr(2).find('-') == all.npos) return whole(all.substr(2), 16);
  if (all.starts_with("0o") && all.substr(2).find('-') == all.npos) return whole(all.substr(2), 8);
  const size_t at = sign_length(text);
  if (digits_from(text, at) + at != text.size() || text.size() == at) return std::nullopt;
  return whole(text[0] == '+' ? all.substr(1) : all, 10);
}

std::optional<double> core_number(const std::string& text) {
  const std::string rest = text.substr(sign_length(text));
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF")
    return text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  if (const auto integer = core_integer(text)) return static_cast<double>(*integer);
  if (!is_decimal(text) || has_leading_zero(text)) return std::nullopt;
  const double out = std::strtod(text.c_str(), nullptr);
  if (std::isinf(out)) return std::nullopt;
  return out;
}

model::Value core_value(const std::string& text) {
  if (const auto boolean = core_boolean(text)) return *boolean;
  if (const auto integer = core_integer(text)) return *integer;
  // A whole number beyond 64 bits is somebody's id: as text it keeps its digits.
  const size_t sign = sign_length(text);
  if (sign < text.size() && sign + digits_from(text, sign) == text.size()) return text;
  if (const auto number = core_number(text)) return *number;
  return text;
}

}  // namespace reeve::yaml
