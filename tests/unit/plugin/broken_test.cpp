// Plugins whose program does not come up: what prepare() says of them, and how an engine runs without them.
#include "unit/plugin/plant.h"

namespace reeve::plugin {
namespace {

using base::millis;
using base::seconds;
using testing::Plant;
using testing::Played;

struct NoHello {
  const char* how;
  std::function<void(Played&, const model::Value&)> answer;
  const char* why;  ///< FILE stands for the program
};

const NoHello kNoHello[] = {
    {"ends", [](Played& p, const auto&) { p.end({3, 0, ""}); }, "FILE ended before its hello (exit 3)"},
    {"ends with words",
     [](Played& p, const auto&) {
       p.callbacks.on_error_line("warming up");
       p.callbacks.on_error_line("no module named x");
       p.callbacks.on_error_line("");
       p.end({1, 0, ""});
     },
     "FILE ended before its hello (exit 1): no module named x"},
    {"crashes", [](Played& p, const auto&) { p.end({0, 11, ""}); },
     "FILE ended before its hello (killed by signal 11)"},
    {"says nothing", [](Played&, const auto&) {}, "it said no hello within 10 s"},
    {"is of the future",
     [](Played& p, const auto& r) { p.reply(r, R"("ok":true,"protocol":3,"manifest":{"name":"bad"})"); },
     "it speaks exec protocol 3, this reeve speaks 1: see sdk/PROTOCOL.md"},
    {"is somebody else",
     [](Played& p, const auto& r) {
       p.reply(r, R"("ok":true,"protocol":1,"manifest":{"name":"docker","collects":true})");
     },
     "FILE says that it is the plugin \"docker\""},
    {"has nothing to do",
     [](Played& p, const auto& r) { p.reply(r, R"("ok":true,"protocol":1,"manifest":{"name":"bad"})"); },
     "the manifest says none of collects, watches, acts"},
};

std::string filled(std::string text, const std::string& path) {
  if (const size_t at = text.find("FILE"); at != std::string::npos) text.replace(at, 4, path);
  return text;
}

TEST_F(Plant, EachWayOfNotComingUpIsRefusedOnceWithItsReasonAndPlace) {
  for (const NoHello& each : kNoHello) {
    reset();
    install("bad");
    answers["hello"] = each.answer;
    const std::string why = filled(each.why, folder.path() + "/bad");
    const std::string said = prepare("- bad: {name: a}\n- bad: {name: b}");
    EXPECT_EQ(said.substr(0, said.find('\n')), "reeve.yaml:1:8: bad/a: " + why) << each.how;
    EXPECT_EQ(said.find("bad/b: "), std::string::npos) << "once is enough: " << said;
    fleet->apply();
    loop.run();
    EXPECT_TRUE(fleet->instances().empty()) << "nothing has changed";
    EXPECT_EQ(now("bad"), nullptr) << "and nothing is left behind";
    answers.clear();
    stop();
  }
}

TEST_F(Plant, ComplaintsOfAllInstancesComeTogether) {
  install("good");
  install("picky");
  answers["check"] = [](Played& p, const model::Value& r) {
    if (!r["config"].has("size")) return p.reply(r, R"("ok":true)");
    p.reply(r, R"("error":{"kind":"invalid","text":"field \"size\" is too big"})");
  };
  const std::string said = prepare("- good\n- picky: {name: a, size: 7}\n- picky: {name: b}\n- gone: {}\n");
  EXPECT_NE(said.find("reeve.yaml:2:20: picky/a: field \"size\" is too big"), std::string::npos) << said;
  EXPECT_NE(said.find("reeve.yaml:4:9: gone/local: no plugin \"gone\" in " + folder.path()), std::string::npos) << said;
  EXPECT_EQ(said.find("picky/b"), std::string::npos);
}

TEST_F(Plant, AFirstStartRunsWithoutIt) {
  reset(true);
  install("bad");
  install("good");
  bool well = false;
  answers["hello"] = [&](Played& p, const model::Value& r) {
    if (p.program == "bad" && !well) return p.end({1, 0, ""});
    p.reply(r, R"("ok":true,"protocol":1,"manifest":)" + manifests[p.program]);
  };
  run("- bad: {name: a}\n- bad: {name: b}\n- good");
  EXPECT_EQ(state_of("good/local"), "up");
  EXPECT_EQ(state_of("bad/a"), "broken");
  EXPECT_EQ(fleet->instances().size(), 3U) << "they are collected, in vain, so `up` is 0";
  EXPECT_EQ(fleet->manifest("bad/a"), nullptr);
  EXPECT_EQ(told(What::kCrashed), 2) << "of each instance";
  collect("bad/a");
  EXPECT_EQ(collected->error().fault, base::Fault::kUnavailable);
  EXPECT_EQ(collected->error().text, "bad/a: " + folder.path() + "/bad ended before its hello (exit 1)");
  invoke("bad/a", "fix");
  EXPECT_EQ(invoked.back().error().fault, base::Fault::kUnavailable) << "it may have it, once it is there";

  const auto tries = [&] {
    return std::count_if(processes.begin(), processes.end(), [](const auto& p) { return p->program == "bad"; });
  };
  const auto before = tries();
  loop.advance(seconds(10));
  EXPECT_GE(tries() - before, 5) << "again and again, later and later";
  EXPECT_LE(tries() - before, 8);
  EXPECT_EQ(told(What::kQuarantined), 2);
  EXPECT_EQ(state_of("bad/a"), "quarantined");
  well = true;
  loop.advance(seconds(40));
  EXPECT_EQ(state_of("bad/a"), "up");
  EXPECT_EQ(told(What::kRecovered), 2);
  collect("bad/b");
  EXPECT_TRUE(collected->ok());
}

TEST_F(Plant, WhatWasBrokenHoldsNoReloadUpAndWhatBreaksNowDoes) {
  reset(true);
  for (const char* name : {"bad", "good", "fresh"}) install(name);
  answers["hello"] = [&](Played& p, const model::Value& r) {
    if (p.program != "good") return p.end({1, 0, ""});
    p.reply(r, R"("ok":true,"protocol":1,"manifest":)" + manifests[p.program]);
  };
  run("- bad\n- good");
  EXPECT_EQ(told(What::kCrashed), 1);
  run("- bad\n- good: {a: 1}");
  EXPECT_EQ(told(What::kCrashed), 1) << "for the same reason it is not told anew";
  EXPECT_EQ(state_of("bad/local"), "broken");
  const std::string said = prepare("- bad\n- good\n- fresh");
  EXPECT_EQ(said.substr(0, 30), "reeve.yaml:3:3: fresh/local: /") << said;
  EXPECT_EQ(state_of("fresh/local"), "none");
  EXPECT_EQ(state_of("bad/local"), "broken");
}

TEST_F(Plant, OneWhoseProgramIsGoneIsBrokenUntilItIsThere) {
  reset(true);
  install("good");
  run("- late: {name: a}\n- late: {name: b}\n- good");
  EXPECT_EQ(state_of("good/local"), "up");
  EXPECT_EQ(state_of("late/a"), "broken");
  EXPECT_EQ(told(What::kCrashed), 2);
  EXPECT_EQ(states.front().detail, "no plugin \"late\" in " + folder.path());
  const std::string said = prepare("- gone\n- gone: {name: b}\n- good");
  EXPECT_NE(said.find("no plugin \"gone\""), std::string::npos) << "a reload is refused: " << said;
  EXPECT_EQ(said.find("gone/b"), std::string::npos) << "told once: " << said;
  install("late");
  loop.advance(seconds(40));
  EXPECT_EQ(state_of("late/a"), "up");
  EXPECT_EQ(told(What::kRecovered), 2);
}

TEST_F(Plant, WhatIsTakenOutIsNotTriedAgain) {
  reset(true);
  install("bad");
  install("good");
  answers["hello"] = [&](Played& p, const model::Value& r) {
    if (p.program == "bad") return p.end({1, 0, ""});
    p.reply(r, R"("ok":true,"protocol":1,"manifest":)" + manifests[p.program]);
  };
  run("- bad\n- good");
  run("- good");
  const size_t before = processes.size();
  loop.advance(seconds(60));
  EXPECT_EQ(processes.size(), before);
  EXPECT_EQ(state_of("bad/local"), "none");
}

TEST_F(Plant, AWrongConfigurationIsRefusedEvenAtAFirstStart) {
  reset(true);
  install("picky");
  answers["check"] = [](Played& p, const model::Value& r) {
    p.reply(r, R"("error":{"kind":"invalid","text":"field \"size\" is missing"})");
  };
  EXPECT_NE(prepare("- picky").find("field \"size\" is missing"), std::string::npos);
  answers["check"] = [](Played& p, const model::Value&) { p.end({0, 11, ""}); };
  EXPECT_EQ(prepare("- picky"), "") << "a program that crashes in its check is no fault of the configuration";
  fleet->apply();
  loop.run();
  EXPECT_EQ(state_of("picky/local"), "broken");
  EXPECT_EQ(states.back().detail, "check: the plugin's process ended: killed by signal 11");
  EXPECT_NE(fleet->manifest("picky/local"), nullptr) << "it was known before the crash";
}

TEST_F(Plant, AStopEndsTheTrying) {
  reset(true);
  install("bad");
  answers["hello"] = [](Played&, const model::Value&) {};
  EXPECT_EQ(prepare("- bad"), "");
  fleet->apply();
  loop.advance(seconds(1));
  EXPECT_NE(now("bad"), nullptr) << "being tried";
  stop();
  EXPECT_EQ(now("bad"), nullptr);
}

TEST_F(Plant, FoldersMayBeOthersAtTheNextPreparation) {
  const testing::Folder other;
  EXPECT_NE(prepare("- late"), "");
  other.write("late", "#!/bin/sh\n", true);
  manifests["late"] = R"({"name":"late","collects":true})";
  fleet->search_in({other.path(), folder.path()});
  run("- late");
  EXPECT_EQ(state_of("late/local"), "up");
}

}  // namespace
}  // namespace reeve::plugin
