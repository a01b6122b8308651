// After the act: the same question again, on fresh data; what counts as an answer, and for how long it is waited for.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::AlertState;
using model::Effect;
using model::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct Verify : testing::Test {
  World world;
  Verify() {
    world.add("restart", ActionClass::kProbed, Effect::kChange).spec.settles = base::seconds(5);
    world.add("undo", ActionClass::kIdempotent, Effect::kChange);
    world.simple("box/heal", R"(
      run:undo(function() box.undo { id = "a" } end)
      box.restart { id = "a" }
      return run:done "restarted")");
  }
  Candidate candidate() {
    Candidate made = world.candidate("box/heal");
    made.verify_within = base::minutes(1);
    return made;
  }
  int undone() {
    return static_cast<int>(std::count(world.actions.log.begin(), world.actions.log.end(), "effect undo"));
  }
};

TEST_F(Verify, HeldAndResolvedIsSuccess) {
  world.consider(candidate());
  world.advance(base::seconds(5));
  EXPECT_TRUE(world.find("run.ended").empty());
  world.active[1] = false;
  world.advance(base::seconds(10));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_EQ(undone(), 0);
}

TEST_F(Verify, HeldTheRunWaitsForTheAlertToResolve) {
  world.consider(candidate());
  world.advance(base::seconds(20));
  EXPECT_TRUE(world.find("run.ended").empty());
  world.alert_becomes(1, AlertState::kResolved);
  world.advance(base::millis(10));
  EXPECT_EQ(world.result(), "succeeded: restarted");
}

TEST_F(Verify, AnotherAlertsEndDoesNotEndIt) {
  world.consider(candidate());
  world.advance(base::seconds(20));
  world.alert_becomes(2, AlertState::kResolved);
  world.alert_becomes(1, AlertState::kResolved, 7);  // another episode
  world.active[1] = true;
  world.advance(base::millis(10));
  EXPECT_TRUE(world.find("run.ended").empty());
}

TEST_F(Verify, HeldButStillFiringIsWaitedForAsLongAsAVerifyMayTake) {
  world.consider(candidate());
  world.advance(base::seconds(59));
  EXPECT_TRUE(world.find("run.ended").empty());
  world.advance(base::seconds(3));
  EXPECT_EQ(world.result(), "succeeded: restarted");
}

TEST_F(Verify, NotHeldIsUndoneAndAPersonIsCalled) {
  world.verified = Verified::kNotHeld;
  world.consider(candidate());
  world.advance(base::seconds(30));
  EXPECT_EQ(world.result(), "escalated: restarted; the alert did not clear: still there");
  EXPECT_EQ(undone(), 1);
  EXPECT_EQ(world.told.back().kind, "escalation");
}

TEST_F(Verify, NewsAboutATargetEndsItAtOnce) {
  world.consider(candidate());
  world.advance(base::seconds(2));
  world.alert_becomes(2, AlertState::kFiring);
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("escalated: restarted; after the act Down fired for box/one/a"));
  EXPECT_EQ(undone(), 1);
}

TEST_F(Verify, WhatBeganBeforeTheActIsNoNews) {
  world.consider(candidate());
  model::AlertChange change;
  change.from = AlertState::kPending;
  change.alert = World::alert(2);
  change.alert.active_at = world.loop.clock().wall();
  world.advance(base::seconds(2));
  world.runner->on_alert(change);
  world.advance(base::seconds(1));
  EXPECT_TRUE(world.find("run.ended").empty());
}

TEST_F(Verify, NewsAboutAnotherTargetIsNone) {
  world.consider(candidate());
  world.advance(base::seconds(2));
  model::AlertChange change;
  change.from = AlertState::kPending;
  change.alert = World::alert(2);
  change.alert.active_at = world.loop.clock().wall();
  for (const char* target : {"box/one/b", ""}) {
    change.alert.target = target;
    world.runner->on_alert(change);
  }
  world.advance(base::seconds(1));
  EXPECT_TRUE(world.find("run.ended").empty());
}

TEST_F(Verify, AnAlertThatGoesOnFiringIsNoNews) {
  world.consider(candidate());
  world.advance(base::seconds(2));
  model::AlertChange change;
  change.from = change.alert.state = AlertState::kFiring;
  change.alert = World::alert(2);
  change.alert.active_at = world.loop.clock().wall();
  world.runner->on_alert(change);
  world.advance(base::seconds(1));
  EXPECT_TRUE(world.find("run.ended").empty());
}

TEST_F(Verify, ACrashWhileItIsVerifiedAsksAgainAndActsNoMore) {
  world.verify_takes = base::seconds(10);
  world.consider(candidate());
  for (int i = 0; i < 3; ++i) {
    world.advance(base::seconds(6));
    world.restart();
  }
  EXPECT_TRUE(world.find("run.ended").empty());
  world.active[1] = false;
  world.advance(base::seconds(15));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_EQ(std::count(world.actions.log.begin(), world.actions.log.end(), "effect restart"), 1);
}

TEST_F(Verify, AfterACrashTheUndoIsStillKnown) {
  world.verified = Verified::kNotHeld;
  world.consider(candidate());
  world.advance(base::seconds(6));
  world.restart();
  world.advance(base::seconds(30));
  EXPECT_THAT(world.result(), HasSubstr("escalated"));
  EXPECT_EQ(undone(), 1);
}

TEST_F(Verify, WithoutAnAlertOrWhereItIsSwitchedOffNothingIsAsked) {
  Candidate person = candidate();
  person.alert.reset();
  person.requested_by = "uid:0";
  world.consider(person);
  world.advance(base::seconds(1));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  Candidate off = world.candidate("box/heal", 3);
  off.verify = false;
  world.consider(off);
  world.advance(base::seconds(1));
  EXPECT_EQ(world.find("run.ended").size(), 2u);
}

TEST_F(Verify, LeasesAreHeldUntilItIsOver) {
  world.consider(candidate());
  world.advance(base::seconds(5));
  EXPECT_EQ(world.memory->reader()->rows("leases").value().size(), 1u);
  world.active[1] = false;
  world.advance(base::seconds(10));
  EXPECT_TRUE(world.memory->reader()->rows("leases").value().empty());
}

}  // namespace
}  // namespace reeve::runbook
