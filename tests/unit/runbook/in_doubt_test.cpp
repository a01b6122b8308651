// Attempts and doubt by class, with the engine alive; and each class after a crash between intent and outcome.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using base::Error;
using base::Fault;
using model::ActionClass;
using model::Effect;
using model::ProbeAnswer;
using model::Value;
using testing::HasSubstr;

struct DoubtBox {
  World world;
  std::vector<base::Result<Value>> replies;  ///< of the action, one after the other; then ok
  std::vector<ProbeAnswer> probes;           ///< likewise; then done
  int effects = 0, probed = 0;

  FakeAction& act(ActionClass cls) {
    FakeAction& action = world.add("act", cls, Effect::kChange);
    action.effect = [this](const Value&) -> base::Result<Value> {
      ++effects;
      if (replies.empty()) return Value::map().set("n", effects);
      base::Result<Value> reply = replies.front();
      replies.erase(replies.begin());
      return reply;
    };
    action.spec.has_probe = cls == ActionClass::kProbed;
    action.probe = [this](const Value&, const std::string&) -> base::Result<ProbeAnswer> {
      ++probed;
      if (probes.empty()) return ProbeAnswer::kDone;
      const ProbeAnswer answer = probes.front();
      probes.erase(probes.begin());
      return answer;
    };
    world.simple("box/act", "local r = box.act { id = 'a' } return run:done('n ' .. tostring(r.n))");
    return action;
  }
  void start() {
    world.consider("box/act");
    world.active[1] = false;
  }
  std::string outcome() {
    const auto found = world.find("step.outcome");
    if (found.size() != 1) return std::to_string(found.size()) + " outcomes";
    const Value& facts = found[0].facts;
    return (facts["ok"].as_bool() ? "ok" : facts["fault"].text()) + " after " + facts["attempts"].text();
  }
};

struct InDoubt : testing::Test, DoubtBox {};

TEST_F(InDoubt, TransientErrorsAreTriedAgainWhereThatIsSafe) {
  for (const ActionClass cls : {ActionClass::kIdempotent, ActionClass::kKeyed}) {
    DoubtBox other;
    other.act(cls);
    other.replies = {Error{Fault::kTransient, "x"}, Error{Fault::kThrottled, "y", 3000}};
    other.start();
    other.world.advance(base::seconds(3));
    EXPECT_EQ(other.effects, 2);  // the throttled one says when
    other.world.advance(base::seconds(3));
    EXPECT_EQ(other.outcome(), "ok after 3");
    EXPECT_EQ(other.world.find("step.intent").size(), 1u);
    EXPECT_EQ(other.world.actions.keys[0], other.world.actions.keys[2]);
  }
}

TEST_F(InDoubt, ThreeRetriesAreEnough) {
  act(ActionClass::kIdempotent);
  replies.assign(10, Error{Fault::kTransient, "x"});
  start();
  world.advance(base::minutes(1));
  EXPECT_EQ(outcome(), "transient after 4");
}

TEST_F(InDoubt, ProbedAndOnceAreNotRetried) {
  for (const ActionClass cls : {ActionClass::kProbed, ActionClass::kOnce}) {
    DoubtBox other;
    other.act(cls);
    other.replies = {Error{Fault::kTransient, "x"}};
    other.start();
    other.world.advance(base::seconds(30));
    EXPECT_EQ(other.outcome(), "transient after 1");
    EXPECT_EQ(other.effects, 1);
  }
}

TEST_F(InDoubt, APermanentErrorIsNotRetried) {
  act(ActionClass::kIdempotent);
  replies = {Error{Fault::kDenied, "no"}};
  start();
  world.advance(base::seconds(30));
  EXPECT_EQ(outcome(), "denied after 1");
}

TEST_F(InDoubt, ATimedOutProbedStepIsProbedBeforeAnythingElse) {
  act(ActionClass::kProbed).spec.settles = base::seconds(5);
  replies = {Error{Fault::kTimeout, "late"}};
  start();
  world.advance(base::seconds(2));
  EXPECT_EQ(outcome(), "ok after 1");
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(probed, 1);
}

TEST_F(InDoubt, NotStartedCountsOnlyWhenTheRequestCannotArriveAnyMore) {
  act(ActionClass::kProbed).spec.settles = base::seconds(5);
  replies = {Error{Fault::kUnknownOutcome, "the plugin died"}};
  probes.assign(100, ProbeAnswer::kNotStarted);
  start();
  world.advance(base::millis(4900));
  EXPECT_EQ(effects, 1);
  EXPECT_GT(probed, 5);
  EXPECT_EQ(world.parked(), "wait");
  world.advance(base::millis(1000));
  EXPECT_EQ(effects, 2);
  world.advance(base::seconds(2));
  EXPECT_EQ(outcome(), "ok after 2");
  EXPECT_EQ(world.find("step.intent").size(), 1u);
}

TEST_F(InDoubt, SettlesOfTheConfigurationCountsInsteadOfTheManifests) {
  world.safety.settles = base::seconds(1);
  act(ActionClass::kProbed).spec.settles = base::seconds(50);
  replies = {Error{Fault::kUnknownOutcome, "the plugin died"}};
  probes.assign(100, ProbeAnswer::kNotStarted);
  start();
  world.advance(base::seconds(3));
  EXPECT_EQ(effects, 2);
}

TEST_F(InDoubt, WithoutSettlesNotStartedIsUnknown) {
  act(ActionClass::kProbed);
  replies = {Error{Fault::kUnknownOutcome, "the plugin died"}};
  probes = {ProbeAnswer::kNotStarted};
  start();
  world.advance(base::seconds(3));
  EXPECT_EQ(world.parked(), "in_doubt");
  EXPECT_EQ(world.find("step.in_doubt").size(), 1u);
  EXPECT_EQ(world.told.back().kind, "parked");
}

TEST_F(InDoubt, WhatIsRunningIsAskedAgain) {
  act(ActionClass::kProbed).spec.settles = base::seconds(5);
  replies = {Error{Fault::kUnknownOutcome, "the plugin died"}};
  probes.assign(20, ProbeAnswer::kRunning);
  start();
  world.advance(base::seconds(9));
  EXPECT_EQ(outcome(), "0 outcomes");
  world.advance(base::seconds(3));
  EXPECT_EQ(outcome(), "ok after 1");
  EXPECT_EQ(effects, 1);
}

TEST_F(InDoubt, AnUnknownProbeIsLikeOnce) {
  act(ActionClass::kProbed).spec.settles = base::seconds(5);
  replies = {Error{Fault::kUnknownOutcome, "the plugin died"}};
  probes = {ProbeAnswer::kUnknown};
  start();
  world.advance(base::seconds(30));
  EXPECT_EQ(world.parked(), "in_doubt");
  EXPECT_EQ(effects, 1);
}

TEST_F(InDoubt, UnknownOutcomesOfIdempotentStepsAreRepeatedWithTheSameKey) {
  act(ActionClass::kIdempotent);
  replies = {Error{Fault::kUnknownOutcome, "x"}, Error{Fault::kTimeout, "y"}};
  start();
  world.advance(base::seconds(5));
  EXPECT_EQ(outcome(), "ok after 3");
}

TEST_F(InDoubt, APersonSaysThatItHappened) {
  act(ActionClass::kOnce);
  replies = {Error{Fault::kUnknownOutcome, "the connection was lost"}};
  start();
  world.advance(base::seconds(5));
  ASSERT_EQ(world.parked(), "in_doubt");
  const std::string run = world.runner->runs()[0].id;
  EXPECT_FALSE(world.runner->settle(run, "2", "maybe", "uid:0").ok());
  EXPECT_FALSE(world.runner->settle(run, "9", "happened", "uid:0").ok());
  EXPECT_EQ(world.runner->cancel(run, "uid:0").error().fault, Fault::kConflict);
  EXPECT_TRUE(world.runner->settle(run, "2", "happened", "uid:0").ok());
  world.advance(base::seconds(15));
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(world.find("operator.settled")[0].actor, "uid:0");
}

TEST_F(InDoubt, APersonSaysRepeat) {
  act(ActionClass::kOnce);
  replies = {Error{Fault::kUnknownOutcome, "lost"}};
  start();
  world.advance(base::seconds(5));
  EXPECT_TRUE(world.runner->settle(world.runner->runs()[0].id, "", "repeat", "uid:0").ok());
  world.advance(base::seconds(15));
  EXPECT_EQ(effects, 2);
  EXPECT_EQ(world.result(), "succeeded: n 2");
}

TEST_F(InDoubt, APersonSaysAbort) {
  act(ActionClass::kOnce);
  replies = {Error{Fault::kUnknownOutcome, "lost"}};
  start();
  world.advance(base::seconds(5));
  EXPECT_TRUE(world.runner->settle(world.runner->runs()[0].id, "", "abort", "uid:0").ok());
  world.advance(base::seconds(15));
  EXPECT_THAT(world.result(), HasSubstr("failed: box/act.lua:3: box.act: nobody knows whether it happened"));
  EXPECT_EQ(outcome(), "unknown_outcome after 1");
}

TEST_F(InDoubt, APluginThatIsGoneIsWaitedFor) {
  act(ActionClass::kProbed);
  replies.assign(12, Error{Fault::kUnavailable, "the plugin restarts"});
  start();
  world.advance(base::seconds(5));
  EXPECT_EQ(outcome(), "0 outcomes");
  world.advance(base::seconds(4));
  EXPECT_EQ(outcome(), "ok after 1");  // what had not begun is no attempt
  EXPECT_THAT(world.story(), testing::Contains("run.parked plugin_gone"));
}

TEST_F(InDoubt, TheGateIsAskedAgainBeforeEachFurtherAttempt) {
  act(ActionClass::kIdempotent);
  replies.assign(3, Error{Fault::kTransient, "x"});
  start();
  world.advance(base::millis(60));
  EXPECT_EQ(effects, 1);
  world.state.set_file_switches({{"", "stop", "test"}});
  world.advance(base::seconds(30));
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(world.parked(), "halted");
  world.state.set_file_switches({});
  world.runner->on_switch();
  world.advance(base::seconds(10));
  EXPECT_EQ(outcome(), "ok after 4");
}

struct AfterCrash {
  ActionClass cls;
  bool happened;
  const char* end;
  int effects;
};
class EachClass : public testing::TestWithParam<AfterCrash> {};

TEST_P(EachClass, AfterACrashBetweenIntentAndOutcome) {
  DoubtBox box;
  FakeAction& action = box.act(GetParam().cls);
  action.spec.settles = base::seconds(5);
  action.takes = base::seconds(1);
  box.probes = {GetParam().happened ? ProbeAnswer::kDone : ProbeAnswer::kNotStarted};
  if (!GetParam().happened) box.probes.assign(30, ProbeAnswer::kNotStarted);
  box.start();
  box.world.advance(base::millis(500));
  ASSERT_EQ(box.world.find("step.intent").size(), 1u);
  box.world.kill(GetParam().happened);
  box.world.start_engine();
  box.world.advance(base::seconds(40));
  EXPECT_EQ(box.world.runner->runs().empty() ? box.world.result() : box.world.parked(), GetParam().end);
  EXPECT_EQ(box.effects, GetParam().effects);
  EXPECT_EQ(box.world.find("step.intent").size(), 1u);
  EXPECT_EQ(box.world.find("run.resumed").size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Of, EachClass,
                         testing::Values(AfterCrash{ActionClass::kIdempotent, true, "succeeded: n 2", 2},
                                         AfterCrash{ActionClass::kIdempotent, false, "succeeded: n 1", 1},
                                         AfterCrash{ActionClass::kKeyed, true, "succeeded: n 2", 2},
                                         AfterCrash{ActionClass::kProbed, true, "succeeded: n nil", 1},
                                         AfterCrash{ActionClass::kProbed, false, "succeeded: n 1", 1},
                                         AfterCrash{ActionClass::kOnce, true, "in_doubt", 1},
                                         AfterCrash{ActionClass::kOnce, false, "in_doubt", 0}));

}  // namespace
}  // namespace reeve::runbook
