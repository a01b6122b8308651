/// \file
/// What is this character? UTF-8 and the few Unicode properties that Go's lexer and printer ask about.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::tmpl {

inline constexpr uint32_t kBadRune = 0xfffd;

struct Rune {
  uint32_t code = kBadRune;
  size_t width = 0;  ///< 0: the end; 1 with kBadRune: a byte that is no UTF-8
};
Rune rune_at(std::string_view text, size_t at);
void append_rune(std::string& out, uint32_t code);

bool is_letter(uint32_t code);
bool is_digit(uint32_t code);
bool is_mark(uint32_t code);
/// A letter, mark, number, punctuation or symbol, or the ASCII blank.
bool is_print(uint32_t code);
uint32_t to_upper(uint32_t code);
uint32_t to_lower(uint32_t code);

/// `U+201C '“'`, as Go's %#U.
std::string describe_rune(uint32_t code);

}  // namespace reeve::tmpl
