/// \file
/// How does Go read numbers and quoted text, and how does it write floating-point numbers? Source: Go's strconv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve::tmpl {

/// A constant as written: what it may be used as.
struct Number {
  bool is_int = false, is_uint = false, is_float = false;
  int64_t integer = 0;
  uint64_t natural = 0;
  double real = 0;
};
/// A number or a character in quotes. \errors as text in `error`: Go's words.
std::optional<Number> parse_number(std::string_view text, std::string& error);

/// strconv.ParseInt/ParseUint with base 0: prefixes 0x 0o 0b 0, underscores between digits. None: syntax or range.
std::optional<uint64_t> parse_natural(std::string_view text);
std::optional<int64_t> parse_integer(std::string_view text);
enum class FloatFault { kNone, kSyntax, kRange };
/// strconv.ParseFloat; out of range gives the infinity and kRange.
FloatFault parse_float(std::string_view text, double& out);
/// strconv.Unquote of "..." or `...`; none: invalid syntax.
std::optional<std::string> unquote(std::string_view text);

/// strconv.FormatFloat for 64 bits: verb e E f g G x X b; precision -1: the shortest text that reads back the same.
std::string format_float(double value, char verb, int precision);

}  // namespace reeve::tmpl
