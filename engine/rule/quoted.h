/// \file
/// What text does a quoted string of PromQL stand for? "..." and '...' with Go's escapes, `...` without.
#pragma once

#include <string>
#include <string_view>

#include "base/base.h"

namespace reeve::rule {

/// Reads the quoted string that begins at `text[at]`; `at` is then behind its closing quote.
/// \errors kInvalid: what is wrong, without a place (`at` is where).
base::Result<std::string> read_quoted(std::string_view text, size_t& at);

}  // namespace reeve::rule
