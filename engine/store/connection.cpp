#include "store/connection.h"

#include <SQLiteCpp/Exception.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "store/authoriser.h"
#include "store/failure.h"
#include "store/statement_state.h"

namespace reeve::store {

namespace {
constexpr int kBusyMs = 2000;
}

struct Connection::State {
  State(const OpenOptions& options, const std::string& uri, int flags)
      : path(options.path),
        alone(options.alone),
        authoriser(options.access, options.protection),
        db(uri, flags, kBusyMs, options.vfs) {}

  base::Status run(const std::string& sql) {
    if (db.tryExec(sql) == SQLITE_OK) return {};
    return failure(db.getHandle(), path, sql.substr(0, 80));
  }

  std::string path;
  bool alone;
  int wal_pages = 0;
  Authoriser authoriser;
  SQLite::Database db;
};

namespace {
// Always as a URI, so that a path of any characters means that file.
std::string uri_of(const OpenOptions& options) {
  if (options.path == ":memory:") return options.path;
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : options.path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '%' || c == '?' || c == '#') {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    } else {
      uri += c;
    }
  }
  if (options.alone) uri += "?immutable=1";
  return uri;
}

int flags_of(Access access) {
  const int mode = access == Access::kReadOnly    ? SQLITE_OPEN_READONLY
                   : access == Access::kReadWrite ? SQLITE_OPEN_READWRITE
                                                  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  return mode | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
}

void harden(sqlite3* db, Access access) {
  sqlite3_extended_result_codes(db, 1);
  for (const auto& [what, on] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1}, std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                 std::pair{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, std::pair{SQLITE_DBCONFIG_DQS_DML, 0},
                                 std::pair{SQLITE_DBCONFIG_DQS_DDL, 0}, std::pair{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                 std::pair{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}})
    sqlite3_db_config(db, what, on, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, access == Access::kReadOnly ? 1 : 0);  // VACUUM INTO needs one
}

std::string setup_of(const OpenOptions& options) {
  std::string sql = "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;";
  if (options.access == Access::kReadOnly) return sql + "PRAGMA query_only=ON; PRAGMA schema_version;";
  if (options.page_bytes > 0) sql += "PRAGMA page_size=" + std::to_string(options.page_bytes) + ";";
  return sql +
         "PRAGMA secure_delete=ON; PRAGMA recursive_triggers=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
         "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;";
}

int remember_wal_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

// SQLite counts its memory under a lock at every allocation unless it is told not to, before its first use.
void configure_once() {
  [[maybe_unused]] static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

base::Status check_there(const OpenOptions& options) {
  struct stat info{};
  if (options.access == Access::kCreate || options.path == ":memory:" || stat(options.path.c_str(), &info) == 0)
    return {};
  const base::Fault fault = errno == ENOENT ? base::Fault::kNotFound : base::Fault::kUnavailable;
  return base::Error{fault, options.path + ": " + std::strerror(errno)};
}
}  // namespace

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

base::Result<Connection> Connection::open(const OpenOptions& options) {
  configure_once();
  REEVE_CHECK(check_there(options));
  std::unique_ptr<State> state;
  try {
    state = std::make_unique<State>(options, uri_of(options), flags_of(options.access));
  } catch (const SQLite::Exception& e) {
    return failure(e.getExtendedErrorCode(), options.path, "opening", e.what());
  }
  sqlite3* db = state->db.getHandle();
  harden(db, options.access);
  REEVE_CHECK(state->run(setup_of(options)));
  sqlite3_wal_hook(db, remember_wal_pages, &state->wal_pages);
  state->authoriser.install(db);
  return Connection(std::move(state));
}

base::Result<Statement> Connection::prepare(const std::string& sql) {
  try {
    auto state = std::make_unique<Statement::State>(state_->db, sql);
    state->path = state_->path;
    return Statement(std::move(state));
  } catch (const SQLite::Exception& e) {
    return failure(e.getExtendedErrorCode(), state_->path, sql.substr(0, 80), e.what());
  }
}

base::Status Connection::run(const std::string& sql) {
  return state_->run(sql);
}

base::Result<int64_t> Connection::number(const std::string& sql, int64_t other) {
  REEVE_TRY(Statement statement, prepare(sql));
  REEVE_TRY(const bool row, statement.step());
  if (!row) return other;
  if (statement.type(0) != Type::kInteger) return base::invalid(state_->path + ": no number: " + sql.substr(0, 80));
  return statement.integer(0);
}

base::Status Connection::transaction(const std::function<base::Status()>& body) {
  REEVE_CHECK(run("BEGIN IMMEDIATE"));
  base::Status done = body();
  if (done.ok()) done = run("COMMIT");
  if (done.ok()) return done;
  if (sqlite3_get_autocommit(state_->db.getHandle()) == 0)
    if (const base::Status undone = run("ROLLBACK"); !undone.ok()) return undone;
  return done;
}

base::Status Connection::schema_change(const std::function<base::Status()>& body) {
  state_->authoriser.set_licence(Authoriser::Licence::kSchema);
  base::Status done = transaction(body);
  state_->authoriser.set_licence(Authoriser::Licence::kNone);
  return done;
}

base::Result<CheckpointResult> Connection::checkpoint(CheckpointMode mode) {
  CheckpointResult result;
  const int how = mode == CheckpointMode::kPassive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
  sqlite3* db = state_->db.getHandle();
  state_->db.setBusyTimeout(0);  // readers are not waited for
  const int code = sqlite3_wal_checkpoint_v2(db, "main", how, &result.wal_pages, &result.done_pages);
  state_->db.setBusyTimeout(kBusyMs);
  // Busy: a reader holds an old snapshot. What could be done was done.
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return failure(db, state_->path, "checkpoint");
  result.complete = code == SQLITE_OK && result.done_pages == result.wal_pages;
  return result;
}

int Connection::wal_pages() const {
  return state_->wal_pages;
}

base::Status Connection::leave_wal() {
  state_->authoriser.set_licence(Authoriser::Licence::kSchema);
  base::Status done = run("PRAGMA journal_mode=DELETE");
  state_->authoriser.set_licence(Authoriser::Licence::kNone);
  return done;
}

base::Status Connection::vacuum_into(const std::string& to) {
  struct stat info{};
  if (stat(to.c_str(), &info) == 0)
    return base::Error{base::Fault::kConflict, to + ": the file exists already; name another"};
  state_->authoriser.set_licence(Authoriser::Licence::kCopy);
  base::Status done = run("PRAGMA query_only=OFF");
  if (done.ok()) {
    auto copy = prepare("VACUUM INTO ?1");
    done = copy.ok() ? copy->bind_text(1, to).run() : base::Status(copy.error());
  }
  const base::Status shut = run("PRAGMA query_only=ON");
  state_->authoriser.set_licence(Authoriser::Licence::kNone);
  return done.ok() ? shut : done;
}

const std::string& Connection::path() const {
  return state_->path;
}
bool Connection::alone() const {
  return state_->alone;
}

}  // namespace reeve::store
