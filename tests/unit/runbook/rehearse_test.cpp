// `reeve test` for runbooks. Each test below runbooks/ passes; each file of broken/ gives what it says at its end.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runbook/runbook.h"

namespace reeve::runbook {
namespace {
namespace fs = std::filesystem;

const std::string kFolder = REEVE_TEST_DIR "/unit/runbook/";

std::vector<std::string> tests_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder + folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("_test.lua")) names.push_back(name.substr(0, name.size() - 9));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What is printed, without the folder of the tests.
std::string output(const std::vector<std::string>& paths, int wanted_exit) {
  std::ostringstream out;
  EXPECT_EQ(test_runbooks(paths, out), wanted_exit) << out.str();
  std::string text = out.str();
  for (size_t at = text.find(kFolder); at != std::string::npos; at = text.find(kFolder)) text.erase(at, kFolder.size());
  return text;
}

class Passing : public testing::TestWithParam<std::string> {};
TEST_P(Passing, EveryCase) {
  output({kFolder + "runbooks/pack/" + GetParam() + "_test.lua"}, 0);
}
INSTANTIATE_TEST_SUITE_P(Of, Passing, testing::ValuesIn(tests_in("runbooks/pack")),
                         [](const auto& info) { return info.param; });

class Broken : public testing::TestWithParam<std::string> {};
TEST_P(Broken, SaysWhatIsWrongAndWhere) {
  const std::string path = kFolder + "runbooks/broken/" + GetParam() + "_test.lua";
  std::ifstream file(path);
  std::string wanted, line;
  while (std::getline(file, line))
    if (line.starts_with("--> ")) wanted += line.substr(4) + "\n";
  EXPECT_EQ(output({path}, 1), wanted);
}
INSTANTIATE_TEST_SUITE_P(Of, Broken, testing::ValuesIn(tests_in("runbooks/broken")),
                         [](const auto& info) { return info.param; });

TEST(Rehearse, AFolderStandsForItsTests) {
  const std::string text = output({REEVE_SOURCE_DIR "/runbooks"}, 0);  // what is shipped passes
  EXPECT_NE(text.find("ok    docker/restart_container: restarts the container once"), std::string::npos);
  EXPECT_NE(text.find(" cases of runbooks, all passed\n"), std::string::npos);
}

TEST(Rehearse, AnotherFileIsNoTest) {
  EXPECT_EQ(output({kFolder + "runbooks/pack/words.lua"}, 1),
            "runbooks/pack/words.lua: a test of a runbook is called NAME_test.lua\n");
}

TEST(Rehearse, AFileThatIsNotThere) {
  EXPECT_EQ(output({kFolder + "runbooks/pack/none_test.lua"}, 1),
            "runbooks/pack/none_test.lua: cannot be read\n0 cases of runbooks, 1 failed\n");
}

TEST(Rehearse, ABrokenFileDoesNotKeepTheOthersFromBeingPlayed) {
  const std::string text =
      output({kFolder + "runbooks/broken/syntax_test.lua", kFolder + "runbooks/pack/classes_test.lua"}, 1);
  EXPECT_NE(text.find("ok    pack/classes: "), std::string::npos);
  EXPECT_NE(text.find(", 1 failed\n"), std::string::npos);
}

}  // namespace
}  // namespace reeve::runbook
