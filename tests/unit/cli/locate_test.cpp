// Which configuration, which state folder, which kind of file?
#include <gtest/gtest.h>

#include <fstream>

#include "cli/cli.h"
#include "cli/kinds.h"
#include "unit/api/fixture.h"

namespace reeve::cli {
namespace {

namespace fs = std::filesystem;

/// A folder that is the current one as long as the test runs.
struct InFolder : testing::Test {
  InFolder() : before(fs::current_path()) { fs::current_path(folder.path()); }
  ~InFolder() override { fs::current_path(before); }
  static void write(const fs::path& path, const std::string& text) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  api::test::TempFolder folder;
  fs::path before;
};

using Locate = InFolder;
using Kinds = InFolder;

TEST_F(Locate, TakesTheConfigurationThatIsNamedOrLiesHere) {
  EXPECT_EQ(*find_config(""), "");
  EXPECT_EQ(find_config("x.yaml").error().fault, base::Fault::kNotFound);
  write("reeve.yaml", "state: here\n");
  EXPECT_EQ(*find_config(""), "reeve.yaml");
  write("x.yaml", "");
  EXPECT_EQ(*find_config("x.yaml"), "x.yaml");
}

TEST_F(Locate, StateIsTheOptionsThenTheConfigurationsThenTheDefault) {
  Globals globals;
  EXPECT_EQ(*state_folder(globals), "reeve-data");
  write("etc/r.yaml", "plugins: []\nstate: ../var\n");
  globals.config = "etc/r.yaml";
  EXPECT_EQ(*state_folder(globals), "var");
  write("etc/r.yaml", "state: /abs/x\n");
  EXPECT_EQ(*state_folder(globals), "/abs/x");
  write("etc/r.yaml", "plugins: []\n");
  EXPECT_EQ(*state_folder(globals), "etc/reeve-data");
  write("etc/r.yaml", "state: [1]\n");
  EXPECT_EQ(state_folder(globals).error().fault, base::Fault::kInvalid);
  globals.state = "given";
  EXPECT_EQ(*state_folder(globals), "given");
}

TEST_F(Kinds, AreToldByContent) {
  const std::tuple<const char*, const char*, Kind> cases[] = {
      {"a.yaml", "groups: []\n", Kind::kRules},
      {"b.yml", "rule_files: [a.yaml]\ntests: []\n", Kind::kRuleTest},
      {"c.yaml", "tests: []\n", Kind::kRuleTest},
      {"reeve.yaml", "plugins: []\n", Kind::kConfig},
      {"d.yaml", "packs: [docker]\n", Kind::kConfig},
      {"e.yaml", "anything: else\n", Kind::kOther},
      {"f.yaml", "", Kind::kOther},
      {"g.lua", "return runbook {}", Kind::kRunbook},
      {"g_test.lua", "", Kind::kRunbookTest},
      {"g.run.test.yaml", "x: 1\n", Kind::kRunbookTest},
      {"h.txt", "groups: []\n", Kind::kOther},
  };
  for (const auto& [name, text, kind] : cases) {
    write(name, text);
    ASSERT_TRUE(kind_of(name).ok()) << name;
    EXPECT_EQ(*kind_of(name), kind) << name;
  }
  write("bad.yaml", "a: [\n");
  EXPECT_FALSE(kind_of("bad.yaml").ok());
  EXPECT_EQ(kind_of("none.yaml").error().fault, base::Fault::kNotFound);
}

TEST_F(Kinds, AreFoundThroughFolders) {
  write("p/rules/a.yaml", "groups: []\n");
  write("p/rules/a_test.yaml", "tests: []\n");
  write("p/runbooks/x/y.lua", "");
  write("p/runbooks/x/y_test.lua", "");
  write("p/plugins/z/sample.yaml", "sample: 1\n");
  write("p/plugins/z/testcases/one/config.yaml", "plugins: []\n");
  write("p/.hidden/a.yaml", "groups: []\n");
  write("p/rules/broken.yaml", "a: [\n");
  fs::create_directory_symlink("..", "p/loop");
  const auto found = find_content({"p"});
  ASSERT_TRUE(found.ok());
  using List = std::vector<std::string>;
  EXPECT_EQ(found->rules, (List{"p/rules/a.yaml"}));
  EXPECT_EQ(found->rule_tests, (List{"p/rules/a_test.yaml"}));
  EXPECT_EQ(found->runbooks, (List{"p/runbooks/x/y.lua"}));
  EXPECT_EQ(found->runbook_tests, (List{"p/runbooks/x/y_test.lua"}));
  EXPECT_EQ(found->plugins, (List{"p/plugins/z"}));
  EXPECT_TRUE(found->configs.empty());  // a testcase's is the plugin's own
  ASSERT_EQ(found->broken.size(), 1U);
  EXPECT_EQ(found->broken[0].rfind("p/rules/broken.yaml:", 0), 0U);
}

TEST_F(Kinds, ANamedFileOfNoKindIsAnError) {
  write("x.yaml", "anything: else\n");
  EXPECT_EQ(find_content({"x.yaml"}).error().fault, base::Fault::kInvalid);
  EXPECT_EQ(find_content({"none"}).error().fault, base::Fault::kNotFound);
}

}  // namespace
}  // namespace reeve::cli
