// Whose turn it is, which labels an event has, how quoted texts are read, and what stands in the ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/manual_loop.h"
#include "model/json.h"
#include "rule/event_labels.h"
#include "rule/quoted.h"
#include "rule/records.h"
#include "rule/work.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- whose turn it is ----

class WorkQueueTest : public testing::Test {
 protected:
  void add(size_t rule, Why why) { queue_.add({.rule = rule, .why = why, .at = {}}); }
  std::vector<std::string> done() { return std::exchange(done_, {}); }

  base::ManualLoop loop_;
  std::vector<std::string> done_;
  base::Duration cost_;
  std::function<void()> then_;
  WorkQueue queue_{loop_, [this](const Work& work) {
                     done_.push_back((work.why == Why::kTick ? "tick " : "arrival ") + std::to_string(work.rule));
                     loop_.manual_clock().advance(cost_);
                     if (then_) std::exchange(then_, nullptr)();
                   }};
};

TEST_F(WorkQueueTest, ArrivalsComeBeforeTicksEachInTheirOrder) {
  add(1, Why::kTick), add(2, Why::kArrival), add(3, Why::kTick), add(4, Why::kArrival);
  queue_.slice();
  EXPECT_THAT(done(), ElementsAre("arrival 2", "arrival 4", "tick 1", "tick 3"));
  EXPECT_EQ(queue_.slices(), 1u);
}

TEST_F(WorkQueueTest, ASliceEndsAfterTwoMillisecondsAndTheLoopHasItsTurn) {
  cost_ = base::Duration{900};
  for (size_t i = 0; i < 5; ++i) add(i, Why::kTick);
  queue_.slice();
  EXPECT_THAT(done(), ElementsAre("tick 0", "tick 1", "tick 2"));
  EXPECT_EQ(queue_.longest(), base::Duration{2700});
  loop_.run();
  EXPECT_THAT(done(), ElementsAre("tick 3", "tick 4"));
  loop_.run();
  EXPECT_EQ(queue_.slices(), 2u);
}

TEST_F(WorkQueueTest, AnArrivalBetweenTwoSlicesGoesFirst) {
  cost_ = base::millis(3);
  add(1, Why::kTick), add(2, Why::kTick), add(3, Why::kTick);
  queue_.slice();
  add(9, Why::kArrival);
  loop_.run();
  EXPECT_THAT(done(), ElementsAre("tick 1", "arrival 9", "tick 2", "tick 3"));
}

TEST_F(WorkQueueTest, WhatAnEvaluationAddsIsDoneToo) {
  then_ = [this] { add(7, Why::kArrival); };
  add(1, Why::kTick), add(2, Why::kTick);
  queue_.slice();
  EXPECT_THAT(done(), ElementsAre("tick 1", "arrival 7", "tick 2"));
}

TEST_F(WorkQueueTest, ClearedWorkIsNotDone) {
  cost_ = base::millis(3);
  add(1, Why::kTick), add(2, Why::kTick);
  queue_.slice();
  queue_.clear();
  loop_.run();
  EXPECT_THAT(done(), ElementsAre("tick 1"));
}

// ---- the labels of events ----

TEST(EventLabels, FieldsAreLabelsWhereNoLabelHasTheirName) {
  model::Event event;
  event.labels = {{"id", "x"}};
  event.fields.set("id", "field").set("code", 137).set("ok", true).set("ratio", 0.5).set("none", model::Value());
  event.fields.set("list", model::Value::list().push(1).push("a"));
  EXPECT_EQ(all_labels(event).text(), "{code=\"137\", id=\"x\", list=\"[1,\\\"a\\\"]\", ok=\"true\", ratio=\"0.5\"}");
  EXPECT_EQ(identity_of(event, {"code", "id", "none", "absent"}).text(), "{code=\"137\", id=\"x\"}");
  EXPECT_TRUE(agrees_on({{"code", "137"}, {"id", "x"}}, event));
  EXPECT_FALSE(agrees_on({{"code", "137"}, {"absent", "x"}}, event));
  EXPECT_TRUE(agrees_on({}, event));
}

// ---- quoted texts ----

TEST(Quoted, AreReadAsGoDoes) {
  struct Case {
    const char *text, *wanted;  // of an error: what is wrong
    size_t end;                 // where reading stopped
  };
  const Case cases[] = {
      {R"("plain" rest)", "plain", 7},
      {R"('single "x"')", "single \"x\"", 12},
      {"`raw \\n \"x\"`", "raw \\n \"x\"", 12},
      {"`over\ntwo`", "over\ntwo", 10},
      {R"("\a\b\f\n\r\t\v\\\'\"")", "\a\b\f\n\r\t\v\\'\"", 22},
      {R"("\x41\101\u0041\U00000041")", "AAAA", 26},
      {R"("\u00fc\u20ac\U0001F600")", "ü€😀", 24},
      {R"("")", "", 2},
      {R"("open)", "unterminated quoted string", 5},
      {R"("open\)", "unterminated quoted string", 6},
      {"\"two\nlines\"", "a line end inside quotes", 4},
      {R"("\q")", "unknown escape sequence", 2},
      {R"("\x4")", "a digit of the escape sequence is missing", 4},
      {R"("\u00g0")", "a digit of the escape sequence is missing", 5},
      {R"("\08")", "a digit of the escape sequence is missing", 3},
      {R"("\777")", "the escape sequence is no byte", 5},
      {R"("\ud800")", "the escape sequence is no Unicode code point", 7},
      {R"("\U00110000")", "the escape sequence is no Unicode code point", 11},
  };
  for (const Case& one : cases) {
    size_t at = 0;
    const auto text = read_quoted(one.text, at);
    EXPECT_EQ(text.ok() ? *text : text.error().text, one.wanted) << one.text;
    EXPECT_EQ(at, one.end) << one.text;
  }
}

// ---- the ledger ----

model::AlertChange change_to(model::AlertState state, bool fired) {
  model::AlertChange change;
  change.from = model::AlertState::kPending;
  change.alert.rule_id = "f/g/A/1";
  change.alert.labels = {{"alertname", "A"}, {"x", "1"}};
  change.alert.key = change.alert.labels.key();
  change.alert.state = state;
  change.alert.episode = 3;
  change.alert.correlation = base::Uuid{7};
  change.alert.active_at = base::time_from_ms(1000);
  if (fired) change.alert.fired_at = base::time_from_ms(2000);
  change.alert.causes = model::Value::list().push("9.1");
  return change;
}

TEST(AlertRecords, SayWhatHappenedInFactsAndAllOfItInTheBody) {
  const model::AlertChange change = change_to(model::AlertState::kFiring, true);
  Rule rule;
  rule.meaning = "m";
  rule.hash = "h";
  const model::Entry entry = entry_of(change, rule);
  EXPECT_EQ(entry.kind, "alert.firing");
  EXPECT_EQ(entry.actor, "rule/f/g/A/1");
  EXPECT_EQ(entry.subject, "alert/" + change.alert.labels.fingerprint_text());
  EXPECT_EQ(entry.correlation, base::Uuid{7});
  EXPECT_EQ(entry.run, "");
  EXPECT_EQ(model::to_json(entry.facts),
            R"({"rule_id":"f/g/A/1","key":")" + change.alert.key + R"(","fingerprint":")" +
                change.alert.labels.fingerprint_text() +
                R"(","episode":3,"state":"firing","fired":true,"count":1,"target":"","active_at_us":1000000,)"
                R"("causes":["9.1"],"meaning":"m","rule_hash":"h"})");
  const model::Alert back = model::Alert::from_value(*model::parse_json(*entry.body));
  EXPECT_EQ(model::to_json(back.to_value()), model::to_json(change.alert.to_value()));
}

TEST(AlertRecords, EveryEndIsResolvedWhetherItFiredOrNot) {
  for (const model::AlertState state : {model::AlertState::kResolved, model::AlertState::kInactive}) {
    const model::Entry entry = entry_of(change_to(state, state == model::AlertState::kResolved), {});
    EXPECT_EQ(entry.kind, "alert.resolved");
    EXPECT_EQ(entry.facts["state"].as_string(), "resolved");
    EXPECT_EQ(entry.facts["fired"].as_bool(), state == model::AlertState::kResolved);
  }
}

TEST(AlertRecords, OfARedactedEntryTheFactsTellWhichAlertItIs) {
  const model::AlertChange change = change_to(model::AlertState::kFiring, true);
  model::Entry entry = entry_of(change, {});
  entry.at = base::time_from_ms(2000);
  entry.body.reset();
  const model::Alert alert = alert_of(entry);
  EXPECT_TRUE(alert.nameless());
  EXPECT_EQ(alert.labels.get("alertname"), "A");
  EXPECT_FALSE(alert.labels.has("x")) << "what was taken away";
  EXPECT_EQ(alert.rule_id, change.alert.rule_id);
  EXPECT_EQ(alert.key, change.alert.key);
  EXPECT_EQ(alert.subject(), change.alert.subject()) << "people find it under the same fingerprint";
  EXPECT_EQ(alert.episode, 3u);
  EXPECT_EQ(alert.correlation, base::Uuid{7});
  EXPECT_EQ(alert.state, model::AlertState::kFiring);
  EXPECT_EQ(alert.active_at, change.alert.active_at);
  EXPECT_EQ(alert.fired_at, change.alert.fired_at);
  EXPECT_EQ(model::to_json(alert.causes), R"(["9.1"])");
  const model::Entry next = entry_of({model::AlertState::kFiring, alert}, {});
  EXPECT_EQ(next.facts["fingerprint"], entry.facts["fingerprint"]);
  EXPECT_TRUE(alert_of(next).nameless()) << "an entry of a nameless one has a body, but no labels";
}

TEST(AlertRecords, AWholeEntryIsTheAlertItself) {
  Rule rule;
  rule.meaning = "m";
  const model::AlertChange change = change_to(model::AlertState::kFiring, true);
  const model::Alert alert = alert_of(entry_of(change, rule));
  EXPECT_FALSE(alert.nameless());
  EXPECT_EQ(alert.labels, change.alert.labels);
  EXPECT_EQ(alert.meaning, "m");
}

TEST(AlertRecords, OneRowPerRuleAndKey) {
  model::Entry entry = entry_of(change_to(model::AlertState::kPending, false), {});
  entry.seq = 12;
  entry.at = base::time_from_ms(5000);
  const std::vector<model::RowChange> rows = project(entry);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].table, "alerts");
  EXPECT_EQ(rows[0].key["rule_id"].as_string(), "f/g/A/1");
  EXPECT_EQ(rows[0].key["alert_key"].as_string(), entry.facts["key"].as_string());
  EXPECT_EQ(rows[0].set["state"].as_string(), "pending");
  EXPECT_EQ(rows[0].set["changed_us"].as_int(), 5'000'000);
  EXPECT_EQ(rows[0].set["seq"].as_int(), 12);
  entry.kind = "decision";
  EXPECT_THAT(project(entry), IsEmpty());
  // Every column that is set is one that is declared.
  std::set<std::string> names;
  for (const auto& table : tables())
    for (const auto* columns : {&table.key, &table.columns})
      for (const std::string& column : *columns) names.insert(column.substr(0, column.find(' ')));
  for (const auto* map : {&rows[0].key, &rows[0].set})
    for (const auto& [name, value] : map->as_map()) EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace reeve::rule
