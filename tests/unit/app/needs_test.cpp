// Where a person is needed: which entries say so, in the log once each and in the status as long as the alert fires.
#include "app/needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/records.h"
#include "base/manual_loop.h"
#include "ledger/memory_ledger.h"
#include "model/json.h"
#include "rule/records.h"

namespace reeve::app {
namespace {

using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct NeedsTest : testing::Test {
  Needs needs;
  uint64_t seq = 40;
  std::vector<model::Entry> written;

  static model::Alert alert(uint8_t episode = 1) {
    model::Alert alert;
    alert.rule_id = "a.yaml/g/Down/1";
    alert.key = "k";
    alert.labels = model::Labels({{"alertname", "Down"}, {"instance", "api"}});
    alert.state = model::AlertState::kFiring;
    alert.episode = episode;
    alert.correlation[0] = episode;
    alert.fired_at = alert.active_at = base::Time{1};
    alert.target = "proc/api";
    return alert;
  }
  /// What the log says of an entry: its lines without their times.
  std::string say(model::Entry entry) {
    entry.seq = ++seq;
    written.push_back(entry);
    testing::internal::CaptureStderr();
    needs.on_entry(entry);
    std::string out;
    for (const std::string& line : base::split(testing::internal::GetCapturedStderr(), '\n'))
      if (const size_t level = line.find("level="); level != std::string::npos) out += line.substr(level) + "\n";
    return out;
  }
  std::string fire(uint8_t episode = 1) {
    return say(rule::entry_of({model::AlertState::kPending, alert(episode)}, {}));
  }
  std::string resolve(uint8_t episode = 1) {
    model::Alert over = alert(episode);
    over.state = model::AlertState::kResolved;
    return say(rule::entry_of({model::AlertState::kFiring, over}, {}));
  }
  static model::Entry about(const std::string& kind, const std::string& body) {
    model::Entry entry;
    entry.kind = kind;
    entry.actor = "engine";
    entry.run = kind == "decision" ? "" : "r1";
    entry.correlation = alert().correlation;
    entry.facts.set("runbook", "proc/start");
    entry.body = body;
    return entry;
  }
  static model::Entry decision(const char* verdict, int rail, const char* name, const std::string& reason,
                               const char* mode = "auto") {
    model::Entry entry = about("decision", model::to_json(Value::map().set("rail_name", name).set("reason", reason)));
    entry.facts.set("point", "start").set("verdict", verdict).set("rail", rail).set("mode", mode);
    entry.facts.set("response", "x").set("rule_id", "a.yaml/g/Down/1").set("key", "k").set("episode", 1);
    return entry;
  }
  static model::Entry ended(const char* result) {
    model::Entry entry = about("run.ended", R"({"message":"the alert did not clear"})");
    entry.facts.set("result", result);
    return entry;
  }
  const std::string breaker = "proc/start failed 2 times on proc/api within 1h: a person must look, then: " +
                              guard::reset_command("proc/start", "proc/api");
  const std::vector<guard::State::OpenBreaker> open{{"proc/start", "proc/api", "", 2}};
};

TEST_F(NeedsTest, ARefusalIsOneWarningAndStandsInTheStatusWhileTheAlertFires) {
  EXPECT_EQ(fire(), "level=info msg=\"alert firing\" alert=Down target=proc/api rule=a.yaml/g/Down/1\n");
  EXPECT_EQ(fire(), "") << "the same episode";
  EXPECT_EQ(say(decision("refuse", 6, "breaker", breaker)),
            "level=warn msg=\"remediation refused, a person is needed\" alert=Down target=proc/api runbook=proc/start "
            "rail=\"6 breaker\" reason=\"proc/start failed 2 times on proc/api within 1h\" "
            "do=\"reeve reset proc/start proc/api --reason \\\"...\\\"\"\n");
  EXPECT_THAT(needs.sentences(open),
              ElementsAre("Down of proc/api: proc/start was refused by the rail breaker because proc/start failed 2 "
                          "times on proc/api within 1h. Look, then: reeve reset proc/start proc/api --reason \"...\""));
  EXPECT_THAT(needs.sentences({}), ElementsAre(HasSubstr("To act: reeve run proc/start --param ...")));
  EXPECT_EQ(resolve(), "level=info msg=\"alert resolved\" alert=Down target=proc/api\n");
  EXPECT_THAT(needs.sentences(open), IsEmpty());
  EXPECT_EQ(resolve(2), "") << "one that never fired is no story";
}

TEST_F(NeedsTest, OtherRailsNameTheEntryThatTellsAll) {
  fire();
  EXPECT_THAT(say(decision("refuse", 10, "stale data", "no data")), HasSubstr("do=\"reeve audit show 42\""));
  EXPECT_THAT(needs.sentences({}),
              ElementsAre("Down of proc/api: proc/start was refused by the rail stale data because "
                          "no data. Look, then: reeve audit show 42"));
}

TEST_F(NeedsTest, WhatNeedsNobodyIsNoWarning) {
  const std::pair<model::Entry, const char*> table[] = {
      {decision("refuse", 15, "silence", "silenced"), "level=info msg=\"remediation refused\""},
      {decision("refuse", 6, "breaker", "x", "shadow"), "level=info msg=\"remediation refused\""},
      {decision("defer", 5, "cool-down", "x"), "level=info msg=\"remediation deferred\""},
      {decision("allow", 0, "", "every rail allows it"), ""},
      {decision("ask", 14, "approval", "x"), ""},
      {ended("succeeded"), "level=info msg=\"run ended\" run=r1 runbook=proc/start alert=Down result=succeeded"},
      {ended("cancelled"), "level=info msg=\"run ended\""},
      {about("run.started", "{}"), "level=info msg=\"run started\" run=r1 runbook=proc/start alert=Down\n"},
      {about("run.parked", "{}"), ""},
      {about("step.intent", "{}"), ""},
  };
  fire();
  for (const auto& [entry, want] : table) {
    const std::string said = say(entry);
    EXPECT_TRUE(*want ? said.starts_with(want) : said.empty()) << want << "\n" << said;
    EXPECT_THAT(needs.sentences({}), IsEmpty()) << want;
  }
}

TEST_F(NeedsTest, ARunThatDidNotHelpNeedsAPersonUntilAnotherBegins) {
  fire();
  EXPECT_THAT(say(ended("escalated")), HasSubstr("level=warn msg=\"run ended, a person is needed\""));
  EXPECT_THAT(needs.sentences({}),
              ElementsAre("Down of proc/api: proc/start did not help: escalated: the alert did not clear. Look, then: "
                          "reeve runs r1"));
  say(about("run.started", "{}"));
  EXPECT_THAT(needs.sentences({}), IsEmpty());
  resolve();
  EXPECT_THAT(say(ended("escalated")), HasSubstr("alert=Down")) << "whose alert it was is known to its end";
  EXPECT_THAT(say(ended("escalated")), HasSubstr("alert=\"\""));
}

TEST_F(NeedsTest, WhatWaitsForAPersonNamesTheCommand) {
  model::Entry asked = about("approval.requested", R"({"text":"Restart api"})");
  asked.facts.set("id", "ap7");
  EXPECT_EQ(say(asked),
            "level=info msg=\"approval requested\" id=ap7 run=r1 runbook=proc/start what=\"Restart api\" "
            "do=\"reeve approve ap7, or reeve deny ap7\"\n");
  model::Entry doubt = about("step.in_doubt", "{}");
  doubt.subject = "proc/api";
  doubt.facts.set("path", "3");
  EXPECT_EQ(say(doubt), "level=info msg=\"step in doubt\" run=r1 path=3 target=proc/api alert=\"\"\n");
  model::Entry parked = about("run.parked", R"({"text":"start is in doubt"})");
  parked.facts.set("reason", "in_doubt").set("path", "3");
  EXPECT_THAT(say(parked), HasSubstr("do=\"reeve settle r1 '3' happened (or repeat, or abort)\""));
  parked.facts.set("reason", "refused");
  EXPECT_THAT(say(parked), HasSubstr("level=warn msg=\"run stands still, a person is needed\""));
  const std::string reset = guard::reset_command("proc/start", "");
  parked.body = model::to_json(model::Value::map().set("text", "it failed" + std::string(guard::kLookThen) + reset));
  EXPECT_THAT(say(parked), HasSubstr("reason=\"it failed\" do=\"reeve reset proc/start --reason"));
}

// After a restart the ledger tells what was refused; the log does not say it again.
TEST_F(NeedsTest, OutlivesARestartForTheEpisodesThatStillFire) {
  base::ManualLoop loop{base::Time{1'700'000'000'000'000}};
  ledger::MemoryLedger memory{loop, ledger_settings("")};
  fire();
  say(decision("refuse", 6, "breaker", breaker));
  for (const model::Entry& entry : written) memory.append(entry);
  loop.run();
  testing::internal::CaptureStderr();
  Needs later;
  later.restore({alert()}, *memory.reader());
  EXPECT_THAT(later.sentences(open), ElementsAre(HasSubstr("refused by the rail breaker")));
  Needs other;
  other.restore({alert(2)}, *memory.reader());
  EXPECT_THAT(other.sentences(open), IsEmpty()) << "another episode was not decided yet";
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("level=warn")));
}

TEST_F(NeedsTest, ManyAreCountedNotListed) {
  for (uint8_t episode = 1; episode <= 20; ++episode) {
    fire(episode);
    model::Entry refused = decision("refuse", 10, "stale data", "no data");
    refused.correlation = alert(episode).correlation;
    say(refused);
  }
  ASSERT_EQ(needs.sentences({}).size(), 9U);
  EXPECT_EQ(needs.sentences({}).back(), "a person is needed for 12 more alerts: reeve alerts");
}

}  // namespace
}  // namespace reeve::app
