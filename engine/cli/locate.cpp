// Which configuration and which state folder apply? The same answers with and without an engine.
#include <filesystem>
#include <system_error>

#include "cli/cli.h"
#include "yaml/yaml.h"

namespace reeve::cli {

namespace {
bool is_there(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  return std::filesystem::exists(path, ignored);
}
}  // namespace

base::Result<std::string> find_config(const std::string& given) {
  if (!given.empty()) {
    if (is_there(given)) return given;
    return base::Error{base::Fault::kNotFound, "no configuration at " + given};
  }
  for (const char* path : {"reeve.yaml", "/etc/reeve/reeve.yaml"})
    if (is_there(path)) return std::string(path);
  return std::string();
}

base::Result<std::string> state_folder(const Globals& globals) {
  if (!globals.state.empty()) return globals.state;
  REEVE_TRY(const std::string config, find_config(globals.config));
  const std::filesystem::path folder = std::filesystem::path(config).parent_path();
  std::string state = "reeve-data";
  if (!config.empty()) {
    REEVE_TRY(const yaml::Node root, yaml::load(config));
    if (const yaml::Node* named = root.find("state")) {
      REEVE_TRY(state, named->text());
    }
  }
  return (folder / state).lexically_normal().string();
}

}  // namespace reeve::cli
