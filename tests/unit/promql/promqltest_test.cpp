// Runs scripts in promqltest's language: our own, and the conformance scripts when they lie beside the checkout.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "unit/promql/promqltest/runner.h"

namespace reeve::promqltest {
namespace {
namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> scripts_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Promqltest, OurOwnScriptsPass) {
  int evals = 0;
  for (const fs::path& path : scripts_in(fs::path(REEVE_TEST_DIR) / "unit/promql/testdata")) {
    const Report report = run_script(read(path));
    EXPECT_EQ(report.broken, "") << path;
    for (const Failure& failure : report.failures)
      ADD_FAILURE() << path.filename().string() << ":" << failure.line << ": " << failure.text;
    evals += report.evals;
  }
  EXPECT_GT(evals, 0);
}

TEST(Promqltest, TheConformanceScriptsPass) {
  const fs::path folder = fs::path(REEVE_SOURCE_DIR) / "../shared/conformance/promqltest";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no conformance scripts beside the checkout: " << folder;
  int evals = 0, failures = 0;
  for (const fs::path& path : scripts_in(folder)) {
    const Report report = run_script(read(path));
    EXPECT_EQ(report.broken, "") << path;
    for (const Failure& failure : report.failures)
      ADD_FAILURE() << path.filename().string() << ":" << failure.line << ": " << failure.text;
    evals += report.evals;
    failures += static_cast<int>(report.failures.size());
  }
  RecordProperty("evals", evals);
  EXPECT_GE(evals - failures, 203) << "of " << evals;
}

// The runner itself: each kind of expectation is seen to fail.
struct Wrong {
  const char* what;
  const char* script;
};

TEST(Promqltest, EveryExpectationCanFail) {
  const Wrong scripts[] = {
      {"value", "load 1m\n  m 1 2\n\neval instant at 1m m\n  m 3\n"},
      {"extra element", "load 1m\n  m 1 2\n\neval instant at 1m m\n"},
      {"missing element", "eval instant at 1m m\n  m 1\n"},
      {"labels", "load 1m\n  m{a=\"b\"} 1\n\neval instant at 0 m\n  m{a=\"c\"} 1\n"},
      {"order",
       "load 1m\n  m{a=\"b\"} 1\n  m{a=\"c\"} 2\n\neval instant at 0 sort(m)\n  expect ordered\n  m{a=\"c\"} 2\n  "
       "m{a=\"b\"} 1\n"},
      {"scalar", "eval instant at 0 1+1\n  3\n"},
      {"string", "eval instant at 0 \"a\"\n  expect string \"b\"\n"},
      {"no failure", "eval instant at 0 vector(1)\n  expect fail\n"},
      {"another failure",
       "load 1m\n  m{a=\"b\"} 1\n  n{a=\"b\"} 2\n\neval instant at 0 abs({a=\"b\"})\n  expect fail msg: other\n"},
      {"no warning", "eval instant at 0 vector(1)\n  expect warn\n  {} 1\n"},
      {"a warning", "eval instant at 0 quantile(2, vector(1))\n  expect no_warn\n  {} +Inf\n"},
      {"range value", "load 1m\n  m 1 2 3\n\neval range from 0 to 2m step 1m m\n  m 1 2 4\n"},
      {"range gap", "load 1m\n  m 1 2 3\n\neval range from 0 to 2m step 1m m\n  m 1 _ 3\n"},
      {"histogram", "load 1m\n  m {{count:1 sum:2}}\n\neval instant at 0 m\n  m {{count:1 sum:3}}\n"},
      {"stale is not NaN", "load 1m\n  m NaN\n\neval instant at 0 m\n  m stale\n"},
  };
  for (const Wrong& wrong : scripts) {
    const Report report = run_script(wrong.script);
    EXPECT_EQ(report.broken, "") << wrong.what;
    EXPECT_EQ(report.failures.size(), 1u) << wrong.what;
  }
}

TEST(Promqltest, AScriptThatCannotBeReadSaysWhere) {
  for (const char* script :
       {"load 1m\n  m 1 2 q\n", "\n\nnonsense\n", "load 1m\n  m{a=b} 1\n", "eval range from 0 m\n"})
    EXPECT_EQ(run_script(script).broken.rfind("line ", 0), 0u) << script;
}

}  // namespace
}  // namespace reeve::promqltest
