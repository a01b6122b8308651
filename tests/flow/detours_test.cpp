// Where the route turns off: nothing durable, nobody allowed to act, an act that does not help, a crash at any moment.
#include "flow/small_engine.h"

namespace reeve::flow {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string rules(const std::string& run) {
  return "groups:\n- name: api\n  rules:\n  - {alert: ApiDown, expr: proc_up == 0, run: {" + run + "}}\n";
}
const std::string kAuto =
    "runbook: proc/start, with: {instance: '{{ $labels.instance }}'}, mode: auto, verify: {within: 1m, hold: 10s}";

class Detour : public SmallEngine {
 protected:
  void process_ends(base::Duration then = base::minutes(2)) {
    process.up = false;
    loop.advance(then);
  }
  void halt(const std::string& text) { std::ofstream(folder / "HALT") << text; }
};

TEST_F(Detour, NothingIsDoneBeforeItsIntentIsDurable) {
  start(rules(kAuto));
  memory.hold();
  process_ends();
  EXPECT_THAT(story, Contains("step.intent"));
  EXPECT_THAT(story, Not(Contains("invoke start")));
  memory.release();
  loop.advance(base::seconds(1));
  EXPECT_THAT(story, Contains("invoke start"));
}

TEST_F(Detour, AnActThatDoesNotHelpCallsAPerson) {
  start(rules(kAuto));
  process.start_helps = false;
  process_ends(base::minutes(3));
  EXPECT_THAT(story, Contains("run.ended escalated"));
  ASSERT_EQ(told("escalation").size(), 1U);
  EXPECT_EQ(std::count(story.begin(), story.end(), "invoke start"), 1) << "one decision an episode";
}

TEST_F(Detour, TheHaltFileIsReadBeforeEachDecision) {
  start(rules(kAuto));
  halt("proc/* the disks are being moved\n");
  process_ends();
  EXPECT_THAT(story, Not(Contains("invoke start")));
  EXPECT_THAT(entries("decision").at(0).body.value_or(""), HasSubstr("the disks are being moved"));
  std::filesystem::remove(folder / "HALT");
  loop.advance(base::minutes(2));
  EXPECT_THAT(story, Contains("invoke start")) << "deferred, not forgotten";
}

// Each change of the file has one entry, also over restarts; it is obeyed even when none can be written.
TEST_F(Detour, TheHaltFileIsInTheLedger) {
  start(rules(kAuto));
  const auto told = [this] {
    pipeline->look_at_halt();
    std::string out;
    for (const char* kind : {"switch.pulled", "switch.lifted"})
      for (const auto& entry : entries(kind)) out += (out.empty() ? "" : " ") + entry.facts["scope"].text() + kind[7];
    return out;
  };
  halt("");
  EXPECT_EQ(told(), "p");
  EXPECT_EQ(told(), "p") << "once";
  EXPECT_EQ(entries("switch.pulled")[0].actor, "file:uid:" + std::to_string(getuid()));
  EXPECT_EQ(body(entries("switch.pulled")[0])["reason"].text(), "the file HALT is there");
  loop.advance(base::seconds(1));
  restart();
  EXPECT_EQ(told(), "p") << "there before and after";
  EXPECT_EQ(parts->memory.switches().size(), 1U);
  std::filesystem::remove(folder / "HALT");
  loop.advance(base::seconds(1));
  restart();
  EXPECT_EQ(told(), "p *l") << "it went while nothing ran";
  EXPECT_TRUE(parts->memory.switches().empty());
  memory.hold();
  halt("proc/* moving\n");
  process_ends();
  EXPECT_THAT(story, Not(Contains("invoke start")));
}

TEST_F(Detour, AHaltOfAnotherScopeHaltsNothingHere) {
  start(rules(kAuto));
  halt("docker/* another team's\n");
  process_ends();
  EXPECT_THAT(story, Contains("invoke start"));
}

struct Strictest {
  const char* engine;
  const char* rule;
  const char* runbook;
  const char* want;
};
class Modes : public Detour, public testing::WithParamInterface<Strictest> {};
TEST_P(Modes, TheStrictestThatAnyoneNamesHolds) {
  const Strictest& modes = GetParam();
  std::string book = kStart;
  if (*modes.runbook) book.replace(book.find("params"), 0, std::string("mode = \"") + modes.runbook + "\", ");
  if (*modes.engine) parts->config.mode = *response::mode_of(modes.engine);
  std::string run = kAuto;
  run.replace(run.find("mode: auto"), 10, *modes.rule ? std::string("mode: ") + modes.rule : "continue: x");
  if (!*modes.rule) run.erase(run.find("continue: x, "), 13);
  start(rules(run), book);
  process_ends();
  ASSERT_FALSE(entries("decision").empty());
  EXPECT_EQ(body(entries("decision").at(0))["inputs"]["mode"].as_string(), modes.want);
  EXPECT_EQ(process.up, std::string(modes.want) == "auto");
}
INSTANTIATE_TEST_SUITE_P(All, Modes,
                         testing::Values(Strictest{"", "", "", "approve"}, Strictest{"", "auto", "", "auto"},
                                         Strictest{"auto", "", "", "auto"}, Strictest{"suggest", "auto", "", "suggest"},
                                         Strictest{"auto", "shadow", "", "shadow"},
                                         Strictest{"auto", "auto", "suggest", "suggest"},
                                         Strictest{"shadow", "auto", "auto", "shadow"}));

TEST_F(Detour, WhatNeedsAYesWaitsForIt) {
  start(rules("runbook: proc/start, with: {instance: '{{ $labels.instance }}'}, verify: {within: 1m, hold: 10s}"));
  process_ends();
  EXPECT_THAT(story, Not(Contains("invoke start")));
  ASSERT_EQ(told("approval").size(), 1U) << testing::PrintToString(story);
  const model::Value asked = parts->runner->approvals();
  ASSERT_EQ(asked.as_list().size(), 1U);
  ASSERT_TRUE(parts->runner->approve(asked.as_list()[0]["id"].as_string(), "uid:0").ok());
  loop.advance(base::seconds(30));
  EXPECT_THAT(story, Contains("invoke start"));
}

TEST_F(Detour, AResponseThatCannotStartCallsAPerson) {
  start(rules("runbook: proc/start, with: {instance: '{{ $labels.nothing }}', nonsense: x}, mode: auto"));
  process_ends();
  ASSERT_FALSE(told("escalation").empty()) << testing::PrintToString(story);
  EXPECT_THAT(told("escalation")[0], HasSubstr("proc/start"));
  EXPECT_THAT(story, Not(Contains("invoke start")));
}

TEST_F(Detour, AnAlertThatFiresAgainIsANewEpisodeAndMeetsTheCoolDown) {
  start(rules(kAuto));
  process_ends();
  process_ends(base::minutes(5));
  EXPECT_EQ(std::count(story.begin(), story.end(), "invoke start"), 1) << testing::PrintToString(story);
  EXPECT_THAT(story, Contains("decision defer"));
  loop.advance(base::minutes(11));
  EXPECT_EQ(std::count(story.begin(), story.end(), "invoke start"), 2);
  EXPECT_TRUE(process.up);
}

TEST_F(Detour, ProcessesOfTheEngineItselfAreProtected) {
  start(rules(kAuto));
  std::ofstream(folder / "api.pid") << getpid() << "\n";
  parts->config.plugins[0].config.set("pidfile", (folder / "api.pid").string());
  process_ends();
  EXPECT_THAT(story, Contains("decision refuse"));
  EXPECT_THAT(story, Not(Contains("invoke start")));
}

TEST_F(Detour, AProblemOfARuleIsToldOnceInStatus) {
  start("groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'proc_up == 0', labels: {x: '{{ $labels.a.b.c }}'}}\n");
  process_ends();
  ASSERT_EQ(parts->problems.size(), 1U);
  EXPECT_THAT(parts->problems[0], HasSubstr("rule rules.yaml/g/A/1: ")) << parts->problems[0];
}

// What was halted stays halted over a restart, however old the switch is and whatever was lifted in between.
TEST_F(Detour, SwitchesOutliveRestartsWithTheirReasons) {
  start(rules(kAuto));
  const auto say = [this](bool pulled, const char* scope, const char* reason) {
    parts->ledger->append(app::switch_entry(pulled, scope, reason, "uid:7"));
    loop.advance(base::seconds(1));
  };
  say(true, "docker/*", "old and lifted with everything");
  say(true, "ssh/*", "old and lifted with everything");
  say(false, "", "");
  say(true, "", "the network is down");
  say(true, "proc/*", "a migration");
  say(false, "*", "");
  for (const base::Duration downtime : {base::seconds(1), base::hours(30)}) {
    loop.advance(downtime);
    restart();
    const auto halted = parts->memory.switches();
    ASSERT_EQ(halted.size(), 1U);
    EXPECT_EQ(halted[0].scope + " " + halted[0].reason + " " + halted[0].owner, "proc/* a migration uid:7");
  }
}

// kill -9 after each entry of the story: the process is started once all the same, and the run comes to its end.
class KilledAfter : public Detour, public testing::WithParamInterface<int> {};
TEST_P(KilledAfter, ARouteIsGoneToItsEnd) {
  start(rules(kAuto));
  process.up = false;
  const size_t before = memory.entries().size();
  for (int i = 0; i < 6000 && memory.durable().size() < before + static_cast<size_t>(GetParam()); ++i)
    loop.advance(base::millis(5));
  restart();
  loop.advance(base::minutes(5));
  EXPECT_TRUE(process.up) << testing::PrintToString(story);
  EXPECT_EQ(process.starts, 1) << "never twice";
  EXPECT_EQ(entries("run.ended").size(), 1U) << testing::PrintToString(memory.kinds());
}
INSTANTIATE_TEST_SUITE_P(Entries, KilledAfter, testing::Range(1, 12));

}  // namespace
}  // namespace reeve::flow
