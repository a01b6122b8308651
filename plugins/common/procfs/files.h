/// \file
/// How are the small text files of /proc and /sys read and taken apart?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reeve::common {

/// The whole file; "" when it cannot be read.
std::string read_file(const std::string& path);
/// Names in a folder, sorted, without . and ..
std::vector<std::string> read_folder(const std::string& path);

/// Pieces of text without the separators; no empty pieces.
std::vector<std::string_view> words(std::string_view text);
std::vector<std::string_view> lines(std::string_view text);
std::string_view trimmed(std::string_view text);
/// 0 when it is no number.
double to_number(std::string_view text);

}  // namespace reeve::common
