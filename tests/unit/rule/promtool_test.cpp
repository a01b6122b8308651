// promtool's language: its own fixtures and public rule files where the conformance data is at hand, ours everywhere.
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

const fs::path kConformance = fs::path(REEVE_SOURCE_DIR).parent_path() / "shared/conformance";

struct Fixture {
  const char* file;
  int wanted;
  TestOptions options = {};
};

TestOptions only(const std::string& name) {
  return {.run = {name}};
}

TEST(Promtool, ItsOwnFixturesGiveItsExitCodes) {
  const fs::path folder = kConformance / "promtool";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const Fixture runs[] = {{"unittest.yml", 0},
                          {"long-period.yml", 0},
                          {"no-test-group-interval.yml", 0},
                          {"start-time-test.yml", 0},
                          {"at-modifier-test.yml", 0},
                          {"negative-offset-test.yml", 0},
                          {"rules_run.yml", 0, only("correct")},
                          {"rules_run_extrafields.yml", 0, {.ignore_unknown_fields = true}},
                          {"rules_run_fuzzy.yml", 0, only("correct")},
                          {"bad-input-series.yml", 1},
                          {"bad-promql.yml", 1},
                          {"bad-rules-syntax-test.yml", 1},
                          {"bad-rules-error-test.yml", 1},
                          {"failing.yml", 1},
                          {"rules_run.yml", 1},
                          {"rules_run.yml", 1, only("wrong")},
                          {"rules_run_extrafields.yml", 1},
                          {"rules_run_no_fuzzy.yml", 1},
                          {"rules_run_fuzzy.yml", 1, only("wrong")}};
  for (const Fixture& run : runs) {
    std::ostringstream out;
    EXPECT_EQ(test_rules({(folder / run.file).string()}, run.options, out), run.wanted) << run.file << "\n"
                                                                                        << out.str();
  }
}

TEST(Promtool, ItsRuleFilesAreCheckedAsItDoes) {
  const fs::path folder = kConformance / "promtool";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const std::pair<const char*, int> files[] = {{"rules.yml", 0},
                                               {"rules-bad.yml", 1},
                                               {"rules_duplicates.yml", 0},
                                               {"rules_extrafields.yml", 1},
                                               {"prometheus-config.rules.good.yml", 0},
                                               {"prometheus-rules.lint.yml", 0},
                                               {"bad-rules-error.yml", 0},
                                               {"bad-rules-syntax.yml", 1},
                                               {"at-modifier.yml", 0},
                                               {"rules_run.yml", 1}};
  for (const auto& [file, wanted] : files) {
    std::ostringstream out;
    EXPECT_EQ(check_rules({(folder / file).string()}, out), wanted) << file << "\n" << out.str();
  }
  std::ostringstream out;
  EXPECT_EQ(check_rules({(folder / "prometheus-rules.lint.yml").string()}, out, {.lint_fatal = true}), 3);
  EXPECT_THAT(out.str(), HasSubstr("lint error 1 duplicate rule(s) found.\nMetric: HighRequestLatency\nLabel(s):\n"
                                   "\tseverity: page\nMight cause inconsistency while recording expressions\n"));
}

TEST(Promtool, PublicRuleFilesLoadWithoutAnError) {
  const fs::path folder = kConformance / "awesome-prometheus-alerts";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  size_t files = 0, rules = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto set = load({entry.path().string()}, base::seconds(15));
    ASSERT_TRUE(set.ok()) << set.error().text;
    ++files;
    for (const Group& group : set->groups) rules += group.rules.size();
  }
  EXPECT_EQ(files, 22u);
  EXPECT_GT(rules, 250u);
}

// Our own: every file under testdata/promtool, whose first line says the exit code; `.out` beside it is what is
// printed.
TEST(Promtool, OurOwnFixturesAreJudgedAndPrintedAsPromtoolDoes) {
  const fs::path folder = REEVE_TEST_DIR "/unit/rule/testdata/promtool";
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().string().find("_test.yaml") == std::string::npos) continue;
    std::ifstream in(entry.path());
    std::string first;
    std::getline(in, first);
    std::ostringstream out;
    const int code = test_rules({entry.path().string()}, {}, out);
    EXPECT_EQ("# exit " + std::to_string(code), first) << entry.path() << "\n" << out.str();
    std::ifstream wanted(fs::path(entry.path()).replace_extension(".out"));
    if (wanted) {
      const std::string text((std::istreambuf_iterator<char>(wanted)), {});
      EXPECT_EQ(out.str(), "Unit Testing:  " + entry.path().string() + "\n" + text) << entry.path();
    }
    ++files;
  }
  EXPECT_GE(files, 6);
}

class Written : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "reeve-promtool-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string test(const std::string& text, int wanted, const TestOptions& options = {}) {
    std::ostringstream out;
    EXPECT_EQ(test_rules({write("t.yaml", text)}, options, out), wanted) << out.str();
    return out.str();
  }
  fs::path folder_;
};

TEST_F(Written, UnknownKeysAreErrorsWithPlaces) {
  EXPECT_THAT(test("tests:\n  - input_serie: []\n", 1),
              HasSubstr("t.yaml:2:5: unknown field \"input_serie\" (did you mean \"input_series\"?)"));
  EXPECT_THAT(test("rulefiles: []\n", 1), HasSubstr("unknown field \"rulefiles\" (did you mean \"rule_files\"?)"));
}

// Blocks of `== name`, a test file, `-- ` and the first line that is said of it, behind the file's name.
TEST_F(Written, WhatCannotBeRunIsSaidWithItsPlace) {
  std::ifstream in(REEVE_TEST_DIR "/unit/rule/testdata/broken_tests.txt");
  std::string name, text;
  int cases = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("== ")) {
      name = line.substr(3);
      text.clear();
    } else if (!line.starts_with("-- ")) {
      text += line + "\n";
    } else {
      SCOPED_TRACE(name);
      std::vector<std::string> said = base::split(test(text, 1), '\n');
      ASSERT_GT(said.size(), 2u);
      EXPECT_EQ(said[2], (folder_ / "t.yaml").string() + ":" + line.substr(3));
      ++cases;
    }
  }
  EXPECT_GT(cases, 30);
}

TEST_F(Written, GlobsAreRelativeToTheTestFile) {
  write("a.rules", "groups: [{ name: a, rules: [{ record: x, expr: '1' }] }]");
  write("b.rules", "groups: [{ name: b, rules: [{ record: y, expr: '2' }] }]");
  test("rule_files: ['*.rules']\ntests:\n  - promql_expr_test:\n      - { expr: x + y, exp_samples: [{ value: 3 }] }\n",
       0);
  EXPECT_THAT(test("rule_files: ['nothing*']\n", 0), HasSubstr("  WARNING: no file match pattern "));
}

TEST_F(Written, GroupsAreEvaluatedInTheOrderAskedFor) {
  write("r.rules",
        "groups:\n  - { name: second, rules: [{ record: y, expr: x + 1 }] }\n"
        "  - { name: first, rules: [{ record: x, expr: '1' }] }\n");
  const std::string tests =
      "tests:\n  - promql_expr_test:\n      - { expr: y, eval_time: 0, exp_samples: [{ labels: y, value: 2 }] }\n";
  test("rule_files: [r.rules]\ngroup_eval_order: [first, second]\n" + tests, 0);
  test("rule_files: [r.rules]\ngroup_eval_order: [second, first]\n" + tests, 1);
  EXPECT_THAT(test("group_eval_order: [a, a]\n", 1), HasSubstr("group name repeated in evaluation order: a"));
}

TEST_F(Written, FloatsAreComparedExactly) {
  const std::string tests =
      "tests:\n  - input_series: [{ series: x, values: 0.1+0.2x1 }]\n    promql_expr_test:\n"
      "      - { expr: x, eval_time: 1m, exp_samples: [{ labels: x, value: 0.3 }] }\n";
  EXPECT_THAT(test(tests, 1),
              HasSubstr("exp: {__name__=\"x\"} 3E-01\n        got: {__name__=\"x\"} 3.0000000000000004E-01"));
  test("fuzzy_compare: true\n" + tests, 0);
}

TEST_F(Written, RunsAndReasonsAreCompared) {
  write("r.rules",
        "groups:\n  - name: g\n    rules:\n      - alert: Died\n        on: docker.die\n        by: [id]\n"
        "        verify: up\n        run: { runbook: a/b, with: { id: '{{ $labels.id }}' } }\n"
        "      - { alert: Other, on: docker.die, by: [id] }\n");
  const std::string head =
      "rule_files: [r.rules]\ntests:\n  - events: [{ at: 5s, type: docker.die, labels: { id: x1 } }]\n    run_test:\n";
  test(head + "      - { eval_time: 5s, alertname: Died, exp_runs: [{ runbook: a/b, with: { id: x1 } }] }\n", 0);
  EXPECT_THAT(test(head + "      - { eval_time: 4s, alertname: Died, exp_runs: [{ runbook: a/b }] }\n", 1),
              HasSubstr("why: no alert of this name is firing"));
  EXPECT_THAT(test(head + "      - { eval_time: 5s, alertname: Other, exp_runs: [{ runbook: a/b }] }\n", 1),
              HasSubstr("why: the rule has no `run:`, and no response matches"));
  EXPECT_THAT(
      test(head + "      - { eval_time: 5s, alertname: Died, exp_runs: [{ runbook: a/c, with: { id: x1 } }] }\n", 1),
      HasSubstr("Runbook:a/b"));
  test("responses: [{ match: { alertname: Other }, runbook: c/d, mode: auto }]\n" + head +
           "      - { eval_time: 5s, alertname: Other, exp_runs: [{ runbook: c/d, mode: auto }] }\n",
       0);
}

TEST_F(Written, DifferencesAreShownWhenAskedFor) {
  write("r.rules", "groups: [{ name: g, rules: [{ alert: A, expr: '1', labels: { s: got } }] }]");
  const std::string text =
      "rule_files: [r.rules]\ntests:\n  - alert_rule_test:\n      - { alertname: A, exp_alerts: [{ exp_labels: { s: "
      "exp } }] }\n";
  EXPECT_THAT(test(text, 1, {.diff = true}), HasSubstr("-   Labels:{alertname=\"A\", s=\"exp\"}"));
}

TEST_F(Written, ReportsAreWrittenForOtherTools) {
  test("tests:\n  - name: good\n  - name: bad\n    promql_expr_test: [{ expr: x, exp_samples: [{ value: 1 }] }]\n", 1,
       {.junit = (folder_ / "report.xml").string()});
  std::ifstream in(folder_ / "report.xml");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(text, HasSubstr("tests=\"2\" failures=\"1\""));
}

}  // namespace
}  // namespace reeve::rule
