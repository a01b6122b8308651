// What keeps a run from going on, and what becomes of it then: modes, people, switches, limits, failures.
#include "unit/runbook/run_fixture.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(RunTest, ModesShadowAndSuggestOnlyRecord) {
  for (const char* mode : {"shadow", "suggest"}) {
    World other;
    other.add("restart", ActionClass::kProbed, Effect::kChange);
    other.simple("box/heal", "box.restart { id = 'a' }");
    Candidate candidate = other.candidate("box/heal");
    candidate.mode = mode;
    EXPECT_EQ(other.consider(candidate).run, "");
    other.advance(base::seconds(10));
    EXPECT_THAT(other.story(), ElementsAre("decision allow"));
    EXPECT_EQ(other.told.size(), std::string(mode) == "suggest" ? 1u : 0u);
    EXPECT_TRUE(other.runner->runs().empty());
  }
}

TEST_F(RunTest, TheRunbookMayBeStricter) {
  world.simple("box/careful", "box.restart { id = 'a' }", "mode = 'approve'");
  EXPECT_EQ(world.consider("box/careful").decision.verdict, model::Verdict::kAsk);
}

TEST_F(RunTest, AnApprovedRunStarts) {
  Candidate candidate = world.candidate("box/heal");
  candidate.mode = "approve";
  EXPECT_EQ(world.consider(candidate).decision.verdict, model::Verdict::kAsk);
  world.advance(base::minutes(5));
  EXPECT_EQ(world.parked(), "approval");
  const Value pending = world.runner->approvals();
  ASSERT_EQ(pending.as_list().size(), 1u);
  const std::string id = pending.as_list()[0]["id"].text();
  EXPECT_EQ(world.told.back().kind, "approval");
  EXPECT_FALSE(world.runner->approve("nonsense", "uid:0").ok());
  EXPECT_TRUE(world.runner->approve(id, "uid:0").ok());
  world.active[1] = false;
  world.advance(base::seconds(20));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_EQ(world.find("approval.given")[0].actor, "uid:0");
  EXPECT_FALSE(world.runner->approve(id, "uid:0").ok());
}

TEST_F(RunTest, ADeniedRunEnds) {
  Candidate candidate = world.candidate("box/heal");
  candidate.mode = "approve";
  world.consider(candidate);
  const std::string id = world.runner->approvals().as_list()[0]["id"].text();
  EXPECT_TRUE(world.runner->deny(id, "uid:0", "not now").ok());
  EXPECT_EQ(world.result(), "cancelled: denied by uid:0: not now");
}

TEST_F(RunTest, NobodyApprovingIsANo) {
  Candidate candidate = world.candidate("box/heal");
  candidate.mode = "approve";
  world.consider(candidate);
  world.advance(base::minutes(61));
  EXPECT_EQ(world.result(), "cancelled: nobody approved it in time");
  EXPECT_EQ(world.find("approval.expired").size(), 1u);
}

TEST_F(RunTest, WhoRequestsDoesNotApprove) {
  Candidate candidate;
  candidate.runbook = "box/heal";
  candidate.mode = "approve";
  candidate.requested_by = "uid:7";
  candidate.verify = false;
  world.consider(candidate);
  const std::string id = world.runner->approvals().as_list()[0]["id"].text();
  EXPECT_EQ(world.runner->approve(id, "uid:7").error().fault, base::Fault::kDenied);
  EXPECT_TRUE(world.runner->approve(id, "uid:8").ok());
}

TEST_F(RunTest, DestroyingNeedsTwoPersons) {
  world.add("remove", ActionClass::kProbed, Effect::kDestroy);
  world.simple("box/remove", "box.remove { id = 'a' }");
  world.consider("box/remove");
  world.advance(base::seconds(1));
  const std::string id = world.runner->approvals().as_list()[0]["id"].text();
  EXPECT_TRUE(world.runner->approve(id, "uid:1").ok());
  EXPECT_EQ(world.runner->approve(id, "uid:1").error().fault, base::Fault::kConflict);
  world.advance(base::seconds(1));
  EXPECT_TRUE(world.find("step.intent").empty());
  EXPECT_TRUE(world.runner->approve(id, "uid:2").ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(world.find("step.intent").size(), 1u);
}

TEST_F(RunTest, TheScriptMayAskAPerson) {
  world.simple("box/ask", R"(
    local ok, err = run:try(function() return run:approve { "really?", by = "ops", within = "5m" } end)
    return run:done(ok and ("yes by " .. err.by) or ("no: " .. err.kind)))");
  world.consider("box/ask");
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "approval");
  const Value pending = world.runner->approvals();
  EXPECT_EQ(pending.as_list()[0]["text"].text(), "really?");
  world.restart();
  world.advance(base::seconds(10));
  world.active[1] = false;
  EXPECT_TRUE(world.runner->approve(pending.as_list()[0]["id"].text(), "uid:3").ok());
  world.advance(base::seconds(20));
  EXPECT_EQ(world.result(), "succeeded: yes by uid:3");
  EXPECT_EQ(world.find("approval.requested").size(), 1u);
}

TEST_F(RunTest, TheKillSwitchHoldsAStepAndLetsItGo) {
  world.simple("box/slow",
               "run:wait { 'x', expr = 'never', timeout = '5s', on_timeout = 'continue' } box.restart { id = 'a' }");
  world.consider("box/slow");
  world.advance(base::seconds(1));
  world.state.set_file_switches({{"", "stop", "test"}});
  world.advance(base::seconds(60));
  EXPECT_EQ(world.parked(), "halted");
  EXPECT_TRUE(world.find("step.intent").empty());
  world.state.set_file_switches({});
  world.runner->on_switch();
  world.advance(base::seconds(1));
  EXPECT_EQ(world.find("step.intent").size(), 1u);
  EXPECT_THAT(world.story(), Contains("run.parked halted"));
}

TEST_F(RunTest, AHaltedStartGoesOnWhenTheSwitchIsLifted) {
  world.state.set_file_switches({{"box/*", "stop", "test"}});
  EXPECT_EQ(world.consider("box/heal").decision.rail, 13);
  EXPECT_EQ(world.parked(), "halted");
  world.advance(base::seconds(60));
  EXPECT_TRUE(world.find("run.started").empty());
  EXPECT_EQ(world.find("decision").size(), 1u);
  world.state.set_file_switches({});
  world.runner->on_switch();
  world.loop.run();
  EXPECT_EQ(world.find("run.started").size(), 1u);
}

TEST_F(RunTest, ARefusalIsRecordedAndTold) {
  world.safety.protect = {"box/one/*"};
  const Started started = world.consider("box/heal");
  EXPECT_EQ(started.decision.verdict, model::Verdict::kRefuse);
  EXPECT_EQ(started.run, "");
  EXPECT_EQ(world.told.back().kind, "escalation");
  EXPECT_TRUE(world.runner->runs().empty());
  EXPECT_EQ(world.find("decision")[0].run, "");
}

TEST_F(RunTest, ParametersThatAreWrongAreADecisionToo) {
  world.simple("box/param", "run:note(a.id)", "params = { id = p.string { from = 'alert.labels.id' } }");
  const Started started = world.consider("box/param");
  EXPECT_EQ(started.decision.verdict, model::Verdict::kRefuse);
  EXPECT_EQ(started.decision.rail, 17);
  EXPECT_THAT(started.decision.reason, HasSubstr("parameter id: there is no value"));
  EXPECT_EQ(world.find("decision").size(), 1u);
  world.consider("box/param");
  EXPECT_EQ(world.find("decision").size(), 1u);
}

TEST_F(RunTest, MoreChangesThanAllowedParkTheRun) {
  world.simple("box/many", "for i = 1, 5 do box.scale { id = 'a' } end", "limits = { changes = 2 }");
  world.consider("box/many");
  world.advance(base::seconds(2));
  EXPECT_EQ(world.parked(), "limit");
  EXPECT_EQ(world.find("step.intent").size(), 2u);
  EXPECT_EQ(world.told.back().kind, "parked");
}

TEST_F(RunTest, AScriptThatRunsAwayIsParked) {
  world.simple("box/loop", "while true do end");
  world.consider("box/loop");
  world.advance(base::seconds(2));
  EXPECT_EQ(world.parked(), "limit");
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id, "uid:0").ok());
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("cancelled"));
}

TEST_F(RunTest, TheDeadlineParksARunThatWaits) {
  world.simple("box/wait", "run:wait { 'x', expr = 'never', timeout = '2h' }", "limits = { deadline = '10m' }");
  world.consider("box/wait");
  world.advance(base::minutes(9));
  EXPECT_EQ(world.parked(), "wait");
  world.advance(base::minutes(2));
  EXPECT_EQ(world.parked(), "deadline");
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id, "uid:0").ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
}

TEST_F(RunTest, TimeThatAPersonTookIsNotTheRuns) {
  world.simple("box/ask", "run:approve { 'ok?', within = '40m' } box.restart { id = 'a' }",
               "limits = { deadline = '10m' }");
  world.consider("box/ask");
  world.advance(base::minutes(30));
  EXPECT_EQ(world.parked(), "approval");
  EXPECT_TRUE(world.runner->approve(world.runner->approvals().as_list()[0]["id"].text(), "uid:0").ok());
  world.advance(base::seconds(2));
  EXPECT_EQ(world.find("step.outcome").size(), 1u);
}

TEST_F(RunTest, AFailureRunsTheUndos) {
  world.actions.all["restart"].effect = [](const Value&) -> base::Result<Value> {
    return base::Error{base::Fault::kConflict, "busy"};
  };
  world.simple("box/undo", "run:undo(function() box.scale { id = 'a' } end) box.restart { id = 'a' }");
  world.consider("box/undo");
  world.advance(base::seconds(5));
  EXPECT_THAT(world.story(),
              ElementsAre("decision allow", "run.started", "step.read 1", "step.intent 2", "step.outcome 2",
                          "run.cleaning", "step.intent cleanup/1", "step.outcome cleanup/1", "run.ended failed"));
  EXPECT_THAT(world.result(), HasSubstr("box/undo.lua:3: busy"));
  EXPECT_EQ(world.told.back().kind, "escalation");
}

TEST_F(RunTest, CancelStopsAWaitAndUndoes) {
  world.simple("box/undo",
               "run:undo(function() box.scale { id = 'a' } end) run:wait { 'x', expr = 'never', timeout = '1h' }");
  world.consider("box/undo");
  world.advance(base::seconds(20));  // its script's state was put away meanwhile
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id.substr(0, 13), "uid:0").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(world.result(), "cancelled: cancelled by uid:0");
  EXPECT_THAT(world.actions.log, Contains("effect scale"));
}

TEST_F(RunTest, CancelWaitsForAnActUnderWay) {
  world.actions.all["restart"].takes = base::seconds(3);
  world.consider("box/heal");
  world.advance(base::seconds(1));
  EXPECT_TRUE(world.runner->cancel(world.runner->runs()[0].id, "uid:0").ok());
  EXPECT_TRUE(world.find("run.ended").empty());
  world.advance(base::seconds(10));
  EXPECT_EQ(world.find("step.outcome").size(), 1u);
  EXPECT_THAT(world.result(), HasSubstr("cancelled"));
}

TEST_F(RunTest, UndoIsDroppedOnSuccessAndRunsWhenVerifyFails) {
  world.simple("box/undo",
               "run:undo(function() box.scale { id = 'a' } end) box.restart { id = 'a' } return run:done 'x'");
  world.consider(world.candidate("box/undo", 1));
  world.active[1] = false;
  world.advance(base::seconds(20));
  EXPECT_THAT(world.result(), HasSubstr("succeeded"));
  EXPECT_THAT(world.actions.log, testing::Not(Contains("effect scale")));
  world.verified = Verified::kNotHeld;
  world.consider(world.candidate("box/undo", 2));
  world.advance(base::seconds(20));
  EXPECT_THAT(world.result(), HasSubstr("escalated"));
  EXPECT_THAT(world.actions.log, Contains("effect scale"));
}

TEST_F(RunTest, EscalateAndFail) {
  world.simple("box/esc", "run:escalate 'look at it'");
  world.consider("box/esc");
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "escalated: look at it");
  EXPECT_EQ(world.told.back().kind, "escalation");
  world.simple("box/fail", "run:fail 'no way'");
  world.consider(world.candidate("box/fail", 2));
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "failed: no way");
}

TEST_F(RunTest, AnActionThatIsNotThereIsNamed) {
  world.simple("box/typo", "box.restrat { id = 'a' }");
  world.consider("box/typo");
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("box has no action \"restrat\" (did you mean \"restart\"?)"));
  world.simple("box/args", "box.restart { idd = 'a' }");
  world.consider(world.candidate("box/args", 2));
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("box.restart takes no argument \"idd\" (did you mean \"id\"?)"));
}

TEST_F(RunTest, APluginWithSeveralInstancesNeedsATarget) {
  world.actions.instances = {"box/one", "box/two"};
  world.consider("box/heal");
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("has several instances: name one"));
}

TEST_F(RunTest, AnEmptyPlanIsAnError) {
  world.actions.all["restart"].plan = [](const Value&) -> base::Result<model::Plan> { return model::Plan{}; };
  world.consider("box/heal");
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("its plan names no target"));
  EXPECT_TRUE(world.find("step.intent").empty());
}

TEST_F(RunTest, AttachmentsAndBigAnswersLieInBlobs) {
  world.actions.all["inspect"].effect = [](const Value&) -> base::Result<Value> {
    return Value::map().set("log", std::string(200'000, 'x')).set("n", 1);
  };
  world.simple("box/big", R"(
    local v = box.inspect { id = "a" }
    run:attach("log", v.log)
    run:wait { "x", expr = "never", timeout = "20s", on_timeout = "continue" }
    return run:done(tostring(#v.log) .. tostring(v.n)))");
  world.consider("box/big");
  world.advance(base::seconds(5));
  world.restart();
  world.active[1] = false;
  world.advance(base::seconds(60));
  EXPECT_EQ(world.result(), "succeeded: 2000001");
  for (const auto& entry : world.memory->entries()) EXPECT_LT(entry.body.value_or("").size(), 20'000u) << entry.kind;
}

TEST_F(RunTest, ReadsAreTriedAgainWhereThatCanHelp) {
  int calls = 0;
  world.actions.all["inspect"].effect = [&calls](const Value&) -> base::Result<Value> {
    if (++calls < 3) return base::Error{base::Fault::kTransient, "later"};
    return Value::map().set("state", "up");
  };
  world.consider("box/heal");
  world.advance(base::seconds(5));
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(world.find("step.read")[1].facts["attempts"].as_int(), 3);
}

TEST_F(RunTest, AReadThatIsRefusedFailsAtOnce) {
  int calls = 0;
  world.actions.all["inspect"].effect = [&calls](const Value&) -> base::Result<Value> {
    ++calls;
    return base::Error{base::Fault::kDenied, "no rights"};
  };
  world.consider("box/heal");
  world.advance(base::seconds(5));
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(world.result(), HasSubstr("no rights"));
}

TEST_F(RunTest, DrainLetsNoStepBeginAndWaitsForOpenOnes) {
  world.actions.all["restart"].takes = base::seconds(2);
  world.consider("box/heal");
  world.advance(base::seconds(1));
  bool quiet = false;
  world.runner->drain(base::seconds(30), [&] { quiet = true; });
  EXPECT_FALSE(quiet);
  world.advance(base::seconds(5));
  EXPECT_TRUE(quiet);
  EXPECT_EQ(world.find("step.outcome").size(), 1u);
  EXPECT_FALSE(world.runner->consider(world.candidate("box/heal", 2)).ok());
}

}  // namespace
}  // namespace reeve::runbook
