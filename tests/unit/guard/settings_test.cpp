#include <gtest/gtest.h>

#include "guard/guard.h"

namespace reeve::guard {
namespace {

base::Result<Settings> read(const std::string& text) {
  auto node = yaml::parse(text, "reeve.yaml");
  EXPECT_TRUE(node.ok());
  return read_settings(*node);
}

TEST(SafetySettings, ReadEveryKey) {
  const auto s = read(
      "reason: crash test\nconcurrency: 8\nbudget: 100%\nfloor: 0%\ncool_down: 1s\nbreaker: off\nflap: off\nmax_age: "
      "1h\n"
      "storm: off\nhold: 1s\nsettles: 3s\nrate: 1000/m\nprotect: [docker/local/db]\n");
  ASSERT_TRUE(s.ok()) << s.error().text;
  EXPECT_EQ(s->concurrency, 8);
  EXPECT_EQ(s->budget, 1.0);
  EXPECT_EQ(s->floor, 0.0);
  EXPECT_EQ(s->cool_down, base::seconds(1));
  EXPECT_TRUE(s->breaker->off);
  EXPECT_EQ(s->flap, false);
  EXPECT_EQ(s->max_age, base::hours(1));
  EXPECT_EQ(s->storm, false);
  EXPECT_EQ(s->hold, base::seconds(1));
  EXPECT_EQ(s->settles, base::seconds(3));
  EXPECT_EQ(s->rate, 1000);
  EXPECT_EQ(s->protect, std::vector<std::string>{"docker/local/db"});
}

TEST(SafetySettings, AnEmptyTableOfARunbookChangesNothing) {
  const auto s = settings_of(model::Value::map().set("breaker", model::Value::list()), "box/heal.lua");
  ASSERT_TRUE(s.ok()) << s.error().text;
  EXPECT_EQ(s->breaker->failures_target, defaults().breaker->failures_target);
  EXPECT_FALSE(s->breaker->off);
  EXPECT_FALSE(settings_of(model::Value::map().set("breaker", model::Value::list().push(2)), "box/heal.lua").ok());
}

TEST(SafetySettings, ReadABreakerTable) {
  const auto s = read("reason: test\nbreaker: { failures: 5, within: 2h }\n");
  ASSERT_TRUE(s.ok()) << s.error().text;
  EXPECT_EQ(s->breaker->failures_target, 5);
  EXPECT_EQ(s->breaker->within, base::hours(2));
}

struct Bad {
  const char* text;
  const char* says;
};

class BadSafety : public testing::TestWithParam<Bad> {};

TEST_P(BadSafety, SaysWhereAndWhat) {
  const auto s = read(GetParam().text);
  ASSERT_FALSE(s.ok());
  EXPECT_NE(s.error().text.find(GetParam().says), std::string::npos) << s.error().text;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSafety,
    testing::Values(Bad{"concurrency: 8\n", "reeve.yaml:1:14: concurrency is looser than its default"},
                    Bad{"reason: '   '\ncool_down: 1s\n", "cool_down is looser than its default: say why in"},
                    Bad{"reason: x\ncooldown: 1s\n",
                        "reeve.yaml:2:1: unknown field \"cooldown\" (did you mean \"cool_down\"?)"},
                    Bad{"budget: 120%\n", "reeve.yaml:1:1: budget is a share from 0% to 100%"},
                    Bad{"cool_down: soon\n", "reeve.yaml:1:1: cool_down: not a valid duration"},
                    Bad{"rate: 0/m\n", "rate is acts a minute"}, Bad{"concurrency: 1.5\n", "a whole number"},
                    Bad{"flap: maybe\n", "flap is on or off"},
                    Bad{"breaker: { fails: 2 }\n", "unknown field \"fails\" in breaker"},
                    Bad{"protect: all\n", "protect is a list"}, Bad{"[1]\n", "reeve.yaml:1:1"}));

TEST(SafetySettings, WhatIsStricterNeedsNoReason) {
  EXPECT_TRUE(read("cool_down: 1h\nbudget: 5%\nfloor: 80%\nrate: 2/m\n").ok());
}

TEST(SafetySettings, ARunbooksTableWinsAndProtectionGrows) {
  const auto engine = read("reason: engine\ncool_down: 1m\nprotect: [a]\n");
  model::Value table = model::Value::map();
  table.set("cool_down", "10s").set("reason", "a daemon").set("protect", model::Value::list().push("b"));
  const auto runbook = settings_of(table, "runbooks/proc/restart.lua");
  ASSERT_TRUE(runbook.ok()) << runbook.error().text;
  const Settings both = engine->under(*runbook);
  EXPECT_EQ(both.cool_down, base::seconds(10));
  EXPECT_EQ(both.reason, "a daemon");
  EXPECT_EQ(both.protect, (std::vector<std::string>{"a", "b"}));
}

TEST(SafetySettings, ARunbooksTableIsCheckedToo) {
  const auto loose = settings_of(model::Value::map().set("cool_down", "1s"), "x.lua");
  ASSERT_FALSE(loose.ok());
  EXPECT_NE(loose.error().text.find("x.lua: safety: cool_down is looser"), std::string::npos);
}

TEST(SafetySettings, SurviveBeingWrittenAndRead) {
  const auto s = read("reason: r\ncool_down: 90s\nbreaker: off\nrate: 50/m\n");
  const auto again = settings_of(s->to_value(), "again");
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_EQ(again->to_value(), s->to_value());
}

}  // namespace
}  // namespace reeve::guard
