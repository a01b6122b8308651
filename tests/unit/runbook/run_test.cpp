// Runs from their alert to their end, and everything that may come between.
#include "unit/runbook/run_fixture.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(RunTest, TellsTheWholeStoryInOrder) {
  const Started started = world.consider("box/heal");
  EXPECT_EQ(started.decision.verdict, model::Verdict::kAllow);
  EXPECT_FALSE(started.run.empty());
  world.advance(base::seconds(2));
  world.alert_becomes(1, model::AlertState::kResolved);
  world.advance(base::seconds(30));
  EXPECT_THAT(world.story(), ElementsAre("decision allow", "run.started", "step.read 1", "step.read 2", "step.read 3",
                                         "step.intent 4", "step.outcome 4", "alert.resolved", "run.ended succeeded"));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_THAT(world.actions.log,
              ElementsAre("invoke inspect", "effect inspect", "plan restart", "invoke restart", "effect restart"));
  EXPECT_TRUE(world.runner->runs().empty());
}

TEST_F(RunTest, NothingIsDoneBeforeTheIntentIsDurable) {
  world.memory->hold();
  world.consider("box/heal");
  world.advance(base::seconds(5));
  EXPECT_EQ(world.kinds().back(), "step.intent");
  EXPECT_THAT(world.actions.log, testing::Not(Contains("invoke restart")));
  world.memory->release();
  world.advance(base::seconds(1));
  EXPECT_THAT(world.actions.log, Contains("effect restart"));
}

TEST_F(RunTest, ARefusedIntentIsNotActedOnAndTriedAgain) {
  world.memory->refuse_next(1);
  world.consider("box/heal");
  world.advance(base::millis(500));
  EXPECT_EQ(world.parked(), "ledger");
  EXPECT_THAT(world.actions.log, testing::Not(Contains("invoke restart")));
  world.advance(base::seconds(2));
  EXPECT_THAT(world.actions.log, Contains("effect restart"));
}

TEST_F(RunTest, WithoutALedgerNothingIsExecuted) {
  world.memory->set_writable(false);
  world.consider("box/heal");
  world.advance(base::seconds(10));
  EXPECT_EQ(world.parked(), "ledger");
  EXPECT_THAT(world.actions.log, testing::Not(Contains("invoke restart")));
  world.memory->set_writable(true);
  world.advance(base::seconds(2));
  EXPECT_THAT(world.actions.log, Contains("effect restart"));
}

TEST_F(RunTest, TheIntentHoldsWhatIsNeededToResume) {
  world.consider("box/heal");
  world.advance(base::seconds(1));
  const auto intents = world.find("step.intent");
  ASSERT_EQ(intents.size(), 1u);
  const Value& facts = intents[0].facts;
  EXPECT_EQ(facts["path"].text(), "4");
  EXPECT_EQ(facts["action"].text(), "restart");
  EXPECT_EQ(facts["instance"].text(), "box/one");
  EXPECT_EQ(facts["class"].text(), "probed");
  EXPECT_EQ(facts["epoch"].as_int(), 1);
  EXPECT_EQ(facts["settles_ms"].as_int(), 5000);
  EXPECT_EQ(model::to_json(facts["causes"]), R"(["box.stop","box.start"])");
  EXPECT_EQ(intents[0].subject, "box/one/a");
  EXPECT_EQ(facts["key"].text(), base::hex(base::sha256(intents[0].run + "/4")));
  EXPECT_EQ(world.actions.keys.back(), facts["key"].text());
  EXPECT_THAT(body_of(intents[0]), HasSubstr(R"("args":{"id":"a"})"));
  EXPECT_THAT(body_of(intents[0]), HasSubstr(R"("preview":"restart box/one/a")"));
}

TEST_F(RunTest, EachEpisodeIsDecidedOnce) {
  const Started first = world.consider("box/heal");
  const Started again = world.consider("box/heal");
  EXPECT_EQ(again.run, first.run);
  EXPECT_EQ(world.find("decision").size(), 1u);
  world.advance(base::seconds(30));
  world.active[1] = false;
  EXPECT_EQ(world.consider("box/heal").run, first.run);
  world.advance(base::minutes(6));
  EXPECT_TRUE(world.runner->runs().empty());
  world.restart();
  EXPECT_EQ(world.consider("box/heal").run, first.run);  // by the projection
  EXPECT_EQ(world.find("decision").size(), 1u);
  EXPECT_NE(world.consider(world.candidate("box/heal", 1, 2)).run, first.run);
}

TEST_F(RunTest, FiftyAlertsWithOneDedupKeyAreOneRun) {
  world.simple("box/shared", "box.restart { id = 'a' }", "dedup = 'host'");
  for (int n = 1; n <= 50; ++n) world.consider(world.candidate("box/shared", n));
  world.advance(base::seconds(1));
  EXPECT_EQ(world.find("run.started").size(), 1u);
  EXPECT_EQ(world.find("run.joined").size(), 49u);
  EXPECT_EQ(world.find("decision").size(), 50u);
  EXPECT_EQ(world.find("step.intent").size(), 1u);
  EXPECT_NE(world.find("run.joined")[0].correlation, world.find("run.started")[0].correlation);
}

TEST_F(RunTest, AlertsThatCameBeforeTheActJoinEvenWhileItIsVerified) {
  world.consider("box/heal");
  world.advance(base::seconds(2));
  Candidate late = world.candidate("box/heal", 1, 2);
  late.alert->active_at = base::Time{1'700'000'000'000'000};
  EXPECT_TRUE(world.consider(late).joined) << testing::PrintToString(world.story());
}

TEST_F(RunTest, ANewAlertAfterTheActEndsTheVerifyAtOnce) {
  world.consider("box/heal");
  world.advance(base::seconds(2));
  EXPECT_EQ(world.runner->runs().size(), 1u);
  world.alert_becomes(1, model::AlertState::kResolved);
  world.alert_becomes(1, model::AlertState::kFiring, 2);
  EXPECT_THAT(world.result(), HasSubstr("escalated: restarted; after the act Down fired"));
  EXPECT_EQ(world.told.back().kind, "escalation");
  EXPECT_NE(world.consider(world.candidate("box/heal", 1, 2)).run, "");
}

TEST_F(RunTest, WhatDoesNotClearIsEscalated) {
  world.verified = Verified::kNotHeld;
  world.consider("box/heal");
  world.advance(base::seconds(30));
  EXPECT_THAT(world.result(), HasSubstr("escalated: restarted; the alert did not clear: still there"));
  EXPECT_EQ(world.told.back().kind, "escalation");
}

TEST_F(RunTest, WhatCannotBeSeenIsEscalatedAsSuch) {
  world.verified = Verified::kUnknown;
  world.consider("box/heal");
  world.advance(base::seconds(30));
  EXPECT_THAT(world.result(), HasSubstr("cannot be seen"));
}

TEST_F(RunTest, TheEndWaitsForTheAlertToResolve) {
  world.consider("box/heal");
  world.advance(base::seconds(20));
  EXPECT_TRUE(world.find("run.ended").empty());
  world.alert_becomes(1, model::AlertState::kResolved);
  EXPECT_EQ(world.story().back(), "run.ended succeeded");
}

TEST_F(RunTest, APersonsRunIsNotVerified) {
  Candidate candidate;
  candidate.runbook = "box/heal";
  candidate.mode = "auto";
  candidate.requested_by = "uid:1000";
  candidate.verify = false;
  const Started started = world.consider(candidate);
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_EQ(world.find("run.started")[0].actor, "uid:1000");
  EXPECT_NE(started.run, "");
}

TEST_F(RunTest, LeasesAreHeldFromTheStepToTheEnd) {
  world.simple("box/locked", "box.restart { id = 'a' }",
               "locks = { 'z', 'b/${x}' }, params = { x = p.string { default = '1' } }");
  world.consider("box/locked");
  world.advance(base::seconds(1));
  std::vector<std::string> taken;
  for (const auto& entry : world.find("lease.acquired")) taken.push_back(entry.subject);
  EXPECT_THAT(taken, ElementsAre("b/1", "z", "box/one/a"));
  EXPECT_TRUE(world.find("lease.released").empty());
  world.active[1] = false;
  world.advance(base::seconds(20));
  EXPECT_EQ(world.find("lease.released").size(), 3u);
  EXPECT_EQ(world.kinds().back(), "run.ended");
  EXPECT_TRUE(world.memory->reader()->rows("leases").value().empty());
}

TEST_F(RunTest, TwoRunsNeverHoldOneTarget) {
  world.simple("box/one", "box.restart { id = 'a' }", "dedup = 'one'");
  world.simple("box/two", "box.scale { id = 'a' }", "dedup = 'two'");
  world.consider(world.candidate("box/one", 1));
  world.consider(world.candidate("box/two", 2));
  world.advance(base::seconds(2));
  EXPECT_EQ(world.find("step.intent").size(), 1u);
  world.active[1] = world.active[2] = false;
  world.advance(base::seconds(30));
  EXPECT_EQ(world.find("step.intent").size(), 2u);
  EXPECT_EQ(world.find("run.ended").size(), 2u);
}

TEST_F(RunTest, ALockThatIsHeldDefersTheStart) {
  world.simple("box/one", "run:wait { 'x', expr = 'never', timeout = '30s', on_timeout = 'continue' }",
               "dedup = 'one', locks = { 'k' }");
  world.simple("box/two", "run:note 'mine'", "dedup = 'two', locks = { 'k' }");
  world.consider(world.candidate("box/one", 1));
  EXPECT_EQ(world.consider(world.candidate("box/two", 2)).decision.rail, 2);
  world.advance(base::seconds(10));
  EXPECT_EQ(world.find("run.started").size(), 1u);
  world.active[1] = false;
  world.advance(base::seconds(60));
  EXPECT_EQ(world.find("run.started").size(), 2u);
  EXPECT_EQ(world.find("decision").size(), 3u);  // allow, defer, allow: not one for each time it was asked
}

TEST_F(RunTest, ADeferredRunEndsWithItsAlert) {
  world.safety.cool_down = base::minutes(15);
  world.consider("box/heal");
  world.advance(base::seconds(20));
  world.active[1] = false;
  world.advance(base::minutes(6));
  EXPECT_EQ(world.story().back(), "run.ended succeeded");
  const Started second = world.consider(world.candidate("box/heal", 1, 2));
  EXPECT_EQ(second.decision.verdict, model::Verdict::kDefer);
  EXPECT_EQ(second.decision.rail, 5);
  EXPECT_EQ(world.parked(), "deferred");
  world.alert_becomes(1, model::AlertState::kResolved, 2);
  EXPECT_EQ(world.story().back(), "run.ended cancelled");
  EXPECT_EQ(world.find("run.started").size(), 1u);
}

TEST_F(RunTest, ADeferredRunStartsWhenItsTimeHasCome) {
  world.safety.cool_down = base::minutes(2);
  world.consider("box/heal");
  world.advance(base::seconds(2));
  world.alert_becomes(1, model::AlertState::kResolved);
  world.advance(base::seconds(20));
  world.consider(world.candidate("box/heal", 1, 2));
  world.advance(base::minutes(3));
  EXPECT_EQ(world.find("run.started").size(), 2u);
}

}  // namespace
}  // namespace reeve::runbook
