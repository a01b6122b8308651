#include "store/statement.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>

#include "store/failure.h"
#include "store/statement_state.h"

namespace reeve::store {

namespace {
template <class State, class F>
void guarded(State& state, F&& bind) {
  try {
    bind(state.statement);
  } catch (const SQLite::Exception& e) {
    if (state.bound.ok()) state.bound = failure(e.getErrorCode(), state.path, "binding a parameter", e.what());
  }
}
}  // namespace

Statement::Statement() = default;
Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::bind(int at, int64_t value) {
  guarded(*state_, [&](SQLite::Statement& s) { s.bind(at, value); });
  return *this;
}

Statement& Statement::bind(int at, double value) {
  guarded(*state_, [&](SQLite::Statement& s) { s.bind(at, value); });
  return *this;
}

Statement& Statement::bind_text(int at, const std::string& text) {
  guarded(*state_, [&](SQLite::Statement& s) { s.bindNoCopy(at, text); });
  return *this;
}

Statement& Statement::bind_blob(int at, std::string_view bytes) {
  // An empty blob is no NULL: SQLite takes a null pointer for NULL.
  const char* data = bytes.data() ? bytes.data() : "";
  guarded(*state_, [&](SQLite::Statement& s) { s.bindNoCopy(at, data, static_cast<int>(bytes.size())); });
  return *this;
}

Statement& Statement::bind_null(int at) {
  guarded(*state_, [&](SQLite::Statement& s) { s.bind(at); });
  return *this;
}

base::Result<bool> Statement::step() {
  if (!state_->bound.ok()) {
    const base::Error error = state_->bound.error();
    state_->bound = {};
    return error;
  }
  const int code = state_->statement.tryExecuteStep();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(state_->handle, state_->path, state_->statement.getQuery());
}

base::Status Statement::run() {
  for (;;) {
    const base::Result<bool> row = step();
    if (row.ok() && *row) continue;
    reset();
    return row.ok() ? base::Status() : base::Status(row.error());
  }
}

// The code of reset repeats the error of the step before, which step() has returned already.
void Statement::reset() {
  (void)state_->statement.tryReset();
}

int Statement::columns() const {
  return state_->statement.getColumnCount();
}
std::string Statement::name(int column) const {
  return state_->statement.getColumnName(column);
}

Type Statement::type(int column) const {
  switch (state_->statement.getColumn(column).getType()) {
    case SQLITE_INTEGER:
      return Type::kInteger;
    case SQLITE_FLOAT:
      return Type::kReal;
    case SQLITE_TEXT:
      return Type::kText;
    case SQLITE_BLOB:
      return Type::kBlob;
    default:
      return Type::kNull;
  }
}

int64_t Statement::integer(int column) const {
  return state_->statement.getColumn(column).getInt64();
}
double Statement::real(int column) const {
  return state_->statement.getColumn(column).getDouble();
}

std::string_view Statement::bytes(int column) const {
  const SQLite::Column value = state_->statement.getColumn(column);
  const void* data = value.getBlob();  // for a text: its bytes, not converted
  const int size = value.getBytes();
  return data ? std::string_view(static_cast<const char*>(data), static_cast<size_t>(size)) : std::string_view();
}

}  // namespace reeve::store
