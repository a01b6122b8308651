#include "ledger/schema.h"
#include "ledger/verify.h"

namespace reeve::ledger {

namespace {
struct Object {
  std::string type, sql;
};

base::Result<std::map<std::string, Object>> read_objects(store::Connection& file) {
  std::map<std::string, Object> objects;
  REEVE_TRY(store::Statement rows, file.prepare("SELECT name, type, sql FROM sqlite_master"));
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) return objects;
    objects[std::string(rows.bytes(0))] = {std::string(rows.bytes(1)), std::string(rows.bytes(2))};
  }
}

bool may_stand(const std::string& name, const Object& object) {
  if (object.type == "table") return !object.sql.starts_with("CREATE VIRTUAL");
  if (object.type != "index") return false;
  return object.sql.empty() ? name.starts_with("sqlite_autoindex_")
                            : name == sealed_index().first && object.sql == sealed_index().second;
}
}  // namespace

base::Result<bool> verify_schema(store::Connection& file, const std::string& name, Chain& chain) {
  REEVE_TRY(const int64_t application, file.number("PRAGMA application_id"));
  if (application != kApplicationId) return chain.fault(name + ": not a reeve ledger file"), false;
  REEVE_TRY(const int64_t version, file.number("PRAGMA user_version"));
  if (version != kFormatVersion)
    return chain.fault(name + ": format " + std::to_string(version) + " is not known"), false;
  REEVE_TRY(auto objects, read_objects(file));
  bool readable = true;
  for (const auto* named : {&format_tables(), &format_triggers()}) {
    for (const auto& [object, sql] : *named) {
      const auto found = objects.find(object);
      const bool right = found != objects.end() && found->second.sql == sql;
      if (!right)
        chain.fault(name + ": " + object + (found == objects.end() ? " is missing" : " is not as the format has it"));
      if (!right && named == &format_tables() && sql.starts_with("CREATE TABLE")) readable = false;
      if (found != objects.end()) objects.erase(found);
    }
  }
  for (const auto& [object, what] : objects)
    if (!may_stand(object, what)) chain.fault(name + ": " + object + " is foreign to the format");
  return readable;
}

}  // namespace reeve::ledger
