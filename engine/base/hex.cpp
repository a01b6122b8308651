// Hexadecimal digits; apart from hash.cpp, as reeve-child prints them and hashes nothing.
#include "base/hash.h"

namespace reeve::base {

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

Result<std::string> unhex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2) return invalid("hexadecimal text has an odd number of digits");
  std::string out;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return invalid("not hexadecimal: \"" + std::string(text.substr(i, 2)) + "\"");
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

}  // namespace reeve::base
