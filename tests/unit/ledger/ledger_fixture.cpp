#include "unit/ledger/ledger_fixture.h"

#include <sqlite3.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

namespace reeve::ledger {

void LedgerTest::turn() {
  loop->context().run_one_for(std::chrono::milliseconds(100));
}
void LedgerTest::run_posted() {
  loop->context().poll();
}

void LedgerTest::tamper(const std::string& sql, const std::string& file) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((folder / file).c_str(), &db), SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(db, ("PRAGMA synchronous=OFF;" + sql).c_str(), nullptr, nullptr, &error);
  EXPECT_EQ(code, SQLITE_OK) << sql << ": " << (error ? error : "");
  sqlite3_free(error);
  sqlite3_close(db);
}

}  // namespace reeve::ledger
