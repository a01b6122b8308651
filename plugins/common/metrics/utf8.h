/// \file
/// How does a stranger's text become a label that every reader accepts?
#pragma once

#include <string>
#include <string_view>

namespace reeve::common::metrics {

/// At most `room` bytes of UTF-8 without control characters; each byte that is neither becomes "?".
std::string printable_utf8(std::string_view text, size_t room);

/// Well-formed, control characters allowed.
bool is_utf8(std::string_view text);

}  // namespace reeve::common::metrics
