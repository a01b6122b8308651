// A run of which nothing tells any more what it is: ended once with its reason, its alerts decided on again, once.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct GiveUp : testing::Test {
  World world;
  int effects = 0;
  GiveUp() {
    FakeAction& send = world.add("send", ActionClass::kOnce, Effect::kChange);
    send.takes = base::seconds(5);
    send.effect = [this](const Value&) -> base::Result<Value> {
      ++effects;
      return Value::map();
    };
    world.simple("box/run", "box.send { id = 'a' }", "dedup = 'one', locks = { 'box/one/a' }");
  }
  Candidate candidate(int alert, const std::string& mode) {
    Candidate candidate = world.candidate("box/run", alert);
    candidate.mode = mode;
    return candidate;
  }
  /// As when the file with the first entries of a run was unlinked. Waits until all so far is durable.
  void forget_terms(const std::string& kind) {
    world.advance(base::millis(1));
    for (const ledger::Stored& entry : world.find(kind))
      if (entry.body) world.memory->redact(entry.seq, "uid:0", "test", [](const base::Status&) {});
    world.advance(base::millis(1));
  }
  /// What an engine does after each start.
  void decide_what_fires(const std::string& mode) {
    for (const int alert : {1, 2}) world.consider(candidate(alert, mode));
    world.advance(base::millis(1));
  }
  std::vector<std::string> runs_in(const std::string& state) {
    std::vector<std::string> out;
    const std::vector<Value> rows = world.memory->reader()->rows("runs").value();
    for (const Value& row : rows)
      if (row["state"].as_string() == state) out.push_back(row["run"].as_string());
    return out;
  }
};

TEST_F(GiveUp, AWaitingRunIsEndedAndItsAlertsAreDecidedOnAgainOnce) {
  decide_what_fires("approve");
  ASSERT_EQ(world.find("run.joined").size(), 1u);
  const std::string lost = world.runner->runs()[0].id;
  forget_terms("decision");
  world.restart();
  world.advance(base::millis(1));
  EXPECT_THAT(world.runner->runs(), IsEmpty());
  EXPECT_THAT(runs_in("ended"), ElementsAre(lost));
  EXPECT_EQ(world.find("run.ended").back().facts["reason"].text(), "lost");
  EXPECT_THAT(world.result(),
              HasSubstr("cancelled: after a restart of the engine it cannot be taken up again: nothing in"));
  EXPECT_EQ(world.told.back().kind, "ended");
  EXPECT_THAT(world.told.back().text, HasSubstr("its alerts are decided on again"));
  EXPECT_EQ(world.find("approval.expired").size(), 1u) << "its question does not stand any more";

  decide_what_fires("approve");
  ASSERT_EQ(world.runner->runs().size(), 1u);
  EXPECT_NE(world.runner->runs()[0].id, lost);
  EXPECT_EQ(world.find("run.joined").size(), 2u);
  const size_t decisions = world.find("decision").size();
  for (int i = 0; i < 2; ++i) {
    decide_what_fires("approve");
    world.restart();
    decide_what_fires("approve");
  }
  EXPECT_EQ(world.find("decision").size(), decisions);
  EXPECT_EQ(world.find("run.ended").size(), 1u);
  EXPECT_EQ(world.runner->approvals().as_list().size(), 1u);
}

TEST_F(GiveUp, AnEngineThatEndsBeforeItDecidedLeavesThatToTheNext) {
  decide_what_fires("approve");
  forget_terms("decision");
  for (int i = 0; i < 3; ++i) {
    world.restart();
    world.advance(base::millis(1));
  }
  EXPECT_EQ(world.find("run.ended").size(), 1u);
  const size_t decisions = world.find("decision").size();
  decide_what_fires("approve");
  EXPECT_EQ(world.find("decision").size(), decisions + 2);
  EXPECT_EQ(world.runner->runs().size(), 1u);
}

TEST_F(GiveUp, AnEndThatDidNotReachTheDiskIsSaidByTheNext) {
  decide_what_fires("approve");
  forget_terms("decision");
  world.kill();
  world.start_engine();  // and killed at once
  world.restart();
  decide_what_fires("approve");
  EXPECT_EQ(world.find("run.ended").size(), 1u);
  EXPECT_EQ(world.runner->runs().size(), 1u);
}

TEST_F(GiveUp, ARunThatHadNotActedYetLetsGoOfWhatItHeld) {
  world.simple("box/run",
               "run:wait { 'x', expr = 'never', timeout = '10m', on_timeout = 'continue' } box.send { id = 'a' }",
               "dedup = 'one', locks = { 'box/one/a' }");
  decide_what_fires("auto");
  world.advance(base::seconds(1));
  ASSERT_NE(world.state.lease("box/one/a"), nullptr);
  forget_terms("run.started");
  world.restart();
  EXPECT_EQ(world.state.lease("box/one/a"), nullptr);
  world.advance(base::millis(1));
  EXPECT_THAT(world.memory->reader()->rows("leases").value(), IsEmpty());
  decide_what_fires("auto");
  EXPECT_EQ(world.find("run.started").size(), 2u);
  world.advance(base::minutes(12));
  EXPECT_EQ(effects, 1);
}

TEST_F(GiveUp, WhatMayHaveHappenedIsNotRepeated) {
  decide_what_fires("auto");
  world.advance(base::seconds(1));
  ASSERT_EQ(world.find("step.intent").size(), 1u);
  forget_terms("run.started");
  world.restart();
  world.advance(base::millis(1));
  EXPECT_THAT(world.runner->runs(), IsEmpty());
  EXPECT_EQ(world.find("run.ended").back().facts["reason"].text(), "in_doubt");
  EXPECT_THAT(world.result(), HasSubstr("escalated: "));
  EXPECT_EQ(world.told.back().kind, "escalation");
  EXPECT_THAT(world.told.back().text, HasSubstr("whether this happened: box.send of box/one/a (step 2): look at it"));
  for (int i = 0; i < 2; ++i) {
    decide_what_fires("auto");
    world.advance(base::minutes(1));
    world.restart();
  }
  EXPECT_EQ(world.find("decision").size(), 2u);
  EXPECT_EQ(world.find("step.intent").size(), 1u);
  EXPECT_EQ(world.find("run.ended").size(), 1u);
}

TEST_F(GiveUp, OneRunNeverKeepsTheOthersFromGoingOn) {
  world.consider(candidate(1, "approve"));
  forget_terms("decision");
  world.simple("box/other", "box.send { id = 'b' }", "dedup = 'two'");
  Candidate other = world.candidate("box/other", 2);
  other.mode = "approve";
  world.consider(other);
  world.advance(base::millis(1));
  world.restart();
  world.advance(base::millis(1));
  ASSERT_EQ(world.runner->runs().size(), 1u);
  EXPECT_EQ(world.runner->runs()[0].runbook, "box/other");
  EXPECT_EQ(world.parked(), "approval");
}

}  // namespace
}  // namespace reeve::runbook
