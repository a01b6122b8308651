#include "app/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace reeve::app {
namespace {

namespace fs = std::filesystem;

/// A folder with packs and files of its own.
class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    const std::string name = "reeve_config_" + base::uuid_text(base::new_uuid(base::Time{0}, base::system_random()));
    folder = (fs::path(testing::TempDir()) / name).lexically_normal().string();
    fs::create_directories(folder + "/share/rules/docker");
    fs::create_directories(folder + "/share/runbooks/proc");
    fs::create_directories(folder + "/rules");
    fs::create_directories(folder + "/conf.d");
    places.shares = {folder + "/share"};
  }
  ~ConfigFile() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder + "/" + name) << text; }
  base::Result<Config> read(const std::string& text) {
    write("reeve.yaml", text);
    return load_config(folder + "/reeve.yaml", places,
                       [](const std::string& name) -> const char* { return name == "TOKEN" ? "s3cret" : nullptr; });
  }
  std::string error(const std::string& text) {
    const auto config = read(text);
    return config.ok() ? "no error" : config.error().text;
  }

  std::string folder;
  Places places;
};

TEST_F(ConfigFile, FourLinesAreEnough) {
  const auto config =
      read("plugins:\n- proc: {name: api, pidfile: /run/api.pid, start: [/usr/sbin/api]}\npacks:\n- proc: auto\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  ASSERT_EQ(config->plugins.size(), 1U);
  EXPECT_EQ(config->plugins[0].id(), "proc/api");
  EXPECT_EQ(config->packs.at(0).mode, response::Mode::kAuto);
  EXPECT_EQ(config->state, folder + "/reeve-data");
  EXPECT_EQ(config->listen, "127.0.0.1:9911");
}

TEST_F(ConfigFile, AnEmptyFileIsTheDefaults) {
  const auto config = read("");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->plugins.empty());
  EXPECT_EQ(config->evaluation_interval, base::seconds(15));
}

TEST_F(ConfigFile, ReadsEveryKey) {
  const auto config = read(
      "state: data\nlisten: 127.0.0.1:0\nrules: [rules]\nplugin_dirs: [.]\nmode: suggest\nexternal_url: http://r\n"
      "external_labels: {site: a}\nevaluation_interval: 5s\nseries: {memory: 64MiB}\nledger: {anchor: a.log}\n"
      "safety: {reason: test, cool_down: 1s}\nnotify: [{webhook: \"http://127.0.0.1:9/${env:TOKEN}\"}]\n"
      "responses:\n- match: {alertname: A}\n  runbook: docker/restart_container\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  EXPECT_EQ(config->state, folder + "/data");
  EXPECT_EQ(config->rules, std::vector<std::string>{folder + "/rules"});
  EXPECT_EQ(config->mode, response::Mode::kSuggest);
  EXPECT_EQ(config->series_memory, 64LL << 20);
  EXPECT_EQ(config->anchor, folder + "/a.log");
  EXPECT_EQ(config->safety.cool_down, base::seconds(1));
  EXPECT_EQ(config->notify.at(0).webhook, "http://127.0.0.1:9/s3cret");
  EXPECT_EQ(config->responses.at(0).runbook, "docker/restart_container");
  EXPECT_EQ(config->external_labels.get("site"), "a");
}

TEST_F(ConfigFile, PartsBesideItAddToItsLists) {
  write("conf.d/10-more.yaml", "plugins:\n- host: {name: here}\nlisten: 127.0.0.1:1\n");
  write("conf.d/.hidden.yaml", "nonsense: 1\n");
  const auto config = read("plugins:\n- docker: {name: local}\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  EXPECT_EQ(config->plugins.size(), 2U);
  EXPECT_EQ(config->listen, "127.0.0.1:1");
}

TEST_F(ConfigFile, ASingleKeyMayStandOnceOnly) {
  write("conf.d/10-more.yaml", "listen: 127.0.0.1:1\n");
  EXPECT_NE(error("listen: 127.0.0.1:2\n").find("10-more.yaml:1:1: \"listen\" stands in another file too"),
            std::string::npos);
}

TEST_F(ConfigFile, TheHashChangesWithAnyText) {
  const std::string before = read("listen: 127.0.0.1:1\n")->hash;
  EXPECT_NE(read("listen: 127.0.0.1:1 # new\n")->hash, before);
}

struct Bad {
  const char* text;
  const char* says;
};
class BadConfig : public ConfigFile, public testing::WithParamInterface<Bad> {};
TEST_P(BadConfig, SaysWhereAndWhatToDo) {
  const std::string text = error(GetParam().text);
  EXPECT_NE(text.find(GetParam().says), std::string::npos) << text;
}
INSTANTIATE_TEST_SUITE_P(
    All, BadConfig,
    testing::Values(Bad{"plugin: []\n", "reeve.yaml:1:1: unknown field \"plugin\" (did you mean \"plugins\"?)"},
                    Bad{"packs: [dcoker]\n", "there is no pack \"dcoker\" (did you mean \"docker\"?)"},
                    Bad{"packs: [../docker]\n", "there is no pack"}, Bad{"packs: [docker, docker]\n", "is named twice"},
                    Bad{"packs: [{docker: often}]\n", "reeve.yaml:1:18: "}, Bad{"rules: [nowhere]\n", "there is no "},
                    Bad{"rules: here\n", "reeve.yaml:1:8: "},
                    Bad{"series: {memory: lots}\n", "series.memory is a size"}, Bad{"mode: fast\n", "reeve.yaml:1:7: "},
                    Bad{"evaluation_interval: 1ms\n", "at least 10ms"},
                    Bad{"plugins:\n- docker: {name: a, t: \"${env:NOPE}\"}\n", "environment variable NOPE is not set"},
                    Bad{"plugins:\n- docker: {name: a, t: \"${file:/nope}\"}\n", "cannot read the secret file /nope"},
                    Bad{"plugins:\n- docker: {name: a, t: \"${env:TOKEN\"}\n", "is not closed"},
                    Bad{"plugins:\n- docker: {name: a}\n- docker: {name: a}\n", "docker/a"},
                    Bad{"a: [\n", "reeve.yaml:"}, Bad{"safety: {cool_down: 1s}\n", "say why in safety.reason"}));

TEST_F(ConfigFile, AllErrorsAreToldAtOnce) {
  const std::string text = error("mode: fast\nseries: {memory: lots}\n");
  EXPECT_NE(text.find(":1:7:"), std::string::npos);
  EXPECT_NE(text.find("series.memory"), std::string::npos);
}

TEST(Secrets, DoNotNestAndLeaveOtherBracesAlone) {
  model::Value value = model::Value::list().push("a ${x} ${env:A} b");
  const auto environment = [](const std::string&) -> const char* { return "${env:B}"; };
  ASSERT_TRUE(fill_in_secrets(value, "w", "/", environment).ok());
  EXPECT_EQ(value.as_list()[0].as_string(), "a ${x} ${env:B} b");
}

}  // namespace
}  // namespace reeve::app
