/// \file
/// Does a text match a regular expression, and what does replacing give? RE2 with Go's replacement rules.
#pragma once

#include <string>

namespace reeve::tmpl {

/// Both throw Failure with Go's words when the pattern does not compile.
bool matches_pattern(const std::string& pattern, const std::string& text);
/// Go's ReplaceAllString: `$1`, `${1}`, `$name`, `${name}`, `$$`.
std::string replace_all(const std::string& pattern, const std::string& replacement, const std::string& text);

}  // namespace reeve::tmpl
