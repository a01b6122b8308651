// Which crashes count towards quarantine: those of lives in which the run was at work (engine/decisions/005).
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::ProbeAnswer;
using model::Value;
using testing::HasSubstr;

class Quarantine : public testing::Test {
 protected:
  Quarantine() {
    FakeAction& restart = world.add("restart", ActionClass::kProbed, Effect::kChange);
    restart.spec.settles = base::seconds(10);
    restart.spec.has_probe = true;
    restart.takes = base::millis(200);
    restart.effect = [this](const Value&) -> base::Result<Value> {
      ++effects;
      return Value::map();
    };
    restart.probe = [this](const Value&, const std::string&) -> base::Result<ProbeAnswer> {
      return effects > 0 ? ProbeAnswer::kDone : ProbeAnswer::kNotStarted;
    };
    world.simple("box/run", "box.restart { id = 'a' } return run:done 'x'");
    world.consider("box/run");
    world.active[1] = false;
  }
  /// A crash in which requests on their way are lost, and the next life.
  void crash_after(base::Duration life) {
    world.advance(life);
    world.kill(false);
    world.start_engine();
  }

  World world;
  int effects = 0;
};

TEST_F(Quarantine, SettlingGoesOnAcrossCrashesAndNoneOfThemCounts) {
  crash_after(base::millis(100));                              // the intent is durable, the request is lost
  for (int i = 0; i < 9; ++i) crash_after(base::millis(900));  // 8.1 of the 10 seconds
  EXPECT_EQ(effects, 0);
  EXPECT_NE(world.parked(), "quarantined");
  world.advance(base::seconds(3));  // its last life would have begun the ten seconds anew
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(world.find("step.intent").size(), 1U);
  world.advance(base::seconds(15));
  EXPECT_EQ(world.result(), "succeeded: x");
}

TEST_F(Quarantine, ASecondRequestSettlesFromItsOwnEnd) {
  crash_after(base::millis(100));
  world.advance(base::millis(10'050));  // settled: sent again, and lost again
  world.kill(false);
  world.start_engine();
  world.advance(base::seconds(9));
  EXPECT_EQ(effects, 0) << "the second one may still arrive";
  world.advance(base::seconds(2));
  EXPECT_EQ(effects, 1);
}

TEST_F(Quarantine, WhoBringsTheEngineDownAtEachTryIsCaughtByTheThirdLife) {
  crash_after(base::millis(100));
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(world.parked(), "quarantined") << i;
    crash_after(base::millis(10'050));
  }
  world.advance(base::millis(100));
  EXPECT_EQ(world.parked(), "quarantined");
  EXPECT_EQ(effects, 0);
}

TEST_F(Quarantine, ARunThatOnlyWatchesIsNotCounted) {
  world.advance(base::seconds(1));
  ASSERT_EQ(world.find("step.outcome").size(), 1U);
  for (int i = 0; i < 6; ++i) crash_after(base::seconds(5));
  EXPECT_TRUE(world.find("run.ended").empty());
  const auto parked = world.find("run.parked");
  ASSERT_FALSE(parked.empty());
  EXPECT_EQ(parked.back().facts["reason"].text() + " " + parked.back().facts["path"].text(), "wait verify");
  world.advance(base::seconds(15));
  EXPECT_EQ(world.result(), "succeeded: x");
  EXPECT_EQ(effects, 1);
}

TEST_F(Quarantine, WhatStandsStillKeepsItsLastWordsOverARestart) {
  crash_after(base::millis(100));
  for (int i = 0; i < 3; ++i) crash_after(base::millis(10'050));
  world.advance(base::seconds(60));  // what was sent is settled, for the record
  const size_t before = world.kinds().size();
  crash_after(base::seconds(1));
  world.advance(base::seconds(1));
  EXPECT_EQ(world.parked(), "quarantined");
  const std::vector<std::string> kinds = world.kinds();
  for (size_t i = before; i < kinds.size(); ++i) EXPECT_NE(kinds[i], "run.resumed");
}

}  // namespace
}  // namespace reeve::runbook
