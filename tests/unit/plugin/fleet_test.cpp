// The fleet in its own time: deadlines, cancels, crashes, floods, credit, reopening, stopping.
#include "unit/plugin/plant.h"

namespace reeve::plugin {
namespace {

using base::Fault;
using base::millis;
using base::seconds;
using testing::Plant;
using testing::Played;

constexpr const char* kActor = R"("acts":true,"actions":[{"name":"fix","effect":"change","class":"once"}])";
constexpr const char* kWatcher = R"("watches":true,"events":[{"type":"q.full"}])";

TEST_F(Plant, ACollectIsOneQuestionAndItsAnswerABatch) {
  install("load");
  run("- load: {greeting: hi}");
  EXPECT_EQ(model::to_json(lane("collector")->last("open")["config"]), R"({"name":"local","greeting":"hi"})");
  answers["collect"] = [](Played& p, const auto& r) {
    p.reply(r, R"("ok":true,"samples":[{"name":"load","value":3}])");
  };
  collect("load/local");
  ASSERT_TRUE(collected && collected->ok());
  EXPECT_EQ((*collected)->samples.at(0).value, 3);
  EXPECT_EQ(lane("collector")->last("collect")["deadline_ms"].as_int(), 1000);
}

TEST_F(Plant, SamplesAheadOfTheReplyBelongToItsBatch) {
  install("load");
  run("- load");
  answers["collect"] = [](Played& p, const auto& r) {
    const std::string id = std::to_string(r["id"].as_int());
    p.say(R"({"note":"samples","id":)" + id + R"(,"samples":[{"name":"a","value":1},{"name":"b","value":2}]})");
    p.say(R"({"note":"samples","id":99999,"samples":[{"name":"nobody","value":1}]})");
    p.reply(r, R"("ok":true,"samples":[{"name":"c","value":3}])");
    p.reply(r, R"("ok":true,"samples":[{"name":"twice","value":4}])");
  };
  collect("load/local");
  ASSERT_TRUE(collected->ok());
  EXPECT_EQ((*collected)->samples.size(), 3U);
}

TEST_F(Plant, OneWrongSampleOfAnyPartFailsTheBatch) {
  install("load");
  run("- load");
  answers["collect"] = [](Played& p, const auto& r) {
    p.say(R"({"note":"samples","id":)" + std::to_string(r["id"].as_int()) +
          R"(,"samples":[{"name":"a b","value":1}]})");
    p.reply(r, R"("ok":true,"samples":[{"name":"c","value":3}])");
  };
  collect("load/local");
  ASSERT_FALSE(collected->ok());
  EXPECT_EQ(collected->error().text, "no metric name: \"a b\"");
}

TEST_F(Plant, ASecondCollectDoesNotQueue) {
  install("load");
  run("- load");
  answers["collect"] = [](Played&, const auto&) {};
  collect("load/local");
  EXPECT_FALSE(collected);
  std::optional<base::Result<model::Batch>> second;
  fleet->collect("load/local", seconds(1), [&](auto batch) { second.emplace(std::move(batch)); });
  loop.run();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->error().fault, Fault::kConflict);
  EXPECT_FALSE(collected) << "the first goes on";
}

TEST_F(Plant, ALateCollectIsCancelledAndMayStillAnswer) {
  install("load");
  run("- load");
  answers["collect"] = [](Played&, const auto&) {};
  answers["cancel"] = [](Played&, const auto&) {};
  collect("load/local");
  loop.advance(millis(999));
  EXPECT_EQ(lane("collector")->times("cancel"), 0);
  loop.advance(millis(2));
  Played& p = *lane("collector");
  EXPECT_EQ(p.last("cancel")["id"].as_int(), p.last("collect")["id"].as_int());
  loop.advance(millis(4900));
  EXPECT_FALSE(collected);
  p.reply(p.last("collect"), R"("error":{"kind":"timeout","text":"gave up"})");
  loop.run();
  EXPECT_EQ(collected->error().text, "gave up");
  loop.advance(seconds(10));
  EXPECT_TRUE(p.signals.empty()) << "it answered in time";
}

TEST_F(Plant, WhoStaysInACallIsKilledAndStartedAgain) {
  install("load");
  run("- load");
  answers["collect"] = answers["cancel"] = [](Played&, const auto&) {};
  collect("load/local");
  Played& p = *lane("collector");
  loop.advance(millis(5990));
  EXPECT_TRUE(p.signals.empty());
  loop.advance(millis(20));
  EXPECT_EQ(p.signals, std::vector<int>{9});
  ASSERT_TRUE(collected);
  EXPECT_EQ(collected->error().fault, Fault::kUnavailable);
  EXPECT_EQ(collected->error().text,
            "collect: the plugin's process ended: collect did not return within 5 s after it was to end");
  EXPECT_EQ(told(What::kHung), 1);
  loop.advance(millis(200));
  EXPECT_NE(lane("collector"), nullptr);
  EXPECT_NE(lane("collector"), &p);
}

TEST_F(Plant, AnInvokeLostWithItsProcessIsInDoubtAndOthersAreNot) {
  install("fixer", kActor);
  run("- fixer");
  answers["invoke"] = [](Played&, const auto&) {};
  invoke("fixer/local", "fix");
  now("fixer")->end({0, 11, ""});
  loop.run();
  ASSERT_EQ(invoked.size(), 1U);
  EXPECT_EQ(invoked[0].error().fault, Fault::kUnknownOutcome);
  EXPECT_EQ(invoked[0].error().text,
            "invoke fix may or may not have happened: the plugin's process ended: killed by signal 11");
  invoke("fixer/local", "fix");  // down: it waits for a lane, until its deadline
  loop.advance(millis(50));
  EXPECT_EQ(invoked.size(), 1U);
  loop.advance(millis(100));  // started again, and asked
  EXPECT_EQ(lane("actor")->times("invoke"), 1);
}

TEST_F(Plant, CallsWaitForAFreeLaneUntilTheirDeadline) {
  install("fixer", kActor);
  run("- fixer");
  answers["invoke"] = [](Played&, const auto&) {};
  invoke("fixer/local", "fix", {"a", 1}, seconds(60));
  invoke("fixer/local", "fix", {"b", 1}, seconds(1));
  EXPECT_EQ(lane("actor")->times("invoke"), 1);
  loop.advance(millis(1100));
  ASSERT_EQ(invoked.size(), 1U);
  EXPECT_NE(invoked[0].error().fault, Fault::kUnknownOutcome) << "it never began: " << invoked[0].error().text;
  invoke("fixer/local", "fix", {"c", 1}, seconds(60));
  Played& p = *lane("actor");
  p.reply(p.last("invoke"), R"("ok":true,"answer":{"n":1})");
  loop.run();
  EXPECT_EQ(p.times("invoke"), 2) << "the next of the line";
  ASSERT_EQ(invoked.size(), 2U);
  EXPECT_EQ(invoked[1]->value["n"].as_int(), 1);
}

TEST_F(Plant, AnOlderEpochOfARunIsRefusedBeforeTheProgramHearsOfIt) {
  install("fixer", kActor);
  run("- fixer");
  invoke("fixer/local", "fix", {"r", 2});
  invoke("fixer/local", "fix", {"r", 1});
  invoke("fixer/local", "fix", {"other", 1});
  invoke("fixer/local", "fix", {"r", 2});
  ASSERT_EQ(invoked.size(), 4U);
  EXPECT_TRUE(invoked[0].ok());
  EXPECT_EQ(invoked[1].error().fault, Fault::kRefused);
  EXPECT_EQ(invoked[1].error().text, "run r has been taken over by a newer epoch");
  EXPECT_TRUE(invoked[2].ok());
  EXPECT_TRUE(invoked[3].ok());
  EXPECT_EQ(lane("actor")->times("invoke"), 3);
}

TEST_F(Plant, WhatTheManifestDoesNotHaveIsNotAsked) {
  install("fixer", kActor);
  run("- fixer");
  invoke("fixer/local", "break");
  invoke("fixer/none", "fix");
  ASSERT_EQ(invoked.size(), 2U);
  EXPECT_EQ(invoked[0].error().text, "the plugin has no action fixer.break");
  EXPECT_EQ(invoked[1].error().text, "no plugin instance \"fixer/none\" in the configuration");
  std::optional<base::Result<model::Plan>> plan;
  fleet->plan({"fixer/local", "fix"}, [&](auto p) { plan.emplace(std::move(p)); });
  EXPECT_EQ(plan->error().text, "the action fixer.fix has no plan");
  collect("fixer/local");
  EXPECT_EQ(collected->error().text, "the plugin fixer has no collector");
}

TEST_F(Plant, RestartsComeLaterAndLaterThenAPersonIsToldThenItRecovers) {
  install("load");
  run("- load");
  std::vector<int64_t> waits;
  for (int i = 0; i < 10; ++i) {
    now("load")->end({3, 0, ""});
    loop.run();
    const base::Boot down = loop.clock().boot();
    while (!now("load")) loop.advance(millis(10));
    waits.push_back((loop.clock().boot() - down).ms());
  }
  EXPECT_GE(waits[0], 100);
  EXPECT_LE(waits[0], 130);
  for (size_t i = 1; i < 9; ++i) EXPECT_GE(waits[i] * 10, waits[i - 1] * 14) << i << " " << waits[i];
  EXPECT_GE(waits[9], 30'000);
  EXPECT_LE(waits[9], 36'100);
  EXPECT_EQ(told(What::kCrashed), 10);
  EXPECT_EQ(told(What::kQuarantined), 1);
  EXPECT_EQ(state_of("load/local"), "quarantined");
  loop.advance(seconds(40));
  EXPECT_EQ(told(What::kRecovered), 0) << "it lives, but nobody has asked it anything";
  collect("load/local");
  loop.advance(seconds(31));
  EXPECT_EQ(told(What::kRecovered), 1);
  EXPECT_EQ(state_of("load/local"), "up");
}

TEST_F(Plant, TwentyLinesOfGarbageAreForgivenMoreAreNot) {
  install("load");
  run("- load");
  Played& p = *lane("collector");
  for (int i = 0; i < 20; ++i) p.say("Traceback (most recent call last):");
  for (int i = 0; i < 100; ++i) p.say(R"({"note":"of a later version"})");
  EXPECT_TRUE(p.signals.empty());
  p.say("one more");
  loop.run();
  EXPECT_EQ(p.signals, std::vector<int>{9});
  EXPECT_EQ(told(What::kFlooded), 1);
  EXPECT_EQ(states.back().detail, "it does not speak the protocol: a line that is no JSON object: one more");
}

TEST_F(Plant, AFloodIsReadInTheNextSecond) {
  install("load");
  run("- load");
  Played& p = *lane("collector");
  loop.advance(seconds(1));
  for (int i = 0; i < 1999; ++i) p.say(R"({"note":"log","text":"x"})");
  EXPECT_FALSE(p.paused);
  p.say(R"({"note":"log","text":"x"})");
  EXPECT_TRUE(p.paused);
  loop.advance(seconds(1));
  EXPECT_FALSE(p.paused);
  const std::string big = R"({"note":"log","text":")" + std::string(1 << 20, 'x') + "\"}";
  for (int i = 0; i < 4; ++i) p.say(big);
  EXPECT_TRUE(p.paused) << "4 MiB in a second";
  loop.advance(seconds(1));
  EXPECT_FALSE(p.paused);
}

TEST_F(Plant, AnEventWithoutAPossibleTimeIsDroppedWithAWord) {
  install("q", kWatcher);
  run("- q");
  Played& p = *lane("watcher");
  p.say(R"({"note":"event","type":"q.full","at_us":-5})");
  p.say(R"({"note":"event","type":"q.full","at_us":9223372036854775807})");
  p.say(R"({"note":"event","type":"q.full","at_us":1700000000000000})");
  loop.run();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at.us, 1'700'000'000'000'000);
  EXPECT_EQ(fleet->status().as_list()[0]["last_error"].as_string(),
            "the time of \"q.full\" is not between 1970 and 9999: at_us 9223372036854775807");
}

TEST_F(Plant, AWatcherIsReadNoFurtherThanItsCredit) {
  install("q", kWatcher);
  cursor = "17|x";
  run("- q");
  Played& p = *lane("watcher");
  EXPECT_EQ(p.last("open")["cursor"].as_string(), "17|x");
  const auto emit = [&](int n) {
    for (int i = 0; i < n; ++i) p.say(R"({"note":"event","type":"q.full","cursor":")" + std::to_string(i) + "\"}");
    loop.run();
  };
  emit(255);
  EXPECT_FALSE(p.paused);
  emit(1);
  EXPECT_TRUE(p.paused);
  EXPECT_EQ(events.size(), 256U);
  for (const auto& accepted : std::exchange(unaccepted, {})) accepted();
  loop.run();
  EXPECT_FALSE(p.paused);
  EXPECT_GE(p.times("durable"), 1);
  EXPECT_EQ(p.last("durable")["cursor"].as_string(), "0") << "of the last one, which began anew at 0";
}

TEST_F(Plant, AWatchThatEndsIsOpenedAnewLaterAndLater) {
  install("q", kWatcher);
  answers["watch"] = [](Played& p, const auto& r) { p.reply(r, R"("error":{"kind":"transient","text":"lost it"})"); };
  run("- q");
  loop.advance(seconds(60));
  const int opened = now("q")->times("open");
  EXPECT_GE(opened, 8) << "0.1, 0.2, 0.4 ... seconds";
  EXPECT_LE(opened, 11);
  EXPECT_EQ(now("q")->times("close"), opened - (opened - now("q")->times("close")));
  EXPECT_EQ(told(What::kCrashed), 0) << "the process is well";
  answers.erase("watch");
  loop.advance(seconds(75));
  cursor = "5";
  Played& p = *now("q");
  p.reply(p.last("watch"), R"("error":{"kind":"transient","text":"after a long while"})");
  loop.run();
  const int before = p.times("open");
  loop.advance(millis(150));
  EXPECT_EQ(p.times("open"), before + 1) << "it had held for 30 s: the delays begin anew";
  EXPECT_EQ(p.last("open")["cursor"].as_string(), "5") << "with the cursor of now";
}

TEST_F(Plant, EventsOfAWatcherThatIsClosingAreReadAgainByTheNextOne) {
  install("q", kWatcher);
  run("- q: {size: 1}");
  Played& old = *lane("watcher");
  answers["cancel"] = [](Played&, const auto&) {};
  run("- q: {size: 2}");
  old.say(R"({"note":"event","type":"q.full","cursor":"3"})");
  loop.run();
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(lane("watcher"), &old) << "the new one waits for the end of the old";
  old.reply(old.last("watch"), R"("ok":true)");
  loop.advance(millis(100));
  ASSERT_NE(lane("watcher"), nullptr);
  EXPECT_NE(lane("watcher"), &old);
  EXPECT_EQ(lane("watcher")->last("open")["config"]["size"].as_int(), 2);
}

TEST_F(Plant, AReloadLeavesAloneWhatIsTheSame) {
  install("load");
  install("other");
  run("- load: {a: 1}\n- other: {}\n");
  Played& same = *now("load");
  run("- load: {a: 1, every: 1s, labels: {x: y}}\n- other: {b: 2}");
  loop.advance(seconds(1));
  EXPECT_EQ(now("load"), &same);
  EXPECT_EQ(fleet->instances().at(0).every, seconds(1)) << "but for when it is asked";
  EXPECT_EQ(now("other")->last("open")["config"]["b"].as_int(), 2);
  run("- load: {a: 1}");
  loop.advance(seconds(1));
  EXPECT_EQ(now("other"), nullptr);
  EXPECT_EQ(state_of("other/local"), "none");
}

TEST_F(Plant, ANewFileOfTheSameNameIsTakenUp) {
  install("load");
  run("- load");
  Played& old = *now("load");
  folder.write("load", "#!/bin/sh\n# version 2\n", true);
  run("- load");
  loop.advance(seconds(1));
  EXPECT_NE(now("load"), &old);
  EXPECT_FALSE(old.alive);
}

TEST_F(Plant, AReopenedInstanceFirstEndsItsRunningCall) {
  install("fixer", kActor);
  run("- fixer: {a: 1}");
  answers["invoke"] = [](Played&, const auto&) {};
  invoke("fixer/local", "fix", {"r", 1}, seconds(60));
  Played& old = *lane("actor");
  run("- fixer: {a: 2}");
  loop.advance(seconds(5));
  EXPECT_TRUE(old.alive);
  EXPECT_TRUE(invoked.empty());
  old.reply(old.last("invoke"), R"("ok":true)");
  loop.advance(seconds(1));
  ASSERT_EQ(invoked.size(), 1U);
  EXPECT_TRUE(invoked[0].ok());
  EXPECT_FALSE(old.alive);
  EXPECT_EQ(lane("actor")->last("open")["config"]["a"].as_int(), 2);
}

TEST_F(Plant, AStopGivesRunningCallsTwoSecondsAndEndsWithTheLastProcess) {
  install("fixer", kActor);
  install("load");
  run("- fixer\n- load");
  answers["invoke"] = [](Played&, const auto&) {};
  invoke("fixer/local", "fix", {"r", 1}, seconds(60));
  stubborn = true;
  bool stopped = false;
  fleet->stop([&] { stopped = true; });
  loop.advance(millis(1900));
  EXPECT_TRUE(invoked.empty());
  EXPECT_FALSE(stopped);
  loop.advance(seconds(10));
  EXPECT_FALSE(stopped) << "they live: neither their input's end nor SIGTERM impressed them";
  stubborn = false;
  for (const auto& p : processes) p->end({0, 9, ""});
  loop.advance(seconds(1));
  EXPECT_TRUE(stopped);
  ASSERT_EQ(invoked.size(), 1U);
  EXPECT_EQ(invoked[0].error().fault, Fault::kUnknownOutcome);
  fleet.reset();
}

}  // namespace
}  // namespace reeve::plugin
