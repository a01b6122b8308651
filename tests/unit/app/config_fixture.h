/// \file
/// A folder with packs and files of its own, and what a configuration in it says.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "app/config.h"

namespace reeve::app::test {

/// A new name below the temporary folder; nothing is made there.
inline std::string fresh_folder(const std::string& what) {
  const std::string name =
      "reeve_" + what + "_" + base::uuid_text(base::new_uuid(base::Time{0}, base::system_random()));
  return (std::filesystem::path(testing::TempDir()) / name).lexically_normal().string();
}

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() : folder(fresh_folder("config")) {
    for (const char* below : {"share/rules/docker", "share/rules/proc", "share/runbooks/proc", "rules", "conf.d"})
      std::filesystem::create_directories(folder + "/" + below);
    places.shares = {folder + "/share"};
  }
  ~ConfigFile() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder + "/" + name) << text; }
  base::Result<Config> read(const std::string& text) {
    write("reeve.yaml", text);
    return load_config(folder + "/reeve.yaml", places,
                       [](const std::string& name) -> const char* { return name == "TOKEN" ? "s3cret" : nullptr; });
  }
  /// The error with the folder called FOLDER.
  std::string error(const std::string& text) {
    const auto config = read(text);
    std::string said = config.ok() ? "no error" : config.error().text;
    for (size_t at = 0; (at = said.find(folder)) != std::string::npos;) said.replace(at, folder.size(), "FOLDER");
    return said;
  }

  std::string folder;
  Places places;
};

}  // namespace reeve::app::test
