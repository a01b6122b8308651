// Hostile scripts: each must end by itself or be ended, soon, and leave the worker able to run the next one.
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "unit/script/harness.h"

namespace reeve::script {
namespace {

std::vector<std::string> hostile_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(REEVE_TEST_DIR "/unit/script/hostile"))
    files.push_back(entry.path().stem().string());
  std::sort(files.begin(), files.end());
  return files;
}

class Hostile : public testing::TestWithParam<std::string> {};

TEST_P(Hostile, EndsWithinItsLimits) {
  std::ifstream file(REEVE_TEST_DIR "/unit/script/hostile/" + GetParam() + ".lua");
  std::stringstream text;
  text << file.rdbuf();
  const std::clock_t begin = std::clock();  // CPU time: the machine may be busy
  Limits limits;
  limits.turn = base::millis(100);
  const std::string result = run_body(text.str(), limits);
  const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_FALSE(result.starts_with("went on"));
#ifdef REEVE_SANITIZED
  const double most = 30;
#else
  const double most = 2;  // a tenth of a second is the limit of this turn
#endif
  EXPECT_LT(took, most);
  const bool ended = result.starts_with("limit: ") || result.starts_with("error: ") || !result.empty();
  EXPECT_TRUE(ended) << result;
  RecordProperty("result", result.substr(0, 100));
  if (std::getenv("REEVE_SHOW")) printf("%-24s %6.0f ms  %.90s\n", GetParam().c_str(), took * 1e3, result.c_str());
  EXPECT_EQ(evaluate("1 + 1"), "2");
}

INSTANTIATE_TEST_SUITE_P(Corpus, Hostile, testing::ValuesIn(hostile_files()),
                         [](const auto& info) { return info.param; });

TEST(Limits, ALoopIsStoppedByInstructions) {
  EXPECT_EQ(run_body("while true do end"), "limit: more than 5000000 instructions between two calls");
}

TEST(Limits, MemoryIsALimitThatNoPcallCatches) {
  EXPECT_EQ(run_body("pcall(function() local t = {} while true do t[#t + 1] = {} end end) return 'caught'"),
            "limit: more than 32 MiB of memory");
}

TEST(Limits, APatternIsStoppedByItsSteps) {
  EXPECT_EQ(run_body("pcall(string.find, ('a'):rep(26), ('a-'):rep(26) .. 'b') return 'caught'"),
            "limit: a pattern took more than 1000000 steps");
}

TEST(Limits, ManySlowTurnsAddUp) {
  Limits limits;
  limits.cpu = base::millis(60);
  ScriptHarness script(ScriptHarness::body("while true do for i = 1, 1000000 do end run:note 'x' end"), limits);
  std::vector<std::string> items = script.start();
  for (int i = 1; i < 100 && items[0].starts_with("[\"call\""); ++i) items = script.answer(std::to_string(i), "null");
  EXPECT_EQ(items[0], R"(["ended","main","limit","more than 60ms of CPU time in all",0])");
}

TEST(Limits, NothingRunsAfterTheKill) {
  ScriptHarness script(ScriptHarness::body(
      "local h <close> = setmetatable({}, { __close = function() run:note 'after' end }) while true do end"));
  EXPECT_EQ(script.start(), std::vector<std::string>{
                                R"(["ended","main","limit","more than 5000000 instructions between two calls",0])"});
  EXPECT_EQ(
      script.clean_up(),
      std::vector<std::string>{R"(["ended","cleanup","limit","more than 5000000 instructions between two calls",0])"});
}

}  // namespace
}  // namespace reeve::script
