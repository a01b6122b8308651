// What rule files say, which are refused, and where the errors point.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "rule/rule.h"

namespace reeve::rule {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr base::Duration kInterval = base::seconds(15);

RuleSet must_read(const std::string& text) {
  auto set = read(text, "r.yaml", kInterval);
  EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().text);
  return set.ok() ? *std::move(set) : RuleSet{};
}

// One rule of a group `g`, its fields given from the second line on.
RuleSet one(const std::string& rule, const std::string& group = "") {
  return must_read("groups:\n  - name: g\n" + group + "    rules:\n      - " + rule + "\n");
}

TEST(RuleFile, RefusesTheBrokenOnes) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(REEVE_TEST_DIR "/unit/rule/testdata/broken")) {
    std::ifstream file(entry.path());
    std::string wanted;
    std::getline(file, wanted);
    ASSERT_THAT(wanted, StartsWith("# expect: ")) << entry.path();
    const auto set = load({entry.path().string()}, kInterval);
    ASSERT_FALSE(set.ok()) << entry.path() << " was read";
    EXPECT_THAT(set.error().text, StartsWith(entry.path().string() + ":" + wanted.substr(10)));
    ++count;
  }
  EXPECT_GE(count, 30);
}

TEST(RuleFile, TellsAllErrorsAtOnce) {
  const auto set = read(
      "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: 'up =='\n      - alert: B\n        expr: "
      "'x['\n",
      "r.yaml", kInterval);
  ASSERT_FALSE(set.ok());
  EXPECT_THAT(set.error().text, HasSubstr("rule 1, \"A\""));
  EXPECT_THAT(set.error().text, HasSubstr("rule 2, \"B\""));
}

TEST(RuleFile, ReadsWhatPrometheusHas) {
  const RuleSet set =
      one("alert: Down\n        expr: up == 0\n        for: 5m\n        keep_firing_for: 1m\n"
          "        labels: { severity: page, team: '' }\n        annotations: { summary: '{{ $labels.job }} down' }",
          "    interval: 30s\n    query_offset: 10s\n    limit: 7\n    labels: { team: infra, dc: a }\n");
  ASSERT_EQ(set.groups.size(), 1u);
  const Group& group = set.groups[0];
  EXPECT_EQ(group.interval, base::seconds(30));
  EXPECT_EQ(group.query_offset, base::seconds(10));
  EXPECT_EQ(group.limit, 7);
  const Rule& rule = group.rules.at(0);
  EXPECT_EQ(rule.kind, Rule::Kind::kAlert);
  EXPECT_EQ(rule.name, "Down");
  EXPECT_EQ(rule.id, "r.yaml/g/Down/1");
  EXPECT_EQ(rule.hold_for, base::minutes(5));
  EXPECT_EQ(rule.keep_firing_for, base::minutes(1));
  EXPECT_EQ(rule.expr->text(), "up == 0");
  EXPECT_EQ(rule.position, "r.yaml:8:9");
  ASSERT_EQ(rule.labels.size(), 3u);  // the group's dc, and the rule's own two, whose team wins
  EXPECT_EQ(rule.labels[0].name, "dc");
  EXPECT_EQ(rule.labels[2].name, "team");
  EXPECT_EQ(rule.labels[2].source, "");
  EXPECT_EQ(rule.annotations.at(0).source, "{{ $labels.job }} down");
  EXPECT_EQ(rule.absent, Absent::kResolve);
}

TEST(RuleFile, ReadsNothingAsNothing) {
  for (const char* text : {"", "# only a comment\n", "groups:\n", "groups: []\n", "---\ngroups: []\n---\nnot: read\n"})
    EXPECT_TRUE(must_read(text).groups.empty()) << text;
  EXPECT_TRUE(must_read("groups:\n  - name: g\n").groups.at(0).rules.empty());
}

TEST(RuleFile, HonoursAnchorsAndMerges) {
  const RuleSet set = must_read(
      "groups:\n  - name: g\n    rules:\n      - &a\n        alert: A\n        expr: up == 0\n        labels: { s: x "
      "}\n"
      "      - <<: *a\n        alert: B\n");
  EXPECT_EQ(set.groups[0].rules.at(1).name, "B");
  EXPECT_EQ(set.groups[0].rules.at(1).expr->text(), "up == 0");
}

TEST(RuleFile, CountsRulesOfOneName) {
  const RuleSet set = must_read(
      "groups:\n  - name: g\n    rules:\n      - { alert: A, expr: a > 1 }\n      - { alert: B, expr: b }\n"
      "      - { alert: A, expr: a > 2 }\n");
  EXPECT_EQ(set.groups[0].rules[2].id, "r.yaml/g/A/2");
}

TEST(RuleFile, ReadsReevesAdditions) {
  const RuleSet set =
      one("alert: Hot\n        expr: t > 90\n        reset: t < 80\n        needs: 3 of 5\n        absent: fire\n"
          "        flapping: { high: 40, low: 20 }");
  const Rule& rule = set.groups[0].rules.at(0);
  EXPECT_EQ(rule.reset->text(), "t < 80");
  EXPECT_EQ(rule.needs, 3);
  EXPECT_EQ(rule.of, 5);
  EXPECT_EQ(rule.absent, Absent::kFire);
  EXPECT_EQ(rule.flapping->high, 40);
  EXPECT_EQ(rule.flapping->low, 20);
}

TEST(RuleFile, ReadsEventRules) {
  const RuleSet set =
      one("alert: Died\n        on: docker.die{exit_code!=\"0\"}\n        by: [name, instance]\n"
          "        until: docker.start\n        verify: running == 1\n        caused: true");
  const Rule& rule = set.groups[0].rules.at(0);
  EXPECT_EQ(rule.kind, Rule::Kind::kEvent);
  EXPECT_EQ(rule.on->text(), "docker.die{exit_code!=\"0\"}");
  EXPECT_THAT(rule.by, ElementsAre("instance", "name"));
  ASSERT_EQ(rule.until.size(), 1u);
  EXPECT_EQ(rule.keep, base::Duration{});
  EXPECT_TRUE(rule.caused);
  EXPECT_TRUE(set.warnings.empty());
}

TEST(RuleFile, KeepsAnEventAlertFifteenMinutesWithoutUntil) {
  EXPECT_EQ(one("{ alert: A, on: a.b }").groups[0].rules[0].keep, base::minutes(15));
  EXPECT_EQ(one("{ alert: A, on: a.b, until: a.c, keep: 1h }").groups[0].rules[0].keep, base::hours(1));
  EXPECT_EQ(one("{ alert: A, on: a.b, until: [a.c, a.d] }").groups[0].rules[0].until.size(), 2u);
}

TEST(RuleFile, WarnsOfARemediationThatNobodyCanVerify) {
  const RuleSet set = one("alert: A\n        on: a.b\n        run: { runbook: x/y }");
  EXPECT_THAT(set.warnings,
              ElementsAre(HasSubstr("r.yaml:4:9: group \"g\", rule 1, \"A\": a remediation on an event rule")));
}

TEST(RuleFile, WarnsOfAnExpressionThatNoRuleCanHave) {
  EXPECT_THAT(one("{ alert: A, expr: 'up[5m]' }").warnings, ElementsAre(HasSubstr("it will always fail")));
}

TEST(RuleFile, KeepsARemediationBlindlyUnlessToldOtherwise) {
  EXPECT_EQ(one("alert: A\n        expr: up == 0\n        run: { runbook: x/y }").groups[0].rules[0].absent,
            Absent::kKeep);
  EXPECT_EQ(one("alert: A\n        expr: up == 0\n        run: { runbook: x/y }\n        absent: resolve")
                .groups[0]
                .rules[0]
                .absent,
            Absent::kResolve);
}

TEST(RuleFile, WaitsLongEnoughToVerifyWhereNobodySaysHowLong) {
  const RuleSet set = one("alert: A\n        expr: rate(e[1h]) > 0\n        run: { runbook: x/y }");
  EXPECT_EQ(set.groups[0].rules[0].run->verify.within, base::hours(1) + base::seconds(2 * 15 + 10));
  EXPECT_EQ(one("alert: A\n        expr: e > 0\n        run: { runbook: x/y }").groups[0].rules[0].run->verify.within,
            base::minutes(5));
}

std::string meaning(const std::string& rule) {
  return one(rule).groups[0].rules[0].meaning;
}

TEST(RuleFile, HasOneMeaningForOneQuestion) {
  const std::string plain = meaning("{ alert: A, expr: 'up==0' }");
  EXPECT_EQ(plain, meaning("{ alert: A, expr: 'up  ==  0', for: 5m, annotations: { a: b } }"));
  EXPECT_NE(plain, meaning("{ alert: A, expr: 'up==1' }"));
  EXPECT_NE(plain, meaning("{ alert: A, expr: 'up==0', labels: { a: b } }"));
  EXPECT_NE(plain, meaning("{ alert: A, expr: 'up==0', needs: 1 of 2 }"));
  EXPECT_NE(plain, meaning("{ alert: A, expr: 'up==0', reset: 'up==1' }"));
  EXPECT_NE(meaning("{ alert: A, on: a.b }"), meaning("{ alert: A, on: a.b, by: [x] }"));
  EXPECT_NE(meaning("{ alert: A, on: a.b }"), meaning("{ alert: A, on: a.b, until: a.c }"));
}

struct Arrives {
  const char* rule;
  bool arrives;
};

TEST(RuleFile, KnowsWhichRulesAreAskedOnArrival) {
  const Arrives cases[] = {
      {"{ alert: A, expr: 'up == 0' }", true},     {"{ alert: A, expr: 'rate(x[5m]) > 1', for: 5m }", true},
      {"{ alert: A, expr: 'absent(up)' }", false}, {"{ alert: A, expr: 'max_over_time(x[5m:1m]) > 1' }", false},
      {"{ alert: A, expr: '1' }", false},          {"{ alert: A, expr: 'up == 0', needs: 2 of 3 }", false},
      {"{ record: a, expr: up }", false},          {"{ alert: A, on: a.b }", false}};
  for (const Arrives& c : cases) EXPECT_EQ(one(c.rule).groups[0].rules[0].on_arrival, c.arrives) << c.rule;
  EXPECT_FALSE(one("{ alert: A, expr: 'up == 0' }", "    evaluate: tick\n").groups[0].rules[0].on_arrival);
  EXPECT_FALSE(one("{ alert: A, expr: 'up == 0' }", "    query_offset: 5s\n").groups[0].rules[0].on_arrival);
}

TEST(RuleFile, LeavesWhatARuleAboveRecordsToTheTick) {
  const auto third = [](const std::string& expr) {
    return must_read(
               "groups:\n  - name: g\n    rules:\n      - { record: 'job:up', expr: sum(up) }\n"
               "      - { alert: A, expr: '" +
               expr + "' }\n")
        .groups[0]
        .rules[1]
        .on_arrival;
  };
  EXPECT_FALSE(third("job:up < 1"));
  EXPECT_FALSE(third("{__name__=~\"job.*\"} < 1"));
  EXPECT_FALSE(third("{job=\"x\"} < 1"));
  EXPECT_TRUE(third("up < 1"));
  EXPECT_TRUE(third("{__name__!=\"job:up\",job=\"x\"} < 1"));
}

class RuleFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "reeve-rules-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    ::chmod((folder_ / name).c_str(), 0644);
    return (folder_ / name).string();
  }
  static std::string file(const std::string& group) {
    return "groups:\n  - name: " + group + "\n    rules: [{ alert: A, expr: up == 0 }]\n";
  }
  std::vector<std::string> ids(const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    const auto set = load(paths, kInterval);
    EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().text);
    if (set.ok())
      for (const Group& group : set->groups)
        for (const Rule& rule : group.rules) out.push_back(rule.id);
    return out;
  }
  fs::path folder_;
};

TEST_F(RuleFolder, IsReadInTheOrderOfItsNamesWithoutTests) {
  write("b.yml", file("b"));
  write("a/x.yaml", file("x"));
  write("a/x_test.yaml", "tests: []");
  write("a/x.test.yml", "tests: []");
  write(".hidden.yaml", "not a rule file");
  write(".git/x.yaml", "not a rule file");
  write("README.md", "# words");
  EXPECT_THAT(ids({folder_.string()}), ElementsAre("a/x.yaml/x/A/1", "b.yml/b/A/1"));
}

TEST_F(RuleFolder, TellsFilesOfOneNameApart) {
  write("one/docker.yaml", file("g"));
  write("two/docker.yaml", file("g"));
  EXPECT_THAT(ids({(folder_ / "one").string(), (folder_ / "two/").string()}),
              ElementsAre("docker.yaml/g/A/1", "two/docker.yaml/g/A/1"));
}

TEST_F(RuleFolder, SaysWhatIsMissing) {
  const auto set = load({(folder_ / "nowhere").string()}, kInterval);
  ASSERT_FALSE(set.ok());
  EXPECT_THAT(set.error().text, HasSubstr("nowhere: no such file or folder"));
}

// Rules must not vanish because their file became something else.
TEST_F(RuleFolder, RefusesWhatHasTheNameOfAFileAndIsNone) {
  write("good.yaml", file("g"));
  fs::create_symlink("gone/shop.yaml", folder_ / "shop.yaml");
  fs::create_directories(folder_ / "folder.yml");
  ASSERT_EQ(::mkfifo((folder_ / "pipe.yaml").c_str(), 0600), 0);
  fs::create_symlink("round.yaml", folder_ / "round.yaml");
  const auto set = load({folder_.string()}, kInterval);
  ASSERT_FALSE(set.ok());
  for (const char* part :
       {"/shop.yaml: is a link to gone/shop.yaml, which is not there", "/folder.yml: is a folder, not a file",
        "/pipe.yaml: is not a regular file", "/round.yaml: cannot be looked at: Too many levels of symbolic links"})
    EXPECT_THAT(set.error().text, HasSubstr(folder_.string() + part));
  EXPECT_THAT(load({(folder_ / "pipe.yaml").string()}, kInterval).error().text, HasSubstr("is not a regular file"));
}

TEST_F(RuleFolder, FollowsLinksToFilesAndFolders) {
  write("..data/shop.yaml", file("mounted"));  // as Kubernetes mounts a ConfigMap
  fs::create_symlink("..data/shop.yaml", folder_ / "shop.yaml");
  write(".elsewhere/x.yaml", file("linked"));
  fs::create_symlink(".elsewhere", folder_ / "team");
  fs::create_symlink("gone", folder_ / ".#shop.yaml");  // as Emacs marks a file that is being edited
  EXPECT_THAT(ids({folder_.string()}), ElementsAre("shop.yaml/mounted/A/1", "team/x.yaml/linked/A/1"));
  fs::create_symlink("..", folder_ / ".elsewhere" / "up");
  EXPECT_THAT(load({folder_.string()}, kInterval).error().text, HasSubstr("(a link in a circle?)"));
}

TEST_F(RuleFolder, TellsTheErrorsOfAllFiles) {
  write("a.yaml", "groups: [{ name: g, rules: [{ alert: A, expr: 'up ==' }] }]\n");
  write("b.yaml", "groups: 7\n");
  write("c.yaml", "");
  const auto set = load({folder_.string()}, kInterval);
  ASSERT_FALSE(set.ok());
  for (const char* part : {"a.yaml:1:", "b.yaml:1:9: groups must be a list", "c.yaml:1:1: there are no groups"})
    EXPECT_THAT(set.error().text, HasSubstr(part));
}

TEST_F(RuleFolder, HasAnotherHashWhenAByteChanges) {
  write("a.yaml", file("g"));
  const std::string before = load({folder_.string()}, kInterval)->hash;
  EXPECT_EQ(load({folder_.string()}, kInterval)->hash, before);
  write("a.yaml", file("g") + " ");
  EXPECT_NE(load({folder_.string()}, kInterval)->hash, before);
}

TEST_F(RuleFolder, WarnsOfFilesThatAnybodyMayChange) {
  ::chmod(write("a.yaml", file("g")).c_str(), 0666);
  EXPECT_THAT(load({folder_.string()}, kInterval)->warnings, ElementsAre(HasSubstr("writable by everybody")));
}

TEST_F(RuleFolder, WarnsOfRulesOfOneFileThatWriteTheSame) {
  write("a.yaml",
        "groups:\n"
        "  - name: g\n"
        "    rules:\n"
        "      - { record: a:b, expr: up, labels: { x: \"1\" } }\n"
        "      - { record: a:b, expr: up, labels: { x: \"2\" } }\n"
        "      - { record: a:b, expr: vector(1), labels: { x: \"1\" } }\n");
  write("b.yaml", "groups: [{ name: h, rules: [{ record: a:b, expr: up, labels: { x: \"1\" } }] }]\n");
  EXPECT_THAT(load({folder_.string()}, kInterval)->warnings,
              ElementsAre(AllOf(HasSubstr("a.yaml:6:9: \"a:b\" has the name and the labels of the rule at "),
                                HasSubstr("a.yaml:4:9; give one another label"))));
}

TEST(BuiltinRules, CanBeRead) {
  const RuleSet set = builtin_rules(kInterval);
  ASSERT_EQ(set.groups.size(), 1u);
  EXPECT_GE(set.groups[0].rules.size(), 5u);
  EXPECT_TRUE(set.warnings.empty());
}

}  // namespace
}  // namespace reeve::rule
