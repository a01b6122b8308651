// On what is a change judged when its plan tells more than the start knew: a group, or other targets than the alert's?
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::HasSubstr;

struct Aim : testing::Test {
  World world;
  std::string names = "box/one/a", group;  ///< what the plan names
  int effects = 0;
  Aim() {
    FakeAction& stop = world.add("stop", ActionClass::kIdempotent, Effect::kChange);
    stop.plan = [this](const Value&) -> base::Result<model::Plan> {
      model::Plan plan;
      plan.targets = {names};
      plan.group = group;
      return plan;
    };
    stop.effect = [this](const Value&) -> base::Result<Value> { return ++effects, Value::map(); };
    world.simple("box/run", "box.stop { id = 'web' } return run:escalate 'it did not help'");
  }
  /// The n-th alert, of the target box/one/<n>, which its label calls `name`.
  Candidate of(int n, const std::string& name, const std::string& mode = "auto") {
    Candidate candidate = world.candidate("box/run", n);
    candidate.alert->target = "box/one/" + std::to_string(n);
    candidate.alert->labels.set("name", name);
    candidate.alert->key = candidate.alert->labels.key();
    candidate.mode = mode;
    return candidate;
  }
  void remediate(int n) {
    names = "box/one/" + std::to_string(n);
    world.consider(of(n, "web"));
    world.advance(base::seconds(5));
  }
  std::string question() {
    const Value all = world.runner->approvals();
    return all.as_list().empty() ? "" : all.as_list()[0]["text"].text();
  }
  std::string id() { return world.runner->approvals().as_list().at(0)["id"].text(); }
  std::string last_told() { return world.told.empty() ? "" : world.told.back().text; }
};

TEST_F(Aim, ThreeFailuresInAGroupStopTheFourthMemberAtItsStep) {
  group = "q/w";
  for (int n = 1; n <= 4; ++n) remediate(n);
  EXPECT_EQ(effects, 3);
  EXPECT_EQ(world.parked(), "refused");
  EXPECT_THAT(last_told(), HasSubstr("failed 3 times in group q/w within 1h"));
  world.advance(base::minutes(10));
  EXPECT_EQ(effects, 3) << "until a person has looked";
  model::Entry reset;
  reset.kind = "operator.breaker_reset";
  reset.facts.set("runbook", "box/run").set("target", "");
  world.append(std::move(reset));
  world.runner->on_switch();
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 4) << "the run that was refused goes on";
  EXPECT_TRUE(world.runner->runs().empty());
  group = "q/x";
  remediate(5);
  EXPECT_EQ(effects, 5) << "another group";
}

TEST_F(Aim, TargetsOfNoGroupAreOneGroupWithTheirPluginInstance) {
  for (int n = 1; n <= 4; ++n) remediate(n);
  EXPECT_EQ(effects, 3);
  EXPECT_THAT(last_told(), HasSubstr("failed 3 times in group box/one within 1h"));
  EXPECT_EQ(world.find("step.intent").at(0).facts["group"].text(), "box/one");
}

TEST_F(Aim, AGroupThatTheAlertTellsIsJudgedAtTheStart) {
  for (int n = 1; n <= 4; ++n) {
    names = "box/one/" + std::to_string(n);
    Candidate candidate = of(n, "web");
    candidate.alert->labels.set("group", "shop");
    world.consider(std::move(candidate));
    world.advance(base::seconds(5));
  }
  EXPECT_EQ(effects, 3);
  EXPECT_TRUE(world.runner->runs().empty());
  EXPECT_EQ(world.find("decision").back().facts["verdict"].text(), "refuse");
  EXPECT_THAT(last_told(), HasSubstr("was not started: box/run failed 3 times in group shop"));
}

TEST_F(Aim, ANameThatNowMeansAnotherTargetThanTheAlertsIsRefused) {
  names = "box/one/made-anew";
  for (const char* mode : {"auto", "approve"}) {
    world.consider(of(mode[1] == 'u' ? 1 : 2, "web", mode));
    if (mode[1] == 'p') {
      EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
    }
    world.advance(base::seconds(5));
    EXPECT_EQ(effects, 0) << mode;
    EXPECT_THAT(last_told(), HasSubstr("parked (refused): the alert is about box/one/"));
    EXPECT_THAT(last_told(), HasSubstr("but its name now means box/one/made-anew")) << mode;
  }
}

TEST_F(Aim, ARunbookMayActOnAnotherTargetWhichIsJudgedAnew) {
  names = "box/one/sidecar";
  world.consider(of(1, "api"));
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
  world.safety.cool_down = base::minutes(15);
  world.consider(of(2, "db"));
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(world.parked(), "deferred") << "its own cool-down";
}

TEST_F(Aim, AYesToTheStartIsNoYesToAnotherTarget) {
  names = "box/one/sidecar";
  world.consider(of(1, "api", "approve"));
  EXPECT_THAT(question(), HasSubstr("on box/one/1: mode approve"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 0);
  EXPECT_EQ(question(),
            "box.stop on box/one/sidecar (mode approve: a person must say yes; the first yes was for box/one/1)");
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

TEST_F(Aim, AYesToTheStartIsEnoughForItsTarget) {
  names = "box/one/1";
  world.consider(of(1, "web", "approve"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

// An alert of one system may well be answered on another: what the runbook locks is asked about too.
TEST_F(Aim, AYesToTheStartIsAlsoForWhatTheRunbookLocks) {
  world.simple("box/run", "box.stop { id = 'x' }", "locks = { 'box/one/patient' }");
  names = "box/one/patient";
  world.consider(of(1, "api", "approve"));
  EXPECT_THAT(question(), HasSubstr("on box/one/1, box/one/patient: mode approve"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

// While a person thinks, the world goes on: what is planned after the yes may be something else.
TEST_F(Aim, AYesToAStepIsForTheTargetsThatWereAskedFor) {
  names = "box/one/sidecar";
  world.consider(of(1, "api", "approve"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  names = "box/one/third";
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 0);
  EXPECT_THAT(question(), HasSubstr("box/one/third"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

TEST_F(Aim, AfterARestartAnotherPlanIsAnotherQuestionAndTheOldOneIsWithdrawn) {
  names = "box/one/sidecar";
  world.consider(of(1, "api", "approve"));
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  const std::string before = id();
  names = "box/one/third";
  world.restart();
  world.advance(base::seconds(5));
  ASSERT_EQ(world.runner->approvals().as_list().size(), 1u);
  EXPECT_THAT(question(), HasSubstr("box/one/third"));
  EXPECT_FALSE(world.runner->approve(before, "ada").ok());
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

TEST_F(Aim, AYesIsNotForAScriptThatCameLater) {
  names = "box/one/1";
  world.consider(of(1, "web", "approve"));
  world.simple("box/run", "box.stop { id = 'web' } box.stop { id = 'web' } return run:done 'twice'");
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 0);
  EXPECT_TRUE(world.runner->approve(id(), "ada").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 2);
}

}  // namespace
}  // namespace reeve::runbook
