// The life of one event: durable before its source hears of it, an act, and the effect of that act, which is no news.
#include "flow/small_engine.h"

namespace reeve::flow {
namespace {

constexpr char kRules[] = R"(
groups:
- name: api
  rules:
  - alert: ApiEnded
    on: proc.exit
    by: [job, instance]
    until: proc.start
    verify: proc_up == 1
    run: {runbook: proc/start, with: {instance: "{{ $labels.instance }}"}, mode: auto, verify: {within: 1m, hold: 10s}}
  - alert: ApiCameUp
    on: proc.start
    by: [instance]
)";

class OneEvent : public SmallEngine {
 protected:
  OneEvent() { start(kRules); }
  void process_ends() {
    process.up = false;
    event("proc.exit");
  }
};

TEST_F(OneEvent, BecomesADecisionAnActAndAProof) {
  process_ends();
  loop.advance(base::seconds(30));
  EXPECT_THAT(story,
              testing::ElementsAre("events.accepted", "alert.firing", "decision allow", "run.started", "tell firing",
                                   "operator.told", "step.read", "plan start", "lease.acquired", "step.intent",
                                   "invoke start", "events.accepted", "step.outcome", "alert.resolved", "tell resolved",
                                   "operator.told", "lease.released", "run.ended succeeded", "operator.owed",
                                   "tell ended: proc/start succeeded: started api", "operator.told"));
  EXPECT_EQ(accepted, 2);
}

TEST_F(OneEvent, IsNamedByTheAlertAsItsCause) {
  process_ends();
  loop.advance(base::seconds(30));
  const std::string id = std::to_string(entries("events.accepted").at(0).seq) + ".0";
  EXPECT_EQ(model::to_json(body(entries("alert.firing").at(0))["causes"]), "[\"" + id + "\"]");
}

TEST_F(OneEvent, OfTheEnginesOwnMakingIsMarkedSoAndStartsNoAlert) {
  process_ends();
  loop.advance(base::seconds(30));
  const model::Value effect = body(entries("events.accepted").at(1)).as_list().at(0);
  const ledger::Stored intent = entries("step.intent").at(0);
  EXPECT_EQ(effect["caused_by"].as_string(), intent.run + "/" + intent.facts["path"].as_string());
  EXPECT_EQ(entries("alert.firing").size(), 1U) << "ApiCameUp is for starts by others";
}

// The effect is seen before its step's answer; the ledger tells the act, its outcome, then what it ended: at once, also
// while the script goes on.
TEST_F(SmallEngine, AnEventThatAnActCausedEndsItsAlertAtTheOutcome) {
  std::string slow = kStart;
  slow.insert(
      slow.find("  return run:done"),
      "  run:wait { 'a while', check = function() return false end, timeout = '10s', on_timeout = 'continue' }\n");
  start(kRules, slow);
  process.up = false;
  event("proc.exit");
  while (!process.up) loop.advance(base::millis(1));
  ASSERT_EQ(story.back(), "events.accepted") << "the start was seen, the plugin has not answered yet";
  loop.advance(base::seconds(1));
  EXPECT_THAT(story, testing::Contains("alert.resolved"));
  EXPECT_EQ(parts->runner->runs().size(), 1U) << "it waits";
}

/// Somebody at `reeve events --follow`.
struct Follower : api::Stream::Port {
  std::vector<std::string> lines;
  bool send(std::string line) override {
    lines.push_back(std::move(line));
    return true;
  }
  void close() override {}
  bool open() const override { return true; }
};

TEST_F(OneEvent, IsShownLiveWithWhatEveryRuleSaysToIt) {
  const auto follower = std::make_shared<Follower>();
  parts->bus.follow(api::Topic::kEvents, api::Stream(follower));
  process_ends();
  loop.advance(base::seconds(30));
  std::vector<std::string> seen;
  for (const std::string& line : follower->lines) {
    const auto event = model::parse_json(line);
    for (const model::Value& one : (*event)["verdicts"].as_list())
      seen.push_back((*event)["type"].text() + " " + one["rule"].text() + ": " + one["verdict"].text());
  }
  EXPECT_THAT(
      seen, testing::ElementsAre(testing::MatchesRegex("proc.exit .*/ApiEnded/1: begins or counts"),
                                 testing::MatchesRegex("proc.start .*/ApiEnded/1: ends"),
                                 testing::MatchesRegex("proc.start .*/ApiCameUp/1: caused by a step: begins nothing")));
}

TEST_F(OneEvent, IsAcknowledgedOnlyWhenItIsDurable) {
  memory.hold();
  process_ends();
  loop.advance(base::seconds(10));
  EXPECT_EQ(accepted, 0);
  memory.release();
  loop.advance(base::seconds(2));
  EXPECT_GE(accepted, 1);
}

TEST_F(OneEvent, OutlivesALedgerThatCannotBeWrittenForAWhile) {
  memory.set_writable(false);
  process_ends();
  loop.advance(base::seconds(5));
  EXPECT_EQ(accepted, 0);
  EXPECT_EQ(told("firing").size(), 1U) << "people hear of it all the same";
  EXPECT_THAT(story, testing::Not(testing::Contains("invoke start"))) << "no intent, no act";
  memory.set_writable(true);
  loop.advance(base::seconds(30));
  EXPECT_EQ(accepted, 2);
  EXPECT_TRUE(process.up);
}

}  // namespace
}  // namespace reeve::flow
