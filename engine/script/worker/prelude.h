/// \file
/// What do scripts see as `p`, `runbook` and `run`? The API of level 1, written in Lua on a few primitives of ours.
#pragma once

#include <string_view>

namespace reeve::script {

/// A chunk that gets the primitives as a table and returns {globals, main, clean_up}.
std::string_view prelude_text();
/// Its first part: what a file declares.
std::string_view declarations_text();

}  // namespace reeve::script
