#include "store/migration.h"

namespace reeve::store {

base::Result<int64_t> migrate(Connection& connection, const std::vector<Migration>& steps) {
  REEVE_TRY(const int64_t version, connection.number("PRAGMA user_version"));
  const auto newest = static_cast<int64_t>(steps.size());
  if (version > newest || version < 0)
    return base::invalid(connection.path() + ": made by a newer reeve (version " + std::to_string(version) +
                         ", this one knows " + std::to_string(newest) + "); use that");
  if (version == newest) return version;
  REEVE_CHECK(connection.schema_change([&]() -> base::Status {
    for (auto step = static_cast<size_t>(version); step < steps.size(); ++step) REEVE_CHECK(steps[step](connection));
    return connection.run("PRAGMA user_version=" + std::to_string(newest));
  }));
  return version;
}

}  // namespace reeve::store
