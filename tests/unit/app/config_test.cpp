#include <gmock/gmock.h>

#include <cstdlib>

#include "unit/app/config_fixture.h"

namespace reeve::app {
namespace {

namespace fs = std::filesystem;
using test::ConfigFile;

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

TEST_F(ConfigFile, AnAnchorIsAFile) {
  EXPECT_NE(error("ledger: { anchor: \"http://127.0.0.1:1/a\" }\n").find("1:19: ledger.anchor is a file"),
            std::string::npos)
      << error("ledger: { anchor: \"http://127.0.0.1:1/a\" }\n");
}

TEST_F(ConfigFile, TheHashChangesWithAnyText) {
  const std::string before = read("listen: 127.0.0.1:1\n")->hash;
  EXPECT_NE(read("listen: 127.0.0.1:1 # new\n")->hash, before);
}

// config/bad.test: `--- title`, a file, and after `!` the whole error. REEVE_GOLDEN=write writes the errors anew.
TEST_F(ConfigFile, SaysWhereItIsWrongAndWhatToDo) {
  const fs::path path = fs::path(REEVE_TEST_DIR) / "unit/app/config/bad.test";
  std::ifstream in(path);
  std::string fresh, title, text, want;
  int cases = 0;
  const auto judge = [&] {
    if (title.empty()) return;
    ++cases;
    std::string said;
    for (const std::string& line : base::split(error(text), '\n')) said += line.empty() ? "!\n" : "! " + line + "\n";
    EXPECT_EQ(said, want) << title;
    fresh += title + "\n" + text + said + "\n";
  };
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("---")) {
      judge();
      title = line;
      text = want = "";
    } else if (title.empty()) {
      fresh += line + "\n";
    } else if (line.starts_with("!")) {
      want += line + "\n";
    } else if (!line.empty()) {
      text += line + "\n";
    }
  }
  judge();
  EXPECT_GT(cases, 50);
  if (const char* mode = std::getenv("REEVE_GOLDEN"); mode && std::string(mode) == "write")
    std::ofstream(path) << fresh;
}

TEST_F(ConfigFile, ANullIsAsGoodAsAKeyThatIsNotThere) {
  const auto config = read("plugins:\nrules:\nstate:\nnotify: ~\nsafety:\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  EXPECT_EQ(config->state, folder + "/reeve-data");
}

TEST_F(ConfigFile, ErrorsOfSeveralFilesAreToldAtOnceEachWithItsFile) {
  write("conf.d/20-b.yaml", "mode: slow\n");
  write("conf.d/10-a.yaml", "lisen: x\n");
  const std::string text = error("mode: fast\n");
  EXPECT_THAT(text, testing::HasSubstr("reeve.yaml:1:7: "));
  EXPECT_THAT(text, testing::HasSubstr("10-a.yaml:1:1: unknown field \"lisen\" (did you mean \"listen\"?)"));
  EXPECT_THAT(text, testing::HasSubstr("20-b.yaml:1:1: \"mode\" stands in another file too"));
  EXPECT_LT(text.find("10-a.yaml"), text.find("20-b.yaml"));
}

TEST_F(ConfigFile, OfConfDOnlyYamlFilesThatAreNotHiddenCount) {
  for (const char* name : {"conf.d/.x.yaml", "conf.d/x.yaml~", "conf.d/x.yml", "conf.d/x.yaml.bak", "conf.d/README"})
    write(name, "nonsense: 1\n");
  EXPECT_TRUE(read("").ok());
}

TEST_F(ConfigFile, APartThatIsNoFileIsRefused) {
  fs::create_symlink("gone.yaml", folder + "/conf.d/a.yaml");
  EXPECT_THAT(error(""), testing::HasSubstr("cannot read the configuration FOLDER/conf.d/a.yaml"));
  fs::remove(folder + "/conf.d/a.yaml");
  fs::create_directories(folder + "/conf.d/a.yaml");
  EXPECT_THAT(error(""), testing::HasSubstr("cannot read the configuration FOLDER/conf.d/a.yaml"));
  fs::remove_all(folder + "/conf.d");
  write("conf.d", "a file in place of the folder");
  EXPECT_THAT(error(""), testing::HasSubstr("cannot read the folder FOLDER/conf.d: Not a directory"));
}

TEST_F(ConfigFile, PathsOfConfDStartWhereThoseOfTheMainFileDo) {
  write("conf.d/a.yaml", "rules: [rules]\nstate: /elsewhere/../data\n");
  const auto config = read("rules: [share/rules]\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  EXPECT_THAT(config->rules, testing::ElementsAre(folder + "/share/rules", folder + "/rules"));
  EXPECT_EQ(config->state, "/data");
}

TEST_F(ConfigFile, ResponsesAreNamedByTheirFileAndPlace) {
  write("conf.d/a.yaml", "responses:\n- {match: {alertname: B}, runbook: a/b}\n");
  const auto config = read("responses:\n- {match: {alertname: A}, runbook: a/b}\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  ASSERT_EQ(config->responses.size(), 2U);
  EXPECT_EQ(config->responses[0].id, "reeve.yaml:responses[0]");
  EXPECT_EQ(config->responses[1].id, "a.yaml:responses[1]");
}

TEST_F(ConfigFile, AFileThatIsNotThereSaysSo) {
  const auto config = load_config(folder + "/none.yaml", places, [](const std::string&) { return nullptr; });
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().fault, base::Fault::kNotFound);
  EXPECT_THAT(config.error().text, testing::HasSubstr(folder + "/none.yaml"));
  fs::create_directories(folder + "/folder.yaml");
  EXPECT_FALSE(load_config(folder + "/folder.yaml", places, [](const std::string&) { return nullptr; }).ok());
}

TEST_F(ConfigFile, SizesAreWrittenWithTheirUnit) {
  for (const auto& [text, bytes] : {std::pair<std::string, int64_t>{"1048576", 1 << 20},
                                    {"2048KiB", 2 << 20},
                                    {"1.5MiB", 3 << 19},
                                    {"2GiB", 2LL << 30}})
    EXPECT_EQ(read("series: {memory: " + text + "}\n")->series_memory, bytes) << text;
}

TEST_F(ConfigFile, TheHashIsOfTheTextsOfAllFilesAndOfNoSecret) {
  const std::string text = "plugins:\n- docker: {name: a, token: \"${env:TOKEN}\"}\n";
  const std::string before = read(text)->hash;
  EXPECT_EQ(read(text)->hash, before);
  const auto other = load_config(folder + "/reeve.yaml", places, [](const std::string&) { return "another"; });
  EXPECT_EQ(other->hash, before);
  write("conf.d/a.yaml", "");
  EXPECT_NE(read(text)->hash, before);
}

TEST_F(ConfigFile, SecretsAreFilledInWhereTheyStandAndNowhereElse) {
  write("key", "from a file\r\n\n");
  const auto config = read(
      "plugins:\n- docker: {name: a, deep: [{x: \"<${env:TOKEN}|${file:key}>\"}], shell: \"${HOME} ${x} $${\"}\n"
      "external_url: \"http://a/${x}\"\n");
  ASSERT_TRUE(config.ok()) << config.error().text;
  const model::Value& filled = config->plugins[0].config;
  EXPECT_EQ(filled["deep"].as_list()[0]["x"].as_string(), "<s3cret|from a file>");
  EXPECT_EQ(filled["shell"].as_string(), "${HOME} ${x} $${");
  EXPECT_EQ(config->external_url, "http://a/${x}");
  EXPECT_THAT(error("external_labels: {a: \"${env:TOKEN}\"}\n"), testing::HasSubstr("reeve.yaml:1:22: ${env:...} is"));
}

TEST_F(ConfigFile, IsOneDocument) {
  EXPECT_THAT(error("listen: none\n---\nstate: b\n"), testing::HasSubstr("reeve.yaml:2:1: a second document begins"));
  EXPECT_TRUE(read("---\nlisten: none\n...\n").ok());
}

TEST_F(ConfigFile, NoErrorRepeatsASecret) {
  for (const char* text :
       {"plugins:\n- docker: {name: a, t: \"${env:TOKEN}\", every: \"${env:TOKEN}\"}\n",
        "plugins:\n- docker: {name: a, t: \"${env:TOKEN}${env:NOPE}\"}\n", "notify: [{webhook: \"${env:TOKEN}\"}]\n",
        "notify: [{webhook: \"http://a/${env:TOKEN}\", timeout: \"${env:TOKEN}\"}]\n"})
    EXPECT_THAT(error(text), testing::Not(testing::HasSubstr("s3cret"))) << text;
}

TEST(Secrets, DoNotNestAndLeaveOtherBracesAlone) {
  model::Value value = model::Value::list().push("a ${x} ${env:A} b");
  const auto environment = [](const std::string&) -> const char* { return "${env:B}"; };
  ASSERT_TRUE(fill_in_secrets(value, "w", "/", environment).ok());
  EXPECT_EQ(value.as_list()[0].as_string(), "a ${x} ${env:B} b");
}

}  // namespace
}  // namespace reeve::app
