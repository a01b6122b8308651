/// \file
/// What does an SQLite error code mean to a caller? Private to store.
#pragma once

#include <string>

#include "base/result.h"

struct sqlite3;

namespace reeve::store {

/// The error of the last call on `db`: "<path>: <doing>: <SQLite's words>", with what to do where that is known.
base::Error failure(sqlite3* db, const std::string& path, const std::string& doing);
base::Error failure(int code, const std::string& path, const std::string& doing, const std::string& words);

}  // namespace reeve::store
