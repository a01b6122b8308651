#include "store/authoriser.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace reeve::store {

namespace {
// Read-only questions to SQLite; setting anything through them is refused below.
constexpr std::array<std::string_view, 9> kQuestions{"integrity_check", "quick_check",  "page_count",
                                                     "page_size",       "table_info",   "user_version",
                                                     "application_id",  "journal_mode", "schema_version"};

std::string_view text(const char* s) {
  return s ? std::string_view(s) : std::string_view();
}

bool is_question(const char* name, const char* value) {
  const bool known = std::find(kQuestions.begin(), kQuestions.end(), text(name)) != kQuestions.end();
  return known && (!value || text(name) == "table_info" || text(name) == "integrity_check");
}

bool is_reading(int action, const char* first, const char* second) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return true;
    case SQLITE_FUNCTION:
      return text(second) != "load_extension" && text(second) != "fts3_tokenizer";
    case SQLITE_PRAGMA:
      return is_question(first, second);
    default:
      return false;
  }
}

int on_action(void* self, int action, const char* first, const char* second, const char* database, const char*) {
  return static_cast<const Authoriser*>(self)->allows(action, first, second, database) ? SQLITE_OK : SQLITE_DENY;
}
}  // namespace

void Authoriser::install(sqlite3* db) {
  sqlite3_set_authorizer(db, on_action, this);
}

bool Authoriser::is_append_only(const char* table) const {
  const auto& tables = protection_.append_only;
  return std::find(tables.begin(), tables.end(), text(table)) != tables.end();
}

bool Authoriser::allows_write(int action, const char* table, const char* column) const {
  if (text(table).substr(0, 7) == "sqlite_") return false;
  if (action == SQLITE_INSERT) return true;
  if (!is_append_only(table)) return true;
  return action == SQLITE_UPDATE &&
         std::any_of(protection_.may_update.begin(), protection_.may_update.end(), [&](const auto& allowed) {
           return allowed.first == text(table) && allowed.second == text(column);
         });
}

bool Authoriser::allows(int action, const char* first, const char* second, const char* database) const {
  if (is_reading(action, first, second)) return true;
  // VACUUM INTO attaches the copy as vacuum_db and writes there, and reads here.
  if (licence_ == Licence::kCopy)
    return action == SQLITE_ATTACH || action == SQLITE_DETACH ||
           (action == SQLITE_PRAGMA && text(first) == "query_only") || text(database) == "vacuum_db" ||
           text(database) == "main";
  if (access_ == Access::kReadOnly) return false;
  if (licence_ == Licence::kSchema) return action != SQLITE_ATTACH && action != SQLITE_DETACH;
  const bool writes = action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
  return writes && allows_write(action, first, second);
}

}  // namespace reeve::store
