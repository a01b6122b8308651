/// \file
/// What happens when the program breaks a promise to itself? It says where, leaves a crash record and stops.
#pragma once

#include <string>

namespace reeve::base {

/// Where broken_promise() leaves its record; empty: standard error only. Set once at start.
void set_crash_folder(const std::string& folder);

/// Writes `<crash folder>/crash.txt` and standard error, then aborts. The ledger makes stopping cheap.
[[noreturn]] void broken_promise(const char* what, const char* file, int line);

}  // namespace reeve::base

/// Also checked in release builds. An expression, so it can stand before a comma.
#define REEVE_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::reeve::base::broken_promise(#condition, __FILE__, __LINE__))
