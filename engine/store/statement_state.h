/// \file
/// What is behind a Statement? Private to store.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <string>

#include "store/statement.h"

namespace reeve::store {

struct Statement::State {
  State(const SQLite::Database& db, const std::string& sql) : statement(db, sql), handle(db.getHandle()) {}
  SQLite::Statement statement;
  sqlite3* handle;
  std::string path;
  base::Status bound;  ///< the first binding that failed
};

}  // namespace reeve::store
