// After a restart: what a run knows, what it does not do again, and when it does not go on.
#include "runbook/journal.h"
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::HasSubstr;

struct RestoreBox {
  World world;
  int effects = 0;
  RestoreBox() {
    FakeAction& restart = world.add("restart", ActionClass::kProbed, Effect::kChange);
    restart.spec.settles = base::seconds(5);
    restart.spec.has_probe = true;
    restart.spec.causes = {"box.kill", "box.die", "box.start"};
    restart.effect = [this](const Value&) -> base::Result<Value> {
      ++effects;
      return Value::map();
    };
    restart.probe = [this](const Value&, const std::string&) -> base::Result<model::ProbeAnswer> {
      return effects > 0 ? model::ProbeAnswer::kDone : model::ProbeAnswer::kNotStarted;
    };
    world.add("scale", ActionClass::kIdempotent, Effect::kChange).effect = [this](const Value&) -> base::Result<Value> {
      ++effects;
      return Value::map();
    };
    world.add("inspect", ActionClass::kRead, Effect::kRead).effect = [](const Value&) -> base::Result<Value> {
      return Value::map().set("state", "up");
    };
  }
  void one_run(const std::string& body, const std::string& declaration = "") {
    world.simple("box/run", body, declaration);
    world.consider("box/run");
    world.active[1] = false;
  }
};

struct Restore : testing::Test, RestoreBox {};

TEST_F(Restore, AWaitKeepsItsTime) {
  one_run("run:wait { 'x', expr = 'never', timeout = '10m', on_timeout = 'continue' } return run:done 'waited'");
  world.advance(base::minutes(6));
  world.restart();
  world.advance(base::minutes(3));
  EXPECT_EQ(world.parked(), "wait");
  world.advance(base::minutes(2));
  EXPECT_EQ(world.result(), "succeeded: waited");
  EXPECT_EQ(world.find("step.read").size(), 2u);
}

TEST_F(Restore, AnEditedFileDoesNotTouchARunningRun) {
  one_run("run:wait { 'x', expr = 'never', timeout = '1m', on_timeout = 'continue' } return run:done 'old'");
  world.advance(base::seconds(10));
  world.simple("box/run", "box.restart { id = 'new' } return run:done 'new'");
  world.restart();
  world.advance(base::minutes(2));
  EXPECT_EQ(world.result(), "succeeded: old");
  EXPECT_EQ(effects, 0);
}

TEST_F(Restore, AMismatchParksTheRunAsDivergedWithBothCalls) {
  one_run("box.restart { id = 'a' } run:wait { 'x', expr = 'never', timeout = '1m', on_timeout = 'continue' }");
  world.advance(base::seconds(10));
  script::Bundle other;
  other.main = "box/run.lua";
  other.files = {
      {other.main, "return runbook {}, function(run)\n local box = run:use 'box'\n box.restart { id = 'b' }\nend"}};
  world.bundle_instead = other.to_bytes();
  world.restart();
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "diverged");
  const auto parked = world.find("run.parked").back();
  EXPECT_THAT(*parked.body, HasSubstr("at 2 the journal holds box.restart, the script asks box.restart"));
  EXPECT_THAT(*parked.body, HasSubstr(R"("id":"b")"));
  EXPECT_EQ(world.told.back().kind, "parked");
  world.restart();
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "diverged");
  EXPECT_EQ(effects, 1);
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id, "uid:0").ok());
  EXPECT_THAT(world.result(), HasSubstr("cancelled by uid:0 (its script could not go on"));
}

TEST_F(Restore, AScriptThatEndsTooEarlyDiverges) {
  one_run("box.restart { id = 'a' } run:wait { 'x', expr = 'never', timeout = '1m', on_timeout = 'continue' }");
  world.advance(base::seconds(10));
  script::Bundle other;
  other.main = "box/run.lua";
  other.files = {{other.main, "return runbook {}, function(run) end"}};
  world.bundle_instead = other.to_bytes();
  world.restart();
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "diverged");
}

TEST_F(Restore, ADivergedRunsOpenIntentIsSettledAllTheSame) {
  world.actions.all["restart"].takes = base::seconds(1);
  one_run("box.restart { id = 'a' }");
  world.advance(base::millis(500));
  script::Bundle other;
  other.main = "box/run.lua";
  other.files = {{other.main, "return runbook {}, function(run) run:note 'x' end"}};
  world.bundle_instead = other.to_bytes();
  world.restart();
  world.advance(base::seconds(20));
  EXPECT_EQ(world.parked(), "diverged");
  EXPECT_EQ(world.find("step.outcome").size(), 1u);
  EXPECT_EQ(effects, 1);
}

TEST_F(Restore, ThreeRecoveriesAtOneStepAreQuarantined) {
  world.actions.all["scale"].takes = base::seconds(10);
  one_run("box.scale { id = 'a' }");
  for (int i = 0; i < 4; ++i) {
    world.advance(base::seconds(1));
    EXPECT_NE(world.parked(), "quarantined") << i;
    world.restart();
  }
  world.advance(base::millis(100));
  EXPECT_EQ(world.parked(), "quarantined");
  EXPECT_EQ(world.told.back().kind, "parked");
}

TEST_F(Restore, RecoveriesWithProgressBetweenThemAreNoReason) {
  std::string body;
  for (int i = 0; i < 8; ++i) body += "box.scale { id = 'a" + std::to_string(i) + "' }\n";
  world.actions.all["scale"].takes = base::seconds(1);
  one_run(body);
  for (int i = 0; i < 7; ++i) {
    world.advance(base::seconds(3));
    world.restart();
  }
  world.advance(base::seconds(60));
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
}

TEST_F(Restore, ARunWhoseDeadlinePassedMeanwhileIsParked) {
  one_run("run:wait { 'x', expr = 'never', timeout = '8m', on_timeout = 'continue' } box.restart { id = 'a' }",
          "limits = { deadline = '5m' }");
  world.advance(base::minutes(1));
  world.kill();
  world.advance(base::minutes(10));
  world.start_engine();
  world.advance(base::minutes(1));
  EXPECT_EQ(world.parked(), "deadline");
  EXPECT_EQ(effects, 0);
  world.restart();
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "deadline");
}

TEST_F(Restore, TheGateIsAskedAgainBeforeTheFirstLiveChange) {
  world.actions.all["scale"].takes = base::seconds(1);
  one_run("box.scale { id = 'a' }");
  world.advance(base::millis(500));
  ASSERT_EQ(world.find("step.intent").size(), 1u);
  world.kill(false);
  world.start_engine();
  world.state.set_file_switches({{"", "stop", "test"}});
  world.advance(base::seconds(30));
  EXPECT_EQ(world.parked(), "halted");
  EXPECT_EQ(effects, 0);
  world.state.set_file_switches({});
  world.runner->on_switch();
  world.advance(base::seconds(20));
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
  EXPECT_EQ(effects, 1);
}

TEST_F(Restore, LeasesAreKeptWithTheNewEpoch) {
  one_run("box.restart { id = 'a' } run:wait { 'x', expr = 'never', timeout = '1m', on_timeout = 'continue' }");
  world.advance(base::seconds(5));
  world.restart();
  world.advance(base::seconds(1));
  const auto rows = world.memory->reader()->rows("leases").value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["epoch"].as_int(), 2);
  ASSERT_NE(world.state.lease("box/one/a"), nullptr);
  EXPECT_EQ(world.state.lease("box/one/a")->epoch, 2u);
  world.simple("box/other", "box.scale { id = 'a' }");
  world.consider(world.candidate("box/other", 2));
  world.advance(base::seconds(5));
  EXPECT_EQ(world.find("step.intent").size(), 1u);
}

TEST_F(Restore, ADeferredStartIsStillDeferred) {
  world.safety.cool_down = base::minutes(5);
  one_run("box.restart { id = 'a' }");
  world.advance(base::seconds(20));
  world.consider(world.candidate("box/run", 1, 2));
  EXPECT_EQ(world.parked(), "deferred");
  world.advance(base::millis(10));
  world.restart();
  world.advance(base::seconds(5));
  EXPECT_EQ(world.parked(), "deferred");
  EXPECT_EQ(world.find("decision").size(), 2u);
  world.advance(base::minutes(6));
  EXPECT_EQ(world.find("run.started").size(), 2u);
}

TEST_F(Restore, ADeferredStartWhoseAlertEndedMeanwhileEnds) {
  world.safety.cool_down = base::minutes(5);
  one_run("box.restart { id = 'a' }");
  world.advance(base::seconds(20));
  world.consider(world.candidate("box/run", 1, 2));
  world.advance(base::millis(10));
  world.kill();
  world.active[1] = false;
  world.start_engine();
  world.advance(base::seconds(5));
  EXPECT_THAT(world.result(), HasSubstr("cancelled: the alert ended"));
}

TEST_F(Restore, AnApprovalThatWaitsStillWaits) {
  world.simple("box/run", "box.restart { id = 'a' }");
  Candidate candidate = world.candidate("box/run");
  candidate.mode = "approve";
  world.consider(candidate);
  world.advance(base::minutes(10));
  world.restart();
  world.advance(base::seconds(1));
  const Value pending = world.runner->approvals();
  ASSERT_EQ(pending.as_list().size(), 1u);
  EXPECT_EQ(world.find("approval.requested").size(), 1u);
  EXPECT_TRUE(world.runner->approve(pending.as_list()[0]["id"].text(), "uid:0").ok());
  world.active[1] = false;
  world.advance(base::seconds(30));
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
  world.restart();
}

TEST_F(Restore, AnApprovalThatRanOutMeanwhileIsANo) {
  world.simple("box/run", "box.restart { id = 'a' }");
  Candidate candidate = world.candidate("box/run");
  candidate.mode = "approve";
  world.consider(candidate);
  world.advance(base::minutes(10));
  world.kill();
  world.advance(base::hours(2));
  world.start_engine();
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("nobody approved it in time"));
}

TEST_F(Restore, AStepsApprovalSurvives) {
  world.add("remove", ActionClass::kProbed, Effect::kDestroy).effect = [this](const Value&) -> base::Result<Value> {
    ++effects;
    return Value::map();
  };
  one_run("box.remove { id = 'a' }");
  world.advance(base::seconds(5));
  world.restart();
  world.advance(base::seconds(5));
  const Value pending = world.runner->approvals();
  ASSERT_EQ(pending.as_list().size(), 1u);
  for (const char* who : {"uid:1", "uid:2"})
    EXPECT_TRUE(world.runner->approve(pending.as_list()[0]["id"].text(), who).ok());
  world.advance(base::seconds(30));
  EXPECT_EQ(effects, 1);
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
}

TEST_F(Restore, CleanUpGoesOn) {
  world.actions.all["scale"].takes = base::seconds(2);
  world.actions.all["restart"].effect = [](const Value&) -> base::Result<Value> {
    return base::Error{base::Fault::kConflict, "busy"};
  };
  one_run(R"(run:undo(function() box.scale { id = "one" } end)
    run:undo(function() box.scale { id = "two" } end)
    box.restart { id = "a" })");
  world.advance(base::seconds(6));
  EXPECT_EQ(effects, 1);
  world.restart();
  world.advance(base::seconds(30));
  EXPECT_EQ(effects, 3);  // idempotent: the request of "one" arrived without its sender, and was repeated
  EXPECT_THAT(world.result(), HasSubstr("failed: box/run.lua:5: busy"));
  EXPECT_EQ(world.find("run.cleaning").size(), 1u);
}

TEST_F(Restore, ACancelGoesOn) {
  world.actions.all["scale"].takes = base::seconds(2);
  one_run("run:undo(function() box.scale { id = 'one' } end) run:wait { 'x', expr = 'never', timeout = '1h' }");
  world.advance(base::seconds(5));
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id, "uid:0").ok());
  world.advance(base::millis(500));
  world.restart();
  world.advance(base::seconds(30));
  EXPECT_THAT(world.result(), HasSubstr("cancelled: cancelled by uid:0"));
  EXPECT_EQ(effects, 2);  // idempotent: the first request arrived without its sender
}

// The engine was down while it died again: that must not be taken for what the act of the earlier life will mend.
TEST_F(Restore, WhatFiredBeforeARunStoodAgainIsJudgedByWhereItStands) {
  world.safety.cool_down = base::Duration{};
  one_run("box.restart { id = 'a' } return run:done 'x'");
  world.advance(base::seconds(3));
  ASSERT_EQ(world.find("step.outcome").size(), 1u);
  world.restart();  // in the middle of its verify; nothing of it has been replayed yet
  Candidate again = world.candidate("box/run", 1, 2);
  again.alert->active_at = world.loop.clock().wall();
  again.alert->target = "box/one/a";
  world.active[1] = true;
  world.consider(again);
  EXPECT_TRUE(world.find("run.joined").empty());
  world.advance(base::seconds(3));
  EXPECT_THAT(world.result(), HasSubstr("escalated"));
  EXPECT_TRUE(world.find("run.joined").empty());
  EXPECT_EQ(world.find("run.started").size(), 2u) << "a run of its own mends it";
}

TEST_F(Restore, VerifyBeginsAnew) {
  one_run("box.restart { id = 'a' } return run:done 'x'");
  world.advance(base::seconds(5));
  world.restart();
  EXPECT_TRUE(world.find("run.ended").empty());
  world.advance(base::seconds(15));
  EXPECT_EQ(world.result(), "succeeded: x");
  EXPECT_EQ(effects, 1);
}

TEST_F(Restore, BranchesResumeInTheOrderOfTheirOutcomes) {
  for (const bool crash : {false, true}) {
    RestoreBox other;
    int n = 0;
    other.world.actions.all["inspect"].effect = [&n](const Value& args) -> base::Result<Value> {
      return Value::map().set("id", args["id"].text() + std::to_string(++n));
    };
    other.world.actions.all["inspect"].takes = base::millis(50);
    other.one_run(R"(
      local seen = {}
      run:each({ "a", "b", "c" }, { ramp = false }, function(id)
        if id == "a" then run:wait { "later", expr = "never", timeout = "2s", on_timeout = "continue" } end
        local answer = box.inspect { id = id }
        seen[#seen + 1] = answer.id
        if id == "b" then run:wait { "later", expr = "never", timeout = "1s", on_timeout = "continue" } end
        seen[#seen + 1] = id
      end)
      run:wait { "x", expr = "never", timeout = "5s", on_timeout = "continue" }
      return run:done(table.concat(seen, " ")))");
    other.world.advance(base::seconds(4));
    if (crash) other.world.restart();
    other.world.advance(base::seconds(30));
    EXPECT_EQ(other.world.result(), "succeeded: b1 c2 c b a3 a");
  }
}

TEST_F(Restore, EffectsOfStepsAreKnownAgain) {
  world.actions.all["restart"].takes = base::millis(100);
  one_run("box.restart { id = 'a' }");
  world.advance(base::millis(150));
  const base::Time now = world.loop.clock().wall();
  EXPECT_TRUE(world.runner->disturbs("box/one/a"));
  EXPECT_FALSE(world.runner->disturbs("box/one/b"));
  const std::string step = world.runner->cause_of("box.die", "box/one/a", now);
  EXPECT_THAT(step, HasSubstr("/2"));
  model::Entry events;
  events.kind = "events.accepted";
  events.facts.set("events", Value::list().push(Value::map().set("type", "box.die").set("caused_by", step)));
  world.memory->append(events);
  world.advance(base::seconds(1));
  world.restart();
  EXPECT_TRUE(world.runner->disturbs("box/one/a"));
  EXPECT_EQ(world.runner->cause_of("box.kill", "box/one/a", now), "");  // out of order: it has died already
  EXPECT_EQ(world.runner->cause_of("box.start", "box/one/a", now), step);
  EXPECT_FALSE(world.runner->disturbs("box/one/a"));
  EXPECT_EQ(world.runner->cause_of("box.die", "box/one/a", now), "");  // after the last one it is news
}

TEST_F(Restore, AnEffectEndsWhenItHasSettled) {
  one_run("box.restart { id = 'a' }");
  world.advance(base::seconds(1));
  world.restart();
  world.advance(base::seconds(2));
  EXPECT_TRUE(world.runner->disturbs("box/one/a"));
  world.advance(base::seconds(4));
  EXPECT_FALSE(world.runner->disturbs("box/one/a"));
}

TEST_F(Restore, ADeadWorkerCostsARunNothing) {
  one_run(
      "run:note 'a' run:wait { 'x', expr = 'never', every = '500ms', timeout = '5s', on_timeout = 'continue' } return "
      "run:done 'x'");
  world.advance(base::millis(100));
  EXPECT_EQ(world.workers, 1);
  world.kill_worker();
  world.advance(base::seconds(2));
  EXPECT_EQ(world.workers, 2);
  world.advance(base::seconds(20));
  EXPECT_EQ(world.result(), "succeeded: x");
  EXPECT_EQ(world.find("run.resumed").size(), 0u);
}

}  // namespace
}  // namespace reeve::runbook
