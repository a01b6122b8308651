/// \file
/// Is there a file to read at this path? What is none is told, so that nothing is left out silently.
#pragma once

#include <string>

namespace reeve::base {

/// Why there is no regular file at `path` ("is a folder, not a file", "is a link to X, which is not there"), links
/// followed; empty: it is one. Blocking: one or two system calls.
std::string why_no_file(const std::string& path);

}  // namespace reeve::base
