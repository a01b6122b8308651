/// \file
/// What may an SQL statement do on a connection? Decided when it is prepared. Private to store.
#pragma once

#include <string>
#include <vector>

#include "store/connection.h"

struct sqlite3;

namespace reeve::store {

class Authoriser {
 public:
  Authoriser(Access access, Protection protection) : access_(access), protection_(std::move(protection)) {}

  /// Must outlive the connection.
  void install(sqlite3* db);

  /// While in force, the schema may change (kReadWrite, kCreate) or a copy may be made (any).
  enum class Licence { kNone, kSchema, kCopy };
  void set_licence(Licence licence) { licence_ = licence; }

  /// An SQLite action code with its arguments, as sqlite3_set_authorizer() hands them over.
  bool allows(int action, const char* first, const char* second, const char* database) const;

 private:
  bool allows_write(int action, const char* table, const char* column) const;
  bool is_append_only(const char* table) const;

  Access access_;
  Protection protection_;
  Licence licence_ = Licence::kNone;
};

}  // namespace reeve::store
