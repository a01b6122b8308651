// API.md names every word that a run's row can say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace reeve::api {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

TEST(Words, OfARunThatItsCodeSaysStandInThePage) {
  const fs::path engine = fs::path(REEVE_SOURCE_DIR) / "engine";
  const std::string page = text_of(engine / "api/API.md");
  // park("wait", ...), stand_still("limit", ...), end("cancelled", ...), kLost = "lost", parked_ = ... "halted" :
  // "deferred"
  const std::regex calls(
      R"re(\b(?:park|stand_still|end|clean_up)\("([a-z_]+)"|\bkLost\w* = "([a-z_]+)"|"(halted|deferred|approval|refused)")re");
  std::set<std::string> words;
  for (const auto& file : fs::directory_iterator(engine / "runbook")) {
    if (!file.is_regular_file()) continue;
    const std::string code = text_of(file.path());
    for (std::sregex_iterator at(code.begin(), code.end(), calls), none; at != none; ++at)
      for (size_t group = 1; group < at->size(); ++group)
        if ((*at)[group].matched) words.insert((*at)[group].str());
  }
  EXPECT_THAT(words, testing::IsSupersetOf({"lost", "in_doubt", "wait", "quarantined", "cancelled", "succeeded"}));
  for (const std::string& word : words)
    EXPECT_NE(page.find("`" + word + "`"), std::string::npos) << word << " is not told in API.md";
}

}  // namespace
}  // namespace reeve::api
