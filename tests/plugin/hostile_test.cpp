// Plugins that crash, hang, flood and talk nonsense: what the engine makes of it, and that others do not feel it.
#include <signal.h>

#include "model/json.h"
#include "plugin/fleet_rig.h"

namespace reeve::plugin {
namespace {

using base::Fault;
using model::Value;
using testing::FleetRig;
using testing::Folder;
using What = StateChange::What;

Value how(const std::string& word) {
  return Value::map().set("how", word);
}

TEST(Hostile, ACrashInACollectIsAnErrorAndARestart) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: crash}");
  const auto batch = rig.collect("hostile/local");
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().fault, Fault::kUnavailable);
  EXPECT_NE(batch.error().text.find("killed by signal 6"), std::string::npos) << batch.error().text;
  const base::Boot begin = rig.real.loop().clock().boot();
  ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }));
  EXPECT_LT((rig.real.loop().clock().boot() - begin).ms(), 1000) << "back within a second";
  EXPECT_EQ(rig.told(What::kCrashed), 1);
  EXPECT_EQ(rig.told(What::kStarted), 2);
}

TEST(Hostile, LeavingByItselfIsACrashToo) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: leave}");
  const auto batch = rig.collect("hostile/local");
  ASSERT_FALSE(batch.ok());
  EXPECT_NE(batch.error().text.find("exit 0"), std::string::npos) << batch.error().text;
}

TEST(Hostile, FiveCrashesInARowAreQuarantineAndItIsTriedOn) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: crash}");
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }, base::seconds(30)));
    EXPECT_FALSE(rig.collect("hostile/local").ok());
  }
  EXPECT_EQ(rig.told(What::kCrashed), 6);
  EXPECT_EQ(rig.told(What::kQuarantined), 1) << "told once";
  EXPECT_EQ(rig.status("hostile/local")["state"].as_string(), "quarantined");
}

TEST(Hostile, KilledInTheMiddleOfAnActItsOutcomeIsUnknown) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  const auto self = rig.invoke({"hostile/local", "do", how("crash")});
  ASSERT_FALSE(self.ok());
  EXPECT_EQ(self.error().fault, Fault::kUnknownOutcome);
  EXPECT_NE(self.error().text.find("invoke do may or may not have happened"), std::string::npos) << self.error().text;

  ASSERT_TRUE(rig.real.until([&] { return rig.all_open(); }));
  std::optional<base::Result<InvokeReply>> reply;
  rig.fleet->invoke({"hostile/local", "do", how("hang")}, "k", "b", {}, [&](auto r) { reply.emplace(std::move(r)); });
  rig.real.run_for(base::millis(50));
  ::kill(static_cast<pid_t>(rig.status("hostile/local")["pid"].as_int()), SIGKILL);
  ASSERT_TRUE(rig.real.until([&] { return reply.has_value(); }));
  ASSERT_FALSE(reply->ok());
  EXPECT_EQ(reply->error().fault, Fault::kUnknownOutcome);
  EXPECT_TRUE(rig.invoke({"hostile/local", "do", how("well")}).ok()) << "a call that waits meets the next process";
}

TEST(Hostile, ACallThatComesWhileItIsDownWaitsForTheNextProcess) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {}");
  ::kill(static_cast<pid_t>(rig.status("hostile/local")["pid"].as_int()), SIGKILL);
  ASSERT_TRUE(rig.real.until([&] { return rig.told(What::kCrashed) == 1; }));
  const auto plan = rig.plan({"hostile/local", "do", how("well")});
  EXPECT_TRUE(plan.ok()) << plan.error().text;
}

TEST(Hostile, ACollectIsToldToLeaveAtItsDeadline) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: late}");
  const base::Boot begin = rig.real.loop().clock().boot();
  const auto batch = rig.collect("hostile/local", base::millis(200));
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().fault, Fault::kTimeout);
  EXPECT_EQ(batch.error().text, "was told to leave");
  EXPECT_LT((rig.real.loop().clock().boot() - begin).ms(), 2000);
  EXPECT_EQ(rig.told(What::kHung), 0) << "it did leave";
}

TEST(Hostile, AHangCostsTheProcessFiveSecondsLaterAndDelaysNoOther) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {name: hangs, collect: hang}\n- hostile: {name: works}");
  std::optional<base::Result<model::Batch>> hung;
  const base::Clock& clock = rig.real.loop().clock();
  const base::Boot begin = clock.boot();
  rig.fleet->collect("hostile/hangs", base::millis(300), [&](auto r) { hung.emplace(std::move(r)); });
  int64_t worst = 0;
  while (!hung &&
         clock.boot() - begin < base::seconds(5)) {  // the other instance of the same process goes on meanwhile
    const base::Boot before = clock.boot();
    ASSERT_TRUE(rig.collect("hostile/works").ok());
    ASSERT_TRUE(rig.invoke({"hostile/hangs", "do", how("well")}).ok()) << "no collect delays a heal";
    worst = std::max(worst, (clock.boot() - before).ms());
  }
  EXPECT_LT(worst, 1000);
  ASSERT_TRUE(rig.real.until([&] { return hung.has_value(); }));
  const int64_t took = (clock.boot() - begin).ms();
  EXPECT_GE(took, 5300);
  EXPECT_LT(took, 7000);
  ASSERT_FALSE(hung->ok());
  EXPECT_EQ(hung->error().fault, Fault::kUnavailable);
  EXPECT_EQ(rig.told(What::kHung), 2) << "both instances are told";
}

TEST(Hostile, AWatcherThatDoesNotLeaveIsKilled) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {watch: deaf}");
  const base::Boot begin = rig.real.loop().clock().boot();
  rig.stop();
  EXPECT_LT((rig.real.loop().clock().boot() - begin).ms(), 8000);
}

TEST(Hostile, ABatchBeyondALimitFailsLoudly) {
  struct Case {
    const char* mode;
    const char* message;
  };
  for (const Case& c :
       {Case{"flood", "more than 200,000 samples in one batch"}, Case{"bad name", "no metric name: \"bad name\""}}) {
    FleetRig rig({testing::hostile_folder()});
    rig.run(std::string("- hostile: {collect: ") + c.mode + "}");
    const auto batch = rig.collect("hostile/local");
    ASSERT_FALSE(batch.ok()) << c.mode;
    EXPECT_EQ(batch.error().fault, Fault::kInvalid);
    EXPECT_EQ(batch.error().text, c.message);
    EXPECT_EQ(rig.told(What::kCrashed), 0);
  }
}

TEST(Hostile, FaultsArriveAsTheyAreMeant) {
  struct Case {
    const char* mode;
    Fault fault;
    const char* text;
    long long retry_after_ms;
  };
  const Case cases[] = {{"throttled", Fault::kThrottled, "slow down", 1500},
                        {"silent fault", Fault::kDenied, "the plugin gave no reason", 0},
                        {"nonsense", Fault::kInternal, "the plugin gave no reason", 0}};
  for (const Case& c : cases) {
    FleetRig rig({testing::hostile_folder()});
    rig.run(std::string("- hostile: {collect: ") + c.mode + "}");
    const auto batch = rig.collect("hostile/local");
    ASSERT_FALSE(batch.ok());
    EXPECT_EQ(batch.error().fault, c.fault) << c.mode;
    EXPECT_EQ(batch.error().text, c.text);
    EXPECT_EQ(batch.error().retry_after_ms, c.retry_after_ms);
  }
}

TEST(Hostile, WhatAPluginPrintsIsNoFrame) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: print}");
  EXPECT_TRUE(rig.collect("hostile/local").ok());
  EXPECT_TRUE(rig.collect("hostile/local").ok());
}

TEST(Hostile, AFloodOfLogLinesIsCutAtItsSource) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: log flood}");
  const base::Boot begin = rig.real.loop().clock().boot();
  EXPECT_TRUE(rig.collect("hostile/local").ok());
  EXPECT_LT((rig.real.loop().clock().boot() - begin).ms(), 3000);
}

TEST(Hostile, WhoEatsAllMemoryDiesAlone) {
#ifdef REEVE_SANITIZED
  GTEST_SKIP() << "a sanitized process has no memory limit";
#endif
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {collect: gluttony}");
  const auto batch = rig.collect("hostile/local");
  ASSERT_FALSE(batch.ok());
  EXPECT_NE(batch.error().text.find("killed by signal 6"), std::string::npos)
      << "its malloc fails at the limit: " << batch.error().text;
}

TEST(Hostile, EventsComeWithCursorAndGoOnAfterItWhenReopened) {
  FleetRig rig({testing::hostile_folder()});
  // Not run(): a watcher that breaks at once is hardly ever seen open.
  ASSERT_TRUE(rig.prepare("- hostile: {watch: breaks}").ok());
  rig.fleet->apply();
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() >= 3; }));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(rig.events[i].cursor, std::to_string(i + 1));
    EXPECT_EQ(rig.events[i].fields["n"].as_int(), static_cast<int64_t>(i + 1)) << "the cursor was handed back";
    EXPECT_EQ(rig.events[i].instance, "hostile/local");
    EXPECT_EQ(rig.events[i].labels.get("kind"), "tick");
    EXPECT_GT(rig.events[i].at.us, 1700000000000000) << "now, when the source says no time";
  }
  EXPECT_EQ(rig.told(What::kCrashed), 0) << "a broken watch is no crash";
}

TEST(Hostile, AFloodOfEventsStopsAtItsCredit) {
  FleetRig rig({testing::hostile_folder()});
  rig.accept = false;
  rig.run("- hostile: {watch: flood}");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() >= 256; }));
  rig.real.run_for(base::millis(200));
  EXPECT_EQ(rig.events.size(), 256U);
  EXPECT_TRUE(rig.collect("hostile/local").ok()) << "its other lanes go on";
  rig.accept = true;
  for (const auto& accepted : std::exchange(rig.unaccepted, {})) accepted();
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() > 10'000; }));
  for (size_t i = 0; i < 10'000; ++i) ASSERT_EQ(rig.events[i].cursor, std::to_string(i + 1)) << "none lost, none twice";
}

TEST(Hostile, EventsThatNobodyDeclaredAreDroppedAndCounted) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {watch: unknown}");
  ASSERT_TRUE(rig.real.until([&] { return rig.events.size() == 1; }));
  EXPECT_EQ(rig.status("hostile/local")["events_dropped"].as_int(), 2);
}

TEST(Hostile, AWatcherThatDoesNotOpenIsTriedLaterAndLater) {
  FleetRig rig({testing::hostile_folder()});
  ASSERT_TRUE(rig.prepare("- hostile: {watch: closed}").ok());
  rig.fleet->apply();
  ASSERT_TRUE(rig.real.until([&] {
    bool tried = false, others = true;
    const Value status = rig.status("hostile/local");
    for (const Value& lane : status["lanes"].as_list()) {
      const bool watcher = lane["lane"].as_string() == "watcher";
      tried = tried || (watcher && lane["last_error"].as_string() == "the source is closed");
      others = others && (watcher || lane["state"].as_string() == "idle");
    }
    return tried && others;
  }));
  EXPECT_TRUE(rig.collect("hostile/local").ok()) << "its other lanes work";
}

TEST(Hostile, StopEndsEveryProcess) {
  FleetRig rig({testing::hostile_folder()});
  rig.run("- hostile: {name: a, watch: ticks}\n- hostile: {name: b}");
  const auto pid = static_cast<pid_t>(rig.status("hostile/a")["pid"].as_int());
  ASSERT_GT(pid, 0);
  rig.stop();
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace reeve::plugin
