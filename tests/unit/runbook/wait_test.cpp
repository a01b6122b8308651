// How long a run waits, for what, and what stands in the ledger of it.
#include "runbook/wait.h"

#include <cmath>

#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using base::Error;
using base::Fault;
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;

struct WrongTerms {
  const char *args, *message;
};
class ReadsTerms : public testing::TestWithParam<WrongTerms> {};
TEST_P(ReadsTerms, SaysWhatIsWrong) {
  const auto terms = Wait::read(model::parse_json(GetParam().args).value());
  ASSERT_FALSE(terms.ok()) << GetParam().args;
  EXPECT_EQ(terms.error().text, GetParam().message);
  EXPECT_EQ(terms.error().fault, Fault::kInvalid);
}
INSTANTIATE_TEST_SUITE_P(
    Wrong, ReadsTerms,
    testing::Values(
        WrongTerms{"{}", "run:wait: expr is a text of PromQL"},
        WrongTerms{R"({"expr":5})", "run:wait: expr is a text of PromQL"},
        WrongTerms{R"({"expr":"up","every":"often"})",
                   "run:wait: every: not a valid duration: \"often\" (write it like 30s, 5m, 1h30m or 500ms)"},
        WrongTerms{R"({"expr":"up","hold":-1})", "run:wait: hold is a duration like \"30s\""},
        WrongTerms{R"({"expr":"up","timeout":1e12})", "run:wait: timeout is a duration like \"30s\""},
        WrongTerms{R"({"expr":"up","timeout":true})",
                   "run:wait: timeout: not a valid duration: \"\" (write it like 30s, 5m, 1h30m or 500ms)"},
        WrongTerms{R"({"expr":"up","absent":"never"})", "run:wait: absent is \"wait\", \"met\" or \"fail\""},
        WrongTerms{R"({"expr":"up","absent":false})", "run:wait: absent is \"wait\", \"met\" or \"fail\""},
        WrongTerms{R"({"check":true,"on_timeout":"stop"})",
                   "run:wait: on_timeout is \"fail\", \"continue\" or \"escalate\""}));

TEST(ReadsTermsRight, WithDefaultsAndNumbersAsSeconds) {
  const auto terms = Wait::read(model::parse_json(R"({"check":true})").value());
  ASSERT_TRUE(terms.ok());
  EXPECT_EQ(terms->every, base::seconds(5));
  EXPECT_EQ(terms->timeout, base::minutes(10));
  EXPECT_EQ(terms->hold, base::Duration{});
  const auto numbers = Wait::read(model::parse_json(R"({"expr":"x","every":0.001,"hold":2.5,"timeout":90})").value());
  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(numbers->every, base::millis(100));  // not more often than ten times a second
  EXPECT_EQ(numbers->hold, base::millis(2500));
  EXPECT_EQ(numbers->timeout, base::seconds(90));
}

struct Waits : testing::Test {
  World world;
  int asked = 0;
  std::vector<base::Result<Value>> answers;  ///< one after the other, the last again and again

  Waits() {
    world.query = [this](const std::string&) -> base::Result<Value> {
      ++asked;
      if (answers.empty()) return Value(0);
      const base::Result<Value> answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
    world.add("look", ActionClass::kRead, Effect::kRead).effect = [this](const Value&) -> base::Result<Value> {
      return world.query("");
    };
  }
  uint64_t episode = 0;
  void wait(const std::string& keys) {
    world.simple("box/run", "local v = run:wait { 'x', " + keys + " } return run:done('got ' .. tostring(v))");
    world.consider(world.candidate("box/run", 1, ++episode));
    world.active[1] = false;
  }
  std::string of_wait(const std::string& key) { return world.find("step.read").back().facts[key].text(); }
};

TEST_F(Waits, OneRowHoweverOftenItIsAsked) {
  wait("expr = 'up', every = '1s', timeout = '1h'");
  world.advance(base::minutes(10));
  EXPECT_NEAR(asked, 600, 2);
  answers = {Value(1)};
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: got 1");
  EXPECT_EQ(world.find("step.read").size(), 2u);
  EXPECT_EQ(world.find("run.parked").size(), 1u);
  EXPECT_EQ(of_wait("asked"), std::to_string(asked));
}

TEST_F(Waits, MetAtOnceItIsNotParked) {
  answers = {Value(7)};
  wait("expr = 'up'");
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: got 7");
  EXPECT_TRUE(world.find("run.parked").empty());
  EXPECT_EQ(asked, 1);
}

TEST_F(Waits, WhatHoldsIsAskedAgainAtTheEndOfItsHold) {
  answers = {Value(1)};
  wait("expr = 'up', every = '1m', hold = '10s'");
  world.advance(base::millis(9'900));
  EXPECT_TRUE(world.find("run.ended").empty());
  world.advance(base::millis(300));
  EXPECT_EQ(asked, 2);  // not a minute later
  world.advance(base::seconds(15));
  EXPECT_EQ(world.result(), "succeeded: got 1");
}

TEST_F(Waits, AGapBeginsTheHoldAnew) {
  answers = {Value(1), Value(1), Value(0), Value(1)};
  wait("expr = 'up', every = '1s', hold = '3s', timeout = '1m'");
  world.advance(base::millis(5'500));  // met at 0, 1, not at 2, met from 3
  EXPECT_TRUE(world.find("step.read").size() == 1u);
  world.advance(base::millis(1'000));
  EXPECT_EQ(world.find("step.read").size(), 2u);
}

TEST_F(Waits, ValuesThatAreNotMet) {
  for (const Value& value : {Value(0), Value(0.0), Value(std::nan("")), Value(false), Value()}) {
    asked = 0;
    answers = {value};
    wait("expr = 'up', every = '1s', timeout = '10s', on_timeout = 'continue'");
    world.advance(base::seconds(30));
    EXPECT_EQ(world.result(), "succeeded: got false") << value.text();
    EXPECT_GE(asked, 9);
  }
}

TEST_F(Waits, AQueryThatCannotBeAnsweredNowIsAskedAgain) {
  answers = {Error{Fault::kUnavailable, "busy"}, Error{Fault::kTimeout, "slow"}, Error{Fault::kInternal, "odd"},
             Value(1)};
  wait("expr = 'up', every = '1s'");
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: got 1");
  EXPECT_EQ(asked, 4);
}

TEST_F(Waits, AQueryThatIsWrongEndsItAtOnce) {
  answers = {Error{Fault::kInvalid, "1:4: parse error"}};
  wait("expr = 'up{'");
  world.advance(base::seconds(1));
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(world.result(), HasSubstr("failed: box/run.lua:3: 1:4: parse error"));
}

TEST_F(Waits, AnErrorInBetweenBreaksTheHold) {
  answers = {Value(1), Error{Fault::kTimeout, "slow"}, Value(1)};
  wait("expr = 'up', every = '1s', hold = '2s', timeout = '1m'");
  world.advance(base::millis(3'500));
  EXPECT_EQ(world.find("step.read").size(), 1u);
  world.advance(base::millis(1'000));
  EXPECT_EQ(world.find("step.read").size(), 2u);
}

TEST_F(Waits, AnAnswerAfterTheTimeoutIsTooLate) {
  wait("expr = 'up', every = '5s', timeout = '12s', on_timeout = 'continue'");
  world.advance(base::millis(11'999));
  EXPECT_EQ(asked, 3);
  answers = {Value(1)};
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: got false");
  EXPECT_EQ(asked, 3);
}

TEST_F(Waits, ALongWaitLetsItsScriptGoAndItsWorkerBeKilled) {
  wait("expr = 'up', every = '1m', timeout = '1h'");
  world.advance(base::minutes(5));
  world.kill_worker();
  answers = {Value(1)};
  world.advance(base::minutes(2));
  EXPECT_EQ(world.result(), "succeeded: got 1");
  EXPECT_TRUE(world.find("run.resumed").empty());
}

TEST_F(Waits, ACheckIsAskedInANewLifeOfTheScript) {
  world.simple("box/run", R"(
    local before = box.look { id = "a" }
    local n = run:wait { "x", every = "30s", timeout = "1h", check = function()
      local now = box.look { id = "a" }
      return now ~= before and now
    end }
    return run:done(before .. " then " .. n))");
  world.consider("box/run");
  world.active[1] = false;
  world.advance(base::minutes(2));
  world.kill_worker();
  world.advance(base::minutes(2));
  world.restart();
  world.advance(base::minutes(2));
  answers = {Value(5)};
  world.advance(base::minutes(1));
  EXPECT_EQ(world.result(), "succeeded: 0 then 5");
  EXPECT_EQ(world.find("step.read").size(), 3u);  // use, look, wait: what a check reads is not recorded
}

TEST_F(Waits, TwoBranchesWaitSideBySide) {
  world.simple("box/run", R"(
    local got = run:each({ "a", "b" }, { ramp = false }, function(id)
      return run:wait { id, expr = id, every = "1s", timeout = id == "a" and "10s" or "20s", on_timeout = "continue" }
    end)
    return run:done(tostring(got[1]) .. tostring(got[2])))");
  world.consider("box/run");
  world.active[1] = false;
  world.advance(base::seconds(15));
  EXPECT_EQ(world.find("step.read").size(), 2u);
  EXPECT_EQ(world.parked(), "wait");
  world.advance(base::seconds(20));
  EXPECT_EQ(world.result(), "succeeded: falsefalse");
}

TEST_F(Waits, AWaitOfTwoBranchesKeepsItsTimesOverARestart) {
  world.simple("box/run", R"(
    run:each({ "1m", "3m" }, { ramp = false }, function(timeout)
      run:wait { timeout, expr = "never", every = "10s", timeout = timeout, on_timeout = "continue" }
      run:note(timeout .. " is over")
    end))");
  world.consider("box/run");
  world.active[1] = false;
  world.advance(base::seconds(30));
  world.restart();
  world.advance(base::seconds(35));
  EXPECT_EQ(world.find("step.read").size(), 3u);  // use, the first wait, its note
  world.restart();
  world.advance(base::seconds(110));
  EXPECT_EQ(world.find("step.read").size(), 3u);
  world.advance(base::seconds(10));
  EXPECT_EQ(world.find("step.read").size(), 5u);
}

}  // namespace
}  // namespace reeve::runbook
