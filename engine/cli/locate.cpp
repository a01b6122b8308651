// Which configuration and which state folder apply? The same answers with and without an engine.
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "cli/cli.h"
#include "yaml/yaml.h"

namespace reeve::cli {

namespace {
constexpr const char* kDefaultState = "reeve-data";

bool is_there(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  return std::filesystem::exists(path, ignored);
}

std::string below(const std::string& config, const std::string& state) {
  return (std::filesystem::path(config).parent_path() / state).lexically_normal().string();
}

/// What the only line `state:` says in a text that may be no YAML as a whole; nothing when it leaves a doubt.
std::optional<std::string> visible_state(const std::string& config) {
  std::ifstream file(config);
  std::optional<std::string> seen;
  for (std::string line; std::getline(file, line);) {
    if (!base::starts_with(line, "state:")) continue;
    if (seen) return std::nullopt;
    seen = line;
  }
  if (!seen) return std::nullopt;
  const auto root = yaml::parse(*seen, config);
  const yaml::Node* named = root.ok() ? root->find("state") : nullptr;
  const auto text = named ? named->text() : base::Result<std::string>(base::invalid("none"));
  return text.ok() && !text->empty() ? std::optional<std::string>(*text) : std::nullopt;
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
  std::string state = kDefaultState;
  if (!config.empty()) {
    REEVE_TRY(const yaml::Node root, yaml::load(config));
    if (const yaml::Node* named = root.find("state")) {
      REEVE_TRY(state, named->text());
    }
  }
  return below(config, state);
}

base::Result<FoundState> find_state(const Globals& globals) {
  const auto told = state_folder(globals);
  if (told.ok()) return FoundState{*told, ""};
  REEVE_TRY(const std::string config, find_config(globals.config));
  const std::string why = told.error().text.substr(0, told.error().text.find('\n'));
  const std::pair<std::optional<std::string>, const char*> places[] = {{visible_state(config), "its line `state:`"},
                                                                       {kDefaultState, "the default"}};
  for (const auto& [state, source] : places) {
    std::error_code ignored;
    const std::string folder = state ? below(config, *state) : "";
    if (folder.empty() || !std::filesystem::is_directory(folder, ignored)) continue;
    return FoundState{folder,
                      why + "; taking the state folder " + folder + " (" + source + "); --state DIR names another"};
  }
  return base::Error{told.error().fault, told.error().text + "\nand there is no state folder " +
                                             below(config, kDefaultState) + ": name it with --state DIR"};
}

std::string anchor_of(const Globals& globals, const std::string& state) {
  const auto config = find_config(globals.config);
  if (!config.ok() || config->empty()) return "";
  Globals of_config = globals;
  of_config.state.clear();
  const auto its_state = state_folder(of_config);
  std::error_code ignored;
  if (!its_state.ok() || !std::filesystem::equivalent(*its_state, state, ignored)) return "";
  const auto root = yaml::load(*config);
  const yaml::Node* ledger = root.ok() ? root->find("ledger") : nullptr;
  const yaml::Node* anchor = ledger ? ledger->find("anchor") : nullptr;
  const auto file = anchor ? anchor->text() : base::Result<std::string>(std::string());
  return file.ok() && !file->empty() ? below(*config, *file) : "";
}

}  // namespace reeve::cli
