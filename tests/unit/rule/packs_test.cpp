// The shipped packs: each loads without a warning and passes its own test.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "rule/rule.h"

namespace reeve::rule {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> packs() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(REEVE_SOURCE_DIR "/rules"))
    if (entry.is_directory()) out.push_back(entry.path());
  return out;
}

TEST(Packs, AreThere) {
  EXPECT_GE(packs().size(), 3u);
}

TEST(Packs, LoadWithoutAWarning) {
  for (const fs::path& pack : packs()) {
    const auto set = load({pack.string()}, base::seconds(15));
    ASSERT_TRUE(set.ok()) << set.error().text;
    EXPECT_FALSE(set->groups.empty()) << pack;
    EXPECT_EQ(base::join(set->warnings, "\n"), "");
  }
}

TEST(Packs, PassTheirTests) {
  for (const fs::path& pack : packs()) {
    std::vector<std::string> tests;
    for (const auto& entry : fs::directory_iterator(pack))
      if (entry.path().filename().string().find("_test.y") != std::string::npos) tests.push_back(entry.path().string());
    EXPECT_FALSE(tests.empty()) << pack << " has no test";
    std::ostringstream out;
    EXPECT_EQ(test_rules(tests, {}, out), 0) << out.str();
  }
}

TEST(Packs, HaveAReadme) {
  for (const fs::path& pack : packs()) EXPECT_TRUE(fs::exists(pack / "README.md")) << pack;
}

// A rule that restarts the same container twice for one event would be worse than none.
TEST(Packs, OfDockerAsksForOneRunPerContainer) {
  const auto set = load({REEVE_SOURCE_DIR "/rules/docker"}, base::seconds(15));
  ASSERT_TRUE(set.ok());
  for (const Rule& rule : set->groups.at(0).rules) {
    ASSERT_TRUE(rule.run) << rule.name;
    EXPECT_EQ(rule.run->runbook, "docker/restart_container");
    EXPECT_EQ(rule.run->with.size(), 3u);
    EXPECT_EQ(rule.by, (std::vector<std::string>{"id", "instance"})) << "a container is its id, whatever its name";
    EXPECT_TRUE(rule.verify) << rule.name;
    EXPECT_FALSE(rule.caused) << rule.name;
  }
}

}  // namespace
}  // namespace reeve::rule
