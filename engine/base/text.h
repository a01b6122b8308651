/// \file
/// Which small questions about text does everyone ask? Splitting, trimming, joining, UTF-8, "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reeve::base {

std::vector<std::string> split(std::string_view text, char at);
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view between);
bool starts_with(std::string_view text, std::string_view with);
/// True when every byte belongs to a well-formed UTF-8 sequence (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// The candidate with the least edit distance to `word`, if it is near enough to be a typing error; else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);
/// Shell-style pattern over the whole text: `*` any run of characters, `?` any one; no other sign is special.
bool matches_glob(std::string_view pattern, std::string_view text);
/// The shortest decimal text that reads back as the same double; "NaN", "+Inf", "-Inf" (Prometheus' spelling).
std::string format_number(double value);

}  // namespace reeve::base
