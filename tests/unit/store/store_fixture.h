/// \file
/// What do the tests of connections stand on? A file of their own with one append-only table and one that may change.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/store.h"

namespace reeve::store {

struct ConnectionTest : testing::Test {
  ConnectionTest() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-store-XXXXXX").string();
    folder = mkdtemp(name.data());
    path = folder + "/a b%?#.db";  // whatever a path may hold
  }
  ~ConnectionTest() override { std::filesystem::remove_all(folder); }

  OpenOptions options(Access access) { return {path, access, {{"log"}, {{"log", "note"}}}, "", 0, false}; }

  Connection create() {
    auto made = Connection::open(options(Access::kCreate));
    if (!made.ok()) throw std::runtime_error(made.error().text);
    const Status done = made->schema_change([&]() -> Status {
      REEVE_CHECK(made->run("CREATE TABLE log(n INTEGER PRIMARY KEY, text TEXT, note BLOB)"));
      return made->run("CREATE TABLE state(k TEXT PRIMARY KEY, v) WITHOUT ROWID");
    });
    if (!done.ok()) throw std::runtime_error(done.error().text);
    return std::move(*made);
  }
  using Status = base::Status;

  std::string folder, path;
};

inline std::string text_of(const base::Status& status) {
  return status.ok() ? "ok" : status.error().text;
}
inline std::string fault_of(const base::Status& status) {
  return status.ok() ? "ok" : base::fault_name(status.error().fault);
}

}  // namespace reeve::store
