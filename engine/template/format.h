/// \file
/// How does Go print values? print, println, printf and quoting. Source: Go's fmt.
///
/// Every function here throws Failure when its text would be longer than kLongestText.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "template/datum.h"

namespace reeve::tmpl {

inline constexpr size_t kLongestText = 1 << 20;
/// Throws Failure when `size` is more than that.
void check_length(size_t size);

std::string sprint(const std::vector<Datum>& args);
std::string sprintln(const std::vector<Datum>& args);
std::string sprintf(std::string_view format, const std::vector<Datum>& args);
/// What an action writes for a value.
std::string printed_value(const Datum& value);
/// What html, js and urlquery see of their arguments.
std::string joined_arguments(const std::vector<Datum>& args);

/// A Go string constant in double quotes; `ascii`: all else escaped.
std::string quote(std::string_view text, bool ascii = false);
/// A Go character constant in single quotes.
std::string quote_rune(uint32_t code, bool ascii = false);
/// At most `count` characters.
std::string_view first_runes(std::string_view text, size_t count);

}  // namespace reeve::tmpl
