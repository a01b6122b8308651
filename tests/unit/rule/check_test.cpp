// What `check rules` prints, as promtool does: each file of testdata/check against its `.out`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rule/rule.h"

namespace reeve::rule {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kFolder = REEVE_TEST_DIR "/unit/rule/testdata/check/";

struct Said {
  int code;
  std::string text;
};
Said check(const std::vector<std::string>& names, const CheckOptions& options = {}) {
  std::vector<std::string> files;
  for (const std::string& name : names) files.push_back(kFolder + name);
  std::ostringstream out;
  const int code = check_rules(files, out, options);
  std::string text = out.str();
  for (size_t at = 0; (at = text.find(kFolder, at)) != std::string::npos;) text.erase(at, kFolder.size());
  return {code, text};
}
std::string wanted(const std::string& name) {
  std::ifstream in(kFolder + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CheckRules, PrintsAsPromtoolDoes) {
  struct Case {
    const char* name;
    CheckOptions options;
    int code;
    const char* out;
  };
  const Case cases[] = {
      {"good.yaml", {}, 0, "good.out"},
      {"good.yaml", {.lint = "all", .lint_fatal = true}, 0, "good.out"},
      {"duplicates.yaml", {}, 0, "duplicates.out"},
      {"duplicates.yaml", {.lint_fatal = true}, 3, "duplicates.out"},
      {"duplicates.yaml", {.lint = "none", .lint_fatal = true}, 0, "duplicates_none.out"},
      {"warnings.yaml", {}, 0, "warnings_default.out"},
      {"warnings.yaml", {.lint = "all"}, 0, "warnings.out"},
      {"warnings.yaml", {.lint = "all", .lint_fatal = true}, 3, "warnings.out"},
      {"broken.yaml", {}, 1, "broken.out"},
      {"broken.yaml", {.lint = "all", .lint_fatal = true}, 1, "broken.out"},
      {"no_yaml.yaml", {}, 1, "no_yaml.out"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(std::string(one.name) + " " + one.options.lint);
    const Said said = check({one.name}, one.options);
    EXPECT_EQ(said.code, one.code);
    EXPECT_EQ(said.text, wanted(one.out));
  }
}

TEST(CheckRules, JudgesEachFileAndGivesTheWorstCode) {
  const Said both = check({"good.yaml", "broken.yaml", "duplicates.yaml"}, {.lint_fatal = true});
  EXPECT_EQ(both.code, 1);
  EXPECT_EQ(both.text, wanted("good.out") + wanted("broken.out") + wanted("duplicates.out"));
  EXPECT_EQ(check({"good.yaml", "duplicates.yaml"}, {.lint_fatal = true}).code, 3);
  EXPECT_EQ(check({}).code, 0);
}

TEST(CheckRules, AFileThatIsNotThereFails) {
  const Said said = check({"nothing.yaml"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.text, "Checking nothing.yaml\n  FAILED:\ncannot read nothing.yaml: No such file or directory\n\n");
}

}  // namespace
}  // namespace reeve::rule
