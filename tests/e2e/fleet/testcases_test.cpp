// What each plugin's folder promises: its testcases, its sample, its README.
#include <cmath>
#include <filesystem>

#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve {
namespace {

namespace fs = std::filesystem;
using model::Value;
using testing::FleetRig;

const std::vector<std::string> kPlugins = {"host", "docker", "proc", "http", "exec"};

std::string folder_of(const std::string& plugin) {
  return std::string(REEVE_SOURCE_DIR) + "/plugins/" + plugin;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// `- plugin:` with the case's keys below it, "input/" made a path.
std::string plugins_of(const std::string& plugin, const fs::path& folder) {
  std::string out = "- " + plugin + ":\n    name: case\n";
  std::istringstream lines(read(folder / "config.yaml"));
  for (std::string line; std::getline(lines, line);) {
    for (size_t at = line.find("input/"); at != std::string::npos;
         at = line.find("input/", at + folder.string().size() + 7)) {
      line.insert(at, folder.string() + "/");
    }
    out += "    " + line + "\n";
  }
  return out;
}

std::vector<double> values_of(const model::Batch& batch, const std::string& name, const Value& labels) {
  model::Labels wanted = model::Labels::from_value(labels);
  std::vector<double> found;
  for (const model::Sample& sample : batch.samples) {
    if (sample.labels.get("__name__") != name) continue;
    std::vector<model::Labels::Pair> rest;
    for (const auto& pair : sample.labels) {
      if (pair.first != "__name__") rest.push_back(pair);
    }
    if (labels.is_null() || model::Labels(std::move(rest)) == wanted) found.push_back(sample.value);
  }
  return found;
}

void check(const model::Batch& batch, const Value& line) {
  if (line.has("absent")) {
    EXPECT_TRUE(values_of(batch, line["absent"].as_string(), line["labels"]).empty()) << model::to_json(line);
    return;
  }
  Value labels = line.has("labels") ? line["labels"] : Value::map();
  const auto found = values_of(batch, line["name"].as_string(), labels);
  ASSERT_EQ(found.size(), 1U) << model::to_json(line);
  if (!line.has("value")) return;
  const double value = line["value"].as_double();
  EXPECT_NEAR(found[0], value, std::abs(value) * 1e-12) << model::to_json(line);
}

TEST(Testcases, GiveWhatTheyExpect) {
  int cases = 0;
  for (const std::string& plugin : kPlugins) {
    for (const auto& entry : fs::directory_iterator(folder_of(plugin) + "/testcases")) {
      SCOPED_TRACE(entry.path().string());
      FleetRig rig({std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins"});
      const auto ready = rig.prepare(plugins_of(plugin, entry.path()));
      ASSERT_TRUE(ready.ok()) << ready.error().text;
      rig.fleet->apply();
      base::Result<model::Batch> batch = base::Error{};
      for (int tries = 0; tries < 100 && !batch.ok(); ++tries) {
        batch = rig.collect(plugin + "/case");
        if (!batch.ok()) rig.real.run_for(base::millis(20));  // its lane is just opening
      }
      ASSERT_TRUE(batch.ok()) << batch.error().text;
      std::istringstream lines(read(entry.path() / "expected.jsonl"));
      for (std::string line; std::getline(lines, line);) {
        auto parsed = model::parse_json(line);
        ASSERT_TRUE(parsed.ok()) << line;
        check(*batch, *parsed);
      }
      ++cases;
    }
  }
  EXPECT_GE(cases, 5);
}

TEST(Samples, AreAcceptedAndStandInTheirReadme) {
  for (const std::string& plugin : kPlugins) {
    const std::string sample = read(folder_of(plugin) + "/sample.yaml");
    EXPECT_NE(read(folder_of(plugin) + "/README.md").find("```yaml\n" + sample + "```"), std::string::npos) << plugin;
    ASSERT_TRUE(sample.starts_with("plugins:\n")) << plugin;
    FleetRig rig({std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins"});
    const auto ready = rig.prepare(sample.substr(9));
    EXPECT_TRUE(ready.ok()) << plugin << ": " << ready.error().text;
  }
}

/// A README that forgets a key, an action or an event is wrong.
TEST(Readmes, NameAllThatTheManifestHas) {
  for (const std::string& plugin : kPlugins) {
    FleetRig rig({std::string(REEVE_BUILD_DIR) + "/lib/reeve/plugins"});
    const auto ready = rig.prepare(read(folder_of(plugin) + "/sample.yaml").substr(9));
    ASSERT_TRUE(ready.ok()) << ready.error().text;
    rig.fleet->apply();
    const auto instances = rig.fleet->instances();
    const plugin::Manifest* manifest = rig.fleet->manifest(instances[0].id());
    ASSERT_NE(manifest, nullptr);
    const std::string readme = read(folder_of(plugin) + "/README.md");
    for (const Value& key : manifest->config_schema.as_list()) {
      EXPECT_NE(readme.find("`" + key["name"].as_string() + "`"), std::string::npos)
          << plugin << " " << key["name"].text();
    }
    for (const auto& action : manifest->actions) {
      EXPECT_NE(readme.find("`" + action.name), std::string::npos) << plugin << " " << action.name;
    }
    for (const auto& event : manifest->events) EXPECT_NE(readme.find(event.type), std::string::npos) << event.type;
  }
}

}  // namespace
}  // namespace reeve
