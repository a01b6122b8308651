#include "cli/kinds.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "yaml/yaml.h"

namespace reeve::cli {

namespace fs = std::filesystem;

namespace {
constexpr std::array kConfigKeys{"plugins", "packs",        "responses",       "runbooks",
                                 "state",   "listen",       "safety",          "notify",
                                 "rules",   "plugin_dirs",  "external_labels", "evaluation_interval",
                                 "mode",    "external_url", "series",          "ledger"};

bool is_yaml(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

Kind kind_of_yaml(const yaml::Node& root) {
  if (root.find("groups")) return Kind::kRules;
  if (root.find("tests") || root.find("rule_files")) return Kind::kRuleTest;
  const bool known =
      std::any_of(kConfigKeys.begin(), kConfigKeys.end(), [&root](const char* key) { return root.find(key); });
  return known ? Kind::kConfig : Kind::kOther;
}

std::vector<std::string>* list_of(Found& found, Kind kind) {
  switch (kind) {
    case Kind::kConfig:
      return &found.configs;
    case Kind::kRules:
      return &found.rules;
    case Kind::kRuleTest:
      return &found.rule_tests;
    case Kind::kRunbook:
      return &found.runbooks;
    case Kind::kRunbookTest:
      return &found.runbook_tests;
    case Kind::kOther:
      break;
  }
  return nullptr;
}

void take(Found& found, const std::string& path) {
  const auto kind = kind_of(path);
  if (!kind.ok()) {
    found.broken.push_back(kind.error().text);
  } else if (auto* list = list_of(found, *kind)) {
    list->push_back(path);
  }
}

base::Status walk(Found& found, const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) return base::Error{base::Fault::kUnavailable, "cannot read the folder " + folder + ": " + error.message()};
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) {
    const std::string name = entry.filename().string();
    if (name.empty() || name[0] == '.') continue;
    if (!fs::is_directory(entry, error)) {
      if (name != "sample.yaml") take(found, entry.string());  // a plugin's: what to write into a configuration
    } else if (name == "testcases") {
      found.plugins.push_back(folder);  // what lies below is the plugin's
    } else if (!fs::is_symlink(entry, error)) {
      REEVE_CHECK(walk(found, entry.string()));
    }
  }
  return {};
}
}  // namespace

size_t Found::count() const {
  return configs.size() + rules.size() + rule_tests.size() + runbooks.size() + runbook_tests.size() + plugins.size() +
         broken.size();
}

base::Result<Kind> kind_of(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  if (name.ends_with("_test.lua")) return Kind::kRunbookTest;
  if (name.ends_with(".lua")) return Kind::kRunbook;
  if (name.ends_with(".run.test.yaml")) return Kind::kRunbookTest;
  if (!is_yaml(name)) return Kind::kOther;
  REEVE_TRY(const yaml::Node root, yaml::load(path));
  return kind_of_yaml(root);
}

base::Result<Found> find_content(const std::vector<std::string>& paths) {
  Found found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) return base::Error{base::Fault::kNotFound, "there is no " + path};
    if (fs::is_directory(path, error)) {
      REEVE_CHECK(walk(found, path));
      continue;
    }
    const size_t before = found.count();
    take(found, path);
    if (found.count() == before)
      return base::invalid(path + ": neither configuration nor rules, runbook or a test of these");
  }
  return found;
}

}  // namespace reeve::cli
