// Which events are the engine's own doing, and for how long; and who holds what.
#include "runbook/effects.h"

#include <gmock/gmock.h>

#include "runbook/leases.h"

namespace reeve::runbook {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

constexpr base::Time kIntent{1'000'000'000};
constexpr base::Boot kNow{50'000'000};
const std::vector<std::string> kRestart{"docker.kill", "docker.die", "docker.stop", "docker.start", "docker.restart"};

struct EffectsTest : testing::Test {
  Effects effects;
  EffectsTest() { effects.open("r/4", {"docker/a", "docker/b"}, kRestart, kIntent); }
  std::string cause(const std::string& type, const std::string& target = "docker/a",
                    base::Time at = kIntent + base::seconds(1), base::Boot now = kNow) {
    return effects.cause_of(type, target, at, now);
  }
};

TEST_F(EffectsTest, TheEventsOfARestartAreItsOwnInTheirOrder) {
  for (const char* type : {"docker.kill", "docker.kill", "docker.die", "docker.stop", "docker.start"})
    EXPECT_EQ(cause(type), "r/4") << type;
  EXPECT_EQ(cause("docker.restart"), "r/4");
  EXPECT_EQ(cause("docker.restart"), "");  // the last one ends it
}

TEST_F(EffectsTest, OneOutOfOrderIsNews) {
  EXPECT_EQ(cause("docker.start"), "r/4");
  EXPECT_EQ(cause("docker.die"), "");  // it had started already: this death is another's
  EXPECT_EQ(cause("docker.restart"), "r/4");
}

TEST_F(EffectsTest, OneLeftOutIsNoReason) {
  EXPECT_EQ(cause("docker.stop"), "r/4");
  EXPECT_EQ(cause("docker.restart"), "r/4");
}

TEST_F(EffectsTest, AnotherTypeTargetOrTimeIsNews) {
  EXPECT_EQ(cause("docker.oom"), "");
  EXPECT_EQ(cause("docker.die", "docker/c"), "");
  EXPECT_EQ(cause("docker.die", "docker/a", kIntent - base::micros(1)), "");
  EXPECT_EQ(cause("docker.die", "docker/b", kIntent), "r/4");
}

TEST_F(EffectsTest, AShortNameOfACauseStandsForEveryPlugins) {
  effects.open("r/5", {"x"}, {"die"}, kIntent);
  EXPECT_EQ(cause("undie", "x"), "");
  EXPECT_EQ(cause("docker.die", "x"), "r/5");
}

TEST_F(EffectsTest, AfterItsTimeEverythingIsNews) {
  effects.outcome("r/4", kNow + base::seconds(5));
  EXPECT_TRUE(effects.disturbs("docker/a", kNow + base::seconds(5)));
  EXPECT_FALSE(effects.disturbs("docker/a", kNow + base::millis(5001)));
  EXPECT_EQ(cause("docker.die", "docker/a", kIntent + base::seconds(9), kNow + base::seconds(6)), "");
  EXPECT_EQ(effects.size(), 0u);  // and it is forgotten
}

TEST_F(EffectsTest, BeforeItsOutcomeItLastsAsLongAsItTakes) {
  EXPECT_TRUE(effects.disturbs("docker/b", kNow + base::hours(5)));
  EXPECT_FALSE(effects.disturbs("docker/c", kNow));
}

TEST_F(EffectsTest, TheLatestStepOfATargetIsTheCause) {
  effects.open("s/1", {"docker/a"}, {"docker.die"}, kIntent + base::seconds(1));
  EXPECT_EQ(cause("docker.die", "docker/a", kIntent + base::seconds(2)), "s/1");
  EXPECT_EQ(cause("docker.die", "docker/a", kIntent + base::seconds(2)), "r/4");
}

TEST_F(EffectsTest, OpenedAgainItBeginsAnew) {
  EXPECT_EQ(cause("docker.start"), "r/4");
  effects.open("r/4", {"docker/a"}, kRestart, kIntent);
  EXPECT_EQ(effects.size(), 1u);
  EXPECT_EQ(cause("docker.die"), "r/4");
}

TEST_F(EffectsTest, ARefusedIntentHasNoEffect) {
  effects.close("r/4");
  EXPECT_EQ(cause("docker.die"), "");
  EXPECT_FALSE(effects.disturbs("docker/a", kNow));
  effects.close("r/4");
  effects.outcome("r/9", kNow);
}

TEST_F(EffectsTest, WithoutCausesItDisturbsButCausesNothing) {
  effects.open("r/6", {"x"}, {}, kIntent);
  EXPECT_EQ(cause("docker.die", "x"), "");
  EXPECT_TRUE(effects.disturbs("x", kNow));
}

TEST_F(EffectsTest, WhatTheLedgerSawBeforeARestartIsNotSeenAgain) {
  effects.replay("r/4", "docker.start");
  effects.replay("r/4", "docker.oom");
  effects.replay("r/9", "docker.die");
  EXPECT_EQ(cause("docker.die"), "");
  EXPECT_EQ(cause("docker.restart"), "r/4");
}

TEST_F(EffectsTest, TheLastEventSeenBeforeARestartEndsIt) {
  effects.replay("r/4", "docker.restart");
  EXPECT_FALSE(effects.disturbs("docker/a", kNow));
  EXPECT_EQ(cause("docker.restart"), "");
}

TEST(Leases, AreTakenOnceAndByOneRun) {
  Leases leases;
  EXPECT_EQ(leases.holder({"a", "b"}, "r1"), "");
  EXPECT_THAT(leases.take({"a", "b"}, "r1"), ElementsAre("a", "b"));
  EXPECT_THAT(leases.take({"b", "c"}, "r1"), ElementsAre("c"));
  EXPECT_EQ(leases.holder({"a", "b", "c"}, "r1"), "");  // its own
  EXPECT_EQ(leases.holder({"x", "c"}, "r2"), "r1");
  EXPECT_THAT(leases.of("r1"), ElementsAre("a", "b", "c"));
  leases.release("b");
  EXPECT_THAT(leases.of("r1"), ElementsAre("a", "c"));
  EXPECT_EQ(leases.holder({"b"}, "r2"), "");
  EXPECT_THAT(leases.take({"b"}, "r2"), ElementsAre("b"));
  EXPECT_EQ(leases.holder({"b"}, "r1"), "r2");
  EXPECT_THAT(leases.of("r3"), IsEmpty());
  leases.release("none");
}

TEST(Leases, WhatAnotherHoldsIsNotTaken) {
  Leases leases;
  leases.take({"a"}, "r1");
  EXPECT_THAT(leases.take({"a", "b"}, "r2"), ElementsAre("b"));
  EXPECT_EQ(leases.holder({"a"}, "r2"), "r1");
}

}  // namespace
}  // namespace reeve::runbook
