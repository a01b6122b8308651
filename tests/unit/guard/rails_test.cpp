// Each rail of SAFETY with a case that allows and one that does not; each dies when its question is taken out of
// kRails.
#include <gtest/gtest.h>

#include "guard/guard.h"

namespace reeve::guard {
namespace {

using base::hours;
using base::minutes;
using base::seconds;
using model::Verdict;

model::Entry entry(const std::string& kind, const std::string& run, const std::string& subject = "") {
  model::Entry made;
  made.kind = kind;
  made.run = run;
  made.subject = subject;
  made.actor = "uid:0";
  return made;
}

model::Value list(std::initializer_list<const char*> items) {
  model::Value out = model::Value::list();
  for (const char* item : items) out.push(item);
  return out;
}

/// A small world: time, the fold, and an act that everything allows.
class Rails : public testing::Test {
 protected:
  Rails() {
    act.runbook = "docker/restart_container";
    act.run = "run-now";
    act.epoch = 1;
    act.targets = {"docker/local/aa"};
    act.mode = "auto";
    act.data_age = seconds(1);
  }
  model::Decision decide() { return gate(state, act, settings, now); }
  Verdict verdict() { return decide().verdict; }
  int rail() { return decide().rail; }

  void start(const std::string& run, const std::string& target, const std::string& group = "") {
    model::Entry made = entry("run.started", run);
    made.facts.set("runbook", act.runbook).set("targets", list({target.c_str()})).set("group", group);
    state.apply(made, now);
  }
  void intend(const std::string& run, const std::string& target, bool lost = false) {
    model::Entry made = entry("step.intent", run, target);
    made.facts.set("path", "1").set("action", "docker.restart").set("targets", list({target.c_str()}));
    if (lost) made.facts.set("lost", list({target.c_str()}));
    state.apply(made, now);
  }
  void end(const std::string& run, const std::string& result) {
    model::Entry made = entry("run.ended", run);
    made.facts.set("result", result);
    state.apply(made, now);
  }
  /// A whole run that acted on the target and ended so.
  void remediate(const std::string& run, const std::string& target, const std::string& result,
                 const std::string& group = "", bool lost = false) {
    start(run, target, group);
    intend(run, target, lost);
    end(run, result);
  }
  void group_of(size_t members, size_t healthy) {
    act.group = "web";
    for (size_t i = 0; i < members; ++i) act.members.push_back("docker/local/m" + std::to_string(i));
    for (size_t i = members - healthy; i < members; ++i) act.healthy.push_back("docker/local/m" + std::to_string(i));
  }

  State state;
  Act act;
  Settings settings;
  base::Boot now{hours(100).us};
};

TEST_F(Rails, AllowWhatNothingSpeaksAgainst) {
  EXPECT_EQ(verdict(), Verdict::kAllow) << decide().reason;
  EXPECT_FALSE(decide().reason.empty());
}

TEST_F(Rails, RefuseAnEmptyOrBlankTarget) {
  act.targets.clear();
  EXPECT_EQ(rail(), 17);
  act.targets = {" "};
  EXPECT_EQ(verdict(), Verdict::kRefuse);
}

TEST_F(Rails, RefuseTheProtectedSetAtEveryPoint) {
  settings.protect = {"proc/reeve*", "docker/local/a?"};
  for (const Point point : {Point::kStart, Point::kStep, Point::kCleanup}) {
    act.point = point;
    EXPECT_EQ(rail(), 19);
  }
  act.targets = {"docker/local/bbb"};
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, TheKillSwitchStopsItsScopeOnlyAndAlsoCleanUp) {
  model::Entry pull = entry("switch.pulled", "");
  pull.facts.set("scope", "docker/*");
  pull.body = R"({"reason":"storage move"})";
  state.apply(pull, now);
  EXPECT_EQ(rail(), 13);
  EXPECT_EQ(verdict(), Verdict::kDefer);
  EXPECT_NE(decide().reason.find("storage move"), std::string::npos);
  act.point = Point::kCleanup;
  EXPECT_EQ(rail(), 13);
  act.point = Point::kStart;
  act.requested_by = "uid:0";
  EXPECT_EQ(verdict(), Verdict::kRefuse) << "a person gets a plain no";
  act.targets = {"proc/api"};
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.targets = {"docker/local/aa"};
  pull.kind = "switch.lifted";
  state.apply(pull, now);
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, TheHaltFileCountsBesideTheEntries) {
  state.set_file_switches(read_halt_file("\n"));
  EXPECT_EQ(rail(), 13) << "an empty file halts everything";
  state.set_file_switches(read_halt_file("proc/* moving racks\n"));
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.targets = {"proc/api"};
  EXPECT_EQ(rail(), 13);
  EXPECT_EQ(state.switches().at(0).reason, "moving racks");
  state.set_file_switches({});
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, ABlindEngineWaits) {
  act.engine_degraded = true;
  EXPECT_EQ(rail(), 24);
}

TEST_F(Rails, RefuseMissingAndStaleData) {
  act.data_age = std::nullopt;
  EXPECT_EQ(rail(), 10);
  act.data_age = seconds(31);
  act.stale_after = seconds(30);
  EXPECT_EQ(rail(), 10);
  act.data_age = seconds(30);
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.stale_after = std::nullopt;
  act.data_age = minutes(5) + seconds(1);
  EXPECT_EQ(rail(), 10) << "max_age is five minutes";
  act.data_needed = false;
  EXPECT_EQ(verdict(), Verdict::kAllow) << "a person needs no data";
  act.data_needed = true;
  act.data_age = seconds(1);
  act.warming = true;
  EXPECT_EQ(verdict(), Verdict::kDefer);
}

TEST_F(Rails, FlappingAndSilencesRefuse) {
  act.flapping = true;
  EXPECT_EQ(rail(), 7);
  settings.flap = false;
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.silenced = true;
  EXPECT_EQ(rail(), 15);
}

TEST_F(Rails, TheBreakerOpensAfterTwoFailuresOnATarget) {
  settings.cool_down = seconds(0);
  remediate("r1", "docker/local/aa", "escalated");
  EXPECT_EQ(verdict(), Verdict::kAllow);
  remediate("r2", "docker/local/aa", "failed");
  EXPECT_EQ(rail(), 6);
  EXPECT_EQ(verdict(), Verdict::kRefuse);
  now = now + hours(1) + seconds(1);
  EXPECT_EQ(verdict(), Verdict::kAllow) << "failures of more than an hour ago do not count";
}

TEST_F(Rails, TheBreakerCountsOnlyRunsThatActedAndFailed) {
  settings.cool_down = seconds(0);
  for (const char* run : {"r1", "r2", "r3"}) remediate(run, "docker/local/aa", "succeeded");
  start("r4", "docker/local/aa");
  end("r4", "failed");
  start("r5", "docker/local/aa");
  end("r5", "failed");
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, TheBreakerOpensAfterThreeFailuresInAGroupAndAPersonResetsIt) {
  settings.cool_down = seconds(0);
  act.group = "web";
  remediate("r1", "docker/local/b1", "failed", "web");
  remediate("r2", "docker/local/b2", "failed", "web");
  EXPECT_EQ(verdict(), Verdict::kAllow);
  remediate("r3", "docker/local/b3", "failed", "web");
  EXPECT_EQ(rail(), 6);
  EXPECT_NE(decide().reason.find("then: reeve reset " + act.runbook + " --reason \"...\""), std::string::npos);
  model::Entry reset = entry("operator.breaker_reset", "");
  reset.facts.set("runbook", act.runbook).set("target", "");
  state.apply(reset, now);
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

// What is open is told as the gate judges, with what a person types; a reset of one target leaves the others.
TEST_F(Rails, OpenBreakersAreThoseThatRefuseAndAreResetOneByOne) {
  settings.cool_down = seconds(0);
  const auto open = [this] {
    std::string out;
    for (const auto& one : state.open_breakers([](const std::string&) { return Breaker{}; }, now))
      out += one.target + "(" + one.group + ")" + std::to_string(one.failures) + " ";
    return out;
  };
  for (const char* run : {"r1", "r2"}) remediate(run, "docker/local/aa", "failed");
  for (const char* run : {"r3", "r4"}) remediate(run, "docker/local/bb", "escalated", "web");
  EXPECT_EQ(open(), "docker/local/aa()2 docker/local/bb()2 ");
  remediate("r5", "docker/local/cc", "failed", "web");
  EXPECT_EQ(open(), "docker/local/aa()2 docker/local/bb()2 (web)3 ");
  EXPECT_TRUE(state.failed_in(act.runbook, "web", "docker/local/cc"));
  EXPECT_FALSE(state.failed_in(act.runbook, "web", "docker/local/aa"));
  EXPECT_EQ(rail(), 6);
  EXPECT_NE(decide().reason.find("then: reeve reset " + act.runbook + " docker/local/aa --reason \"...\""),
            std::string::npos)
      << decide().reason;
  model::Entry reset = entry("operator.breaker_reset", "");
  reset.facts.set("runbook", act.runbook).set("target", "docker/local/aa");
  state.apply(reset, now);
  EXPECT_EQ(open(), "docker/local/bb()2 (web)3 ");
  EXPECT_EQ(verdict(), Verdict::kAllow);
  now = now + minutes(61);
  EXPECT_EQ(open(), "") << "an hour later";
  EXPECT_EQ(reset_command("docker/restart", "docker/local/it's; rm"),
            "reeve reset docker/restart 'docker/local/it'\\''s; rm' --reason \"...\"");
}

// Who resets a breaker has looked: what he lets be tried again waits for no cool-down, but it still counts in the rate.
TEST_F(Rails, AResetEndsTheCoolDownOfWhatItLetsBeTriedAgain) {
  for (const char* run : {"r1", "r2"}) remediate(run, "docker/local/aa", "failed");
  EXPECT_EQ(rail(), 6);
  model::Entry reset = entry("operator.breaker_reset", "");
  reset.facts.set("runbook", act.runbook).set("target", "docker/local/bb");
  state.apply(reset, now);
  EXPECT_EQ(rail(), 6) << "another target";
  reset.facts.set("target", "docker/local/aa");
  state.apply(reset, now);
  EXPECT_EQ(verdict(), Verdict::kAllow);
  EXPECT_EQ(state.acts_since(now - minutes(1), ""), 2);
  remediate("r3", "docker/local/aa", "failed");
  EXPECT_EQ(rail(), 5) << "what comes after it cools down as ever";
}

TEST_F(Rails, CoolDownDefersForWhatIsLeftOfIt) {
  remediate("r1", "docker/local/aa", "succeeded");
  now = now + minutes(5);
  EXPECT_EQ(rail(), 5);
  EXPECT_EQ(decide().defer, minutes(10));
  now = now + minutes(10);
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, ARunNeverCountsAgainstItself) {
  start("run-now", "docker/local/aa");
  intend("run-now", "docker/local/aa");
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.point = Point::kStep;
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, ALeaseOfAnotherRunDefersAStep) {
  model::Entry acquire = entry("lease.acquired", "r1", "docker/local/aa");
  acquire.facts.set("epoch", 1);
  state.apply(acquire, now);
  act.point = Point::kStep;
  EXPECT_EQ(rail(), 2);
  act.run = "r1";
  EXPECT_EQ(verdict(), Verdict::kAllow);
  acquire.kind = "lease.released";
  state.apply(acquire, now);
  act.run = "r2";
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, AnOlderEpochOfTheSameRunIsRefused) {
  model::Entry acquire = entry("lease.acquired", "run-now", "docker/local/aa");
  acquire.facts.set("epoch", 2);
  state.apply(acquire, now);
  act.point = Point::kStep;
  EXPECT_EQ(verdict(), Verdict::kRefuse);
}

TEST_F(Rails, ConcurrencyCountsTargetsOfRunsThatAreNotParked) {
  start("r1", "docker/local/bb");
  EXPECT_EQ(rail(), 1);
  state.apply(entry("run.parked", "r1"), now);
  EXPECT_EQ(verdict(), Verdict::kAllow);
  state.apply(entry("run.resumed", "r1"), now);
  EXPECT_EQ(rail(), 1);
  settings.concurrency = 2;
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.targets = {"docker/local/aa", "docker/local/cc"};
  EXPECT_EQ(rail(), 1);
  end("r1", "succeeded");
  settings.concurrency = 1;
  EXPECT_EQ(verdict(), Verdict::kRefuse) << "two at once can never be allowed";
}

TEST_F(Rails, TheFloorKeepsHalfOfAGroupHealthy) {
  group_of(4, 2);
  act.targets = {act.healthy[0]};
  EXPECT_EQ(rail(), 4);
  act.targets = {act.members[0]};
  EXPECT_EQ(verdict(), Verdict::kAllow) << "an unhealthy member is no loss";
}

TEST_F(Rails, AGroupOfTwoHasNoFloorAndNoBudget) {
  group_of(2, 2);
  act.targets = {act.healthy[0]};
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, TheBudgetCountsHealthyMembersTakenAway) {
  group_of(10, 10);
  act.targets = {act.healthy[0]};
  EXPECT_EQ(verdict(), Verdict::kAllow);
  remediate("r1", act.healthy[1], "succeeded", "web", true);
  EXPECT_EQ(rail(), 3);
  settings.budget = 0.2;
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, TheGlobalRateCountsRunsOfTheLastMinute) {
  for (int i = 0; i < 10; ++i) remediate("r" + std::to_string(i), "proc/p" + std::to_string(i), "succeeded");
  EXPECT_EQ(rail(), 23);
  EXPECT_EQ(verdict(), Verdict::kDefer);
  now = now + minutes(1) + seconds(1);
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, AChangeNeedsAPersonUntilPromoted) {
  act.mode = "approve";
  EXPECT_EQ(verdict(), Verdict::kAsk);
  EXPECT_EQ(rail(), 14);
  act.approved = true;
  EXPECT_EQ(verdict(), Verdict::kAllow);
  act.approved = false;
  act.effect = model::Effect::kRead;
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, DestroyAlwaysNeedsAPerson) {
  act.effect = model::Effect::kDestroy;
  EXPECT_EQ(verdict(), Verdict::kAsk);
}

TEST_F(Rails, AStepJudgesOnlyNewTargetsByTheRailsOfTheStart) {
  remediate("r1", "docker/local/aa", "succeeded");
  act.point = Point::kStep;
  EXPECT_EQ(verdict(), Verdict::kAllow) << "the start has judged it";
  act.new_targets = {"docker/local/aa"};
  EXPECT_EQ(rail(), 5);
}

// Who is in a group, and well, is only known when the plugin has planned: also for a target that the alert named.
TEST_F(Rails, AStepIsJudgedOnAGroupThatTheStartDidNotKnow) {
  settings.cool_down = seconds(0);
  for (const char* run : {"r1", "r2", "r3"}) remediate(run, std::string("docker/local/b") + run, "failed", "web");
  act.point = Point::kStep;
  act.group = "web";
  EXPECT_EQ(verdict(), Verdict::kAllow) << "the run was judged on it before";
  act.new_group = true;
  EXPECT_EQ(rail(), 6);
  settings.breaker = Breaker{.off = true};
  group_of(4, 2);
  act.targets = {act.healthy[0]};
  EXPECT_EQ(verdict(), Verdict::kAllow) << "the run was judged on its members before";
  act.new_members = true;
  EXPECT_EQ(rail(), 4);
  settings.floor = 0;
  EXPECT_EQ(verdict(), Verdict::kAllow);
  settings.cool_down = minutes(15);
  remediate("r4", act.members[3], "succeeded", "web", true);
  EXPECT_EQ(rail(), 3);
}

// What a plan tells of a group is true, whatever label the alert had.
TEST_F(Rails, FailuresCountInTheGroupThatThePlanTold) {
  for (const char* run : {"r1", "r2", "r3"}) {
    start(run, std::string("docker/local/") + run, "label");
    model::Entry made = entry("step.intent", run);
    made.facts.set("path", "1")
        .set("targets", list({(std::string("docker/local/") + run).c_str()}))
        .set("group", "q/w");
    state.apply(made, now);
    end(run, "escalated");
  }
  EXPECT_EQ(state.failures_of_group(act.runbook, "q/w", now - hours(1)), 3);
  EXPECT_EQ(state.failures_of_group(act.runbook, "label", now - hours(1)), 0);
}

TEST_F(Rails, RefuseWhatTheAlertsNameNowMeansInstead) {
  act.point = Point::kStep;
  act.instead_of = "docker/local/old";
  EXPECT_EQ(rail(), 10);
  EXPECT_EQ(verdict(), Verdict::kRefuse);
  EXPECT_EQ(decide().reason,
            "the alert is about docker/local/old, but its name now means docker/local/aa: nothing is known about that "
            "one");
}

TEST_F(Rails, CleanUpAsksLeaseKillSwitchAndProtectionOnly) {
  remediate("r1", "docker/local/aa", "failed");
  remediate("r2", "docker/local/aa", "failed");
  act.point = Point::kCleanup;
  act.data_age = std::nullopt;
  act.engine_degraded = true;
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(Rails, EveryVerdictCarriesItsInputs) {
  const model::Decision decision = decide();
  for (const char* key : {"point", "runbook", "targets", "mode", "settings", "now_boot_us", "data_age_ms"})
    EXPECT_TRUE(decision.inputs.has(key)) << key;
}

TEST_F(Rails, WhatIsForgottenNoLongerCounts) {
  remediate("r1", "docker/local/aa", "succeeded");
  state.forget_before(now + seconds(1));
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

}  // namespace
}  // namespace reeve::guard
