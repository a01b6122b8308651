/// \file
/// What does the file say around the places that messages name?
#pragma once

#include <string>

namespace reeve::runbook {

/// Each line `FILE:LINE:COL: text` of `messages` with two lines of the file before and after it and a caret, as errors
/// in YAML have them. Columns are bytes. Other lines, and those whose file or place is not there, stay as they are.
/// Reads the files: blocking.
std::string with_excerpts(const std::string& messages);

}  // namespace reeve::runbook
