#include "store/failure.h"

#include <sqlite3.h>

namespace reeve::store {

namespace {
base::Fault fault_of_code(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Fault::kTransient;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return base::Fault::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return base::Fault::kInvalid;
    case SQLITE_CONSTRAINT:
      return base::Fault::kConflict;
    case SQLITE_AUTH:
      return base::Fault::kDenied;
    default:
      return base::Fault::kInternal;
  }
}

const char* advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return " (the disk is full: free some space)";
    case SQLITE_BUSY:
      return " (another program holds the file)";
    case SQLITE_READONLY:
      return " (check the owner and mode of the file and its folder)";
    default:
      return "";
  }
}
}  // namespace

base::Error failure(int code, const std::string& path, const std::string& doing, const std::string& words) {
  // What the file is, not what was asked of it.
  if ((code & 0xff) == SQLITE_NOTADB)
    return {fault_of_code(code), path + ": this is not a reeve ledger, or its beginning is damaged (" + words + ")"};
  if ((code & 0xff) == SQLITE_CORRUPT)
    return {fault_of_code(code), path + ": the file is damaged: keep it, and restore a copy (" + words + ")"};
  return {fault_of_code(code), path + ": " + doing + ": " + words + advice(code)};
}

base::Error failure(sqlite3* db, const std::string& path, const std::string& doing) {
  return failure(sqlite3_extended_errcode(db), path, doing, sqlite3_errmsg(db));
}

}  // namespace reeve::store
