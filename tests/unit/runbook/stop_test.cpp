// How a run is stopped: by a person, its deadline, a crash in the middle of that; and what is open then.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using base::Error;
using base::Fault;
using model::ActionClass;
using model::Effect;
using model::ProbeAnswer;
using model::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Stop : testing::Test {
  World world;
  std::map<std::string, int> done;  ///< "act a"
  std::vector<ProbeAnswer> probes;

  Stop() {
    add("act", ActionClass::kProbed).spec.settles = base::seconds(5);
    add("scale", ActionClass::kIdempotent);
    add("mail", ActionClass::kOnce);
    world.actions.all["act"].probe = [this](const Value& args, const std::string&) -> base::Result<ProbeAnswer> {
      if (probes.empty()) return done["act " + args["id"].text()] > 0 ? ProbeAnswer::kDone : ProbeAnswer::kNotStarted;
      const ProbeAnswer answer = probes.front();
      probes.erase(probes.begin());
      return answer;
    };
  }
  FakeAction& add(const std::string& name, ActionClass cls) {
    FakeAction& action = world.add(name, cls, Effect::kChange);
    action.takes = base::seconds(1);
    action.effect = [this, name](const Value& args) -> base::Result<Value> {
      ++done[name + " " + args["id"].text()];
      return Value::map();
    };
    return action;
  }
  void run(const std::string& body, const std::string& declaration = "") {
    world.simple("box/run", body, declaration);
    world.consider("box/run");
    world.active[1] = false;
  }
  std::string id() { return world.runner->runs().at(0).id; }
  base::Status cancel() { return world.runner->cancel(id(), "uid:0"); }
  /// Entries of a path, as "intent", "outcome ok", "outcome timeout".
  std::vector<std::string> of(const std::string& path) {
    std::vector<std::string> out;
    for (const auto& entry : world.memory->entries()) {
      if (entry.facts["path"].text() != path || !entry.kind.starts_with("step.")) continue;
      std::string text = entry.kind.substr(5);
      if (text == "outcome") text += entry.facts["ok"].as_bool() ? " ok" : " " + entry.facts["fault"].text();
      out.push_back(text);
    }
    return out;
  }
};

constexpr const char* kTwo = R"(
  run:undo(function() box.scale { id = "undo" } end)
  run:each({ "a", "b" }, { ramp = false }, function(id)
    box.act { id = id }
    box.act { id = id .. "2" }
  end))";

TEST_F(Stop, ACancelWaitsForAllThatIsOpen) {
  world.actions.all["act"].takes = base::seconds(1);
  run(kTwo);
  world.advance(base::millis(500));
  ASSERT_EQ(world.find("step.intent").size(), 2u);
  world.actions.all["act"].takes = base::seconds(10);
  EXPECT_TRUE(cancel().ok());
  world.advance(base::millis(500));
  EXPECT_TRUE(world.find("run.cleaning").empty());  // both are still at work
  EXPECT_EQ(done.count("scale undo"), 0u);
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_EQ(done, (std::map<std::string, int>{{"act a", 1}, {"act b", 1}, {"scale undo", 1}}));
  EXPECT_EQ(world.find("run.cleaning").size(), 1u);
}

TEST_F(Stop, ABranchThatEndsWhileTheOtherIsStoppedDoesNotKeepTheCancelOpen) {
  run(R"(
    run:each({ "a", "b" }, { ramp = false }, function(id)
      box.act { id = id }
      if id == "a" then box.act { id = "never" } end
    end))");
  world.advance(base::millis(500));
  EXPECT_TRUE(cancel().ok());
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_EQ(done.count("act never"), 0u);
}

TEST_F(Stop, AfterACrashInTheMiddleOfACancelTheOpenIntentsAreSettledFirst) {
  run(kTwo);
  world.advance(base::millis(500));
  EXPECT_TRUE(cancel().ok());
  world.advance(base::millis(10));
  world.kill();  // both requests arrive, both answers are lost
  world.start_engine();
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_EQ(done, (std::map<std::string, int>{{"act a", 1}, {"act b", 1}, {"scale undo", 1}}));
  EXPECT_THAT(of("2/a/1"), ElementsAre("intent", "outcome ok"));
  EXPECT_THAT(of("2/b/1"), ElementsAre("intent", "outcome ok"));
  const auto story = world.story();
  const auto at = [&story](const std::string& line) { return std::find(story.begin(), story.end(), line); };
  EXPECT_LT(at("step.outcome 2/b/1"), at("run.cleaning"));
}

TEST_F(Stop, ACancelledRunsIdempotentStepIsNotTriedAgain) {
  world.actions.all["scale"].effect = [](const Value&) -> base::Result<Value> {
    return Error{Fault::kTransient, "busy"};
  };
  run("box.scale { id = 'a' }");
  world.advance(base::millis(2100));
  EXPECT_TRUE(cancel().ok());
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_THAT(of("2"), ElementsAre("intent", "outcome unknown_outcome"));
}

TEST_F(Stop, ACancelWhileTheAnswerIsDoubtfulAsksThePluginFirst) {
  world.actions.all["act"].effect = [this](const Value&) -> base::Result<Value> {
    ++done["act a"];
    return Error{Fault::kUnknownOutcome, "the plugin died"};
  };
  probes.assign(8, ProbeAnswer::kRunning);
  run("run:undo(function() box.scale { id = 'undo' } end) box.act { id = 'a' }");
  world.advance(base::millis(3000));
  EXPECT_TRUE(cancel().ok());
  EXPECT_TRUE(world.find("run.cleaning").empty());
  world.advance(base::seconds(30));
  EXPECT_THAT(of("2"), ElementsAre("intent", "outcome ok"));
  EXPECT_EQ(done["scale undo"], 1);
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
}

TEST_F(Stop, WhatIsInDoubtIsAnsweredBeforeACancel) {
  world.actions.all["mail"].effect = [](const Value&) -> base::Result<Value> {
    return Error{Fault::kUnknownOutcome, "lost"};
  };
  run("box.mail { id = 'a' }");
  world.advance(base::seconds(5));
  ASSERT_EQ(world.parked(), "in_doubt");
  EXPECT_EQ(cancel().error().text, "step 2 is in doubt: say first whether it happened (happened, repeat or abort)");
  EXPECT_TRUE(world.find("operator.cancelled").empty());
  EXPECT_TRUE(world.runner->settle(id(), "2", "abort", "uid:0").ok());
  world.advance(base::seconds(5));
  EXPECT_THAT(world.result(), HasSubstr("failed"));
}

TEST_F(Stop, InDoubtSurvivesARestartAndSoDoesTheQuestion) {
  world.actions.all["mail"].effect = [](const Value&) -> base::Result<Value> {
    return Error{Fault::kUnknownOutcome, "lost"};
  };
  run("box.mail { id = 'a' } return run:done 'x'");
  world.advance(base::seconds(5));
  for (int i = 0; i < 2; ++i) {
    world.restart();
    world.advance(base::seconds(5));
    EXPECT_EQ(world.parked(), "in_doubt");
  }
  EXPECT_EQ(world.find("step.in_doubt").size(), 1u);
  EXPECT_TRUE(world.runner->settle(id(), "", "happened", "uid:0").ok());
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: x");
}

TEST_F(Stop, ASecondCancelWhileItCleansUpIsRefused) {
  run("run:undo(function() box.act { id = 'undo' } end) run:wait { 'x', expr = 'never', timeout = '1h' }");
  world.advance(base::seconds(1));
  EXPECT_TRUE(cancel().ok());
  world.advance(base::millis(100));
  EXPECT_THAT(cancel().error().text, HasSubstr("is cleaning up already"));
  world.advance(base::seconds(10));
  EXPECT_EQ(world.find("run.ended").size(), 1u);
  EXPECT_EQ(done["act undo"], 1);
}

TEST_F(Stop, ACancelBeforeTheStartEndsAtOnce) {
  world.simple("box/run", "box.act { id = 'a' }");
  Candidate candidate = world.candidate("box/run");
  candidate.mode = "approve";
  world.consider(candidate);
  EXPECT_TRUE(cancel().ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_TRUE(world.runner->approvals().as_list().empty());
  EXPECT_TRUE(world.find("run.started").empty());
}

TEST_F(Stop, ACancelEndsAnOpenQuestion) {
  run("run:approve 'really?' box.act { id = 'a' }");
  world.advance(base::seconds(1));
  const std::string question = world.runner->approvals().as_list().at(0)["id"].text();
  EXPECT_TRUE(cancel().ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_EQ(world.runner->approve(question, "uid:1").error().fault, Fault::kNotFound);
  EXPECT_TRUE(done.empty());
}

TEST_F(Stop, ARunIsFoundByTheBeginningOfItsIdIfThatNamesOne) {
  run("run:wait { 'x', expr = 'never', timeout = '1h' }");
  world.advance(base::seconds(1));
  const std::string id = this->id();
  EXPECT_EQ(world.runner->cancel(id.substr(0, 7), "uid:0").error().text, "no run " + id.substr(0, 7) + " is under way");
  EXPECT_EQ(world.runner->cancel("", "uid:0").error().fault, Fault::kNotFound);
  EXPECT_EQ(world.runner->cancel("ffffffff", "uid:0").error().fault, Fault::kNotFound);
  EXPECT_TRUE(world.runner->cancel(id.substr(0, 30), "uid:0").ok());
}

TEST_F(Stop, TwoRunsWithTheSameBeginningAreNeither) {
  world.simple("box/run", "run:wait { 'x', expr = 'never', timeout = '1h' }");
  world.consider(world.candidate("box/run", 1));
  world.consider(world.candidate("box/run", 2));
  world.advance(base::seconds(1));
  ASSERT_EQ(world.runner->runs().size(), 2u);
  EXPECT_FALSE(world.runner->cancel(world.runner->runs()[0].id.substr(0, 8), "uid:0").ok());
}

TEST_F(Stop, TheDeadlineLetsWhatIsOpenEnd) {
  run("box.act { id = 'a' } box.act { id = 'b' }", "limits = { deadline = '1s' }");
  world.advance(base::millis(1500));
  EXPECT_EQ(world.parked(), "");  // the act takes two seconds
  world.advance(base::seconds(5));
  EXPECT_EQ(world.parked(), "deadline");
  EXPECT_THAT(of("2"), ElementsAre("intent", "outcome ok"));
  EXPECT_EQ(done, (std::map<std::string, int>{{"act a", 1}}));
}

TEST_F(Stop, ADeadlineThatPassedWhileTheEngineWasDownStillSettlesTheOpenIntent) {
  for (const bool once : {false, true}) {
    World other;
    int effects = 0;
    FakeAction& action = other.add("act", once ? ActionClass::kOnce : ActionClass::kProbed, Effect::kChange);
    action.takes = base::seconds(1);
    action.spec.settles = base::seconds(5);
    action.effect = [&effects](const Value&) -> base::Result<Value> { return ++effects, Value::map(); };
    action.probe = [](const Value&, const std::string&) -> base::Result<ProbeAnswer> { return ProbeAnswer::kDone; };
    other.simple("box/run", "box.act { id = 'a' } box.act { id = 'b' }", "limits = { deadline = '1m' }");
    other.consider("box/run");
    other.advance(base::millis(500));
    other.kill();
    other.advance(base::minutes(5));
    other.start_engine();
    other.advance(base::seconds(20));
    EXPECT_EQ(effects, 1);
    EXPECT_EQ(other.find("step.outcome").size(), once ? 0u : 1u);
    EXPECT_EQ(other.find("step.in_doubt").size(), once ? 1u : 0u);
    EXPECT_EQ(other.parked(), once ? "in_doubt" : "deadline");
  }
}

TEST_F(Stop, ADeadlinedRunIsEndedByAPersonAndCleansUp) {
  run("run:undo(function() box.scale { id = 'undo' } end) run:wait { 'x', expr = 'never', timeout = '1h' }",
      "limits = { deadline = '1m' }");
  world.advance(base::minutes(2));
  ASSERT_EQ(world.parked(), "deadline");
  EXPECT_TRUE(cancel().ok());
  world.advance(base::seconds(10));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_EQ(done["scale undo"], 1);
}

TEST_F(Stop, AnIntentOfAnActionThatChangedMeanwhileGoesOnByWhatStandsInIt) {
  run("box.act { id = 'a' } return run:done 'x'");
  world.advance(base::millis(500));
  world.kill();
  world.actions.all["act"].spec.arguments = {{"name", "string", true, ""}};  // today's manifest wants another argument
  world.actions.all["act"].spec.cls = ActionClass::kOnce;
  world.start_engine();
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: x");
  EXPECT_THAT(of("2"), ElementsAre("intent", "outcome ok"));
  EXPECT_EQ(done["act a"], 1);
}

TEST_F(Stop, AnIntentOfAnActionThatIsGoneIsSettledAllTheSame) {
  run("box.scale { id = 'a' } box.act { id = 'b' }");
  world.advance(base::millis(500));
  world.kill(false);
  world.actions.all.erase("act");
  world.start_engine();
  world.advance(base::seconds(30));
  EXPECT_THAT(of("2"), ElementsAre("intent", "outcome ok"));
  EXPECT_THAT(world.result(), HasSubstr("box/one has no action \"act\""));
}

TEST_F(Stop, DrainingLeavesTheNextStepToTheNextEngine) {
  run("box.act { id = 'a' } box.act { id = 'b' } return run:done 'both'");
  world.advance(base::millis(500));
  bool quiet = false;
  world.runner->drain(base::seconds(30), [&quiet] { quiet = true; });
  EXPECT_FALSE(quiet);
  world.advance(base::seconds(5));
  EXPECT_TRUE(quiet);
  EXPECT_EQ(done, (std::map<std::string, int>{{"act a", 1}}));
  EXPECT_EQ(world.runner->consider(world.candidate("box/run", 2)).error().fault, Fault::kUnavailable);
  world.restart();
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "succeeded: both");
  EXPECT_EQ(done, (std::map<std::string, int>{{"act a", 1}, {"act b", 1}}));
}

TEST_F(Stop, DrainingGivesUpWaitingAtItsDeadline) {
  world.actions.all["act"].takes = base::minutes(5);
  run("box.act { id = 'a' }");
  world.advance(base::seconds(1));
  int quiet = 0;
  world.runner->drain(base::seconds(10), [&quiet] { ++quiet; });
  world.advance(base::seconds(9));
  EXPECT_EQ(quiet, 0);
  world.advance(base::seconds(2));
  EXPECT_EQ(quiet, 1);
  world.advance(base::minutes(20));
  EXPECT_EQ(quiet, 1);
}

TEST_F(Stop, DrainingWithNothingOpenAnswersInATurnOfItsOwn) {
  bool quiet = false;
  world.runner->drain(base::seconds(10), [&quiet] { quiet = true; });
  EXPECT_FALSE(quiet);
  world.loop.run();
  EXPECT_TRUE(quiet);
}

}  // namespace
}  // namespace reeve::runbook
