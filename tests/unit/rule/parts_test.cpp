// The parts between a rule and its alerts: what an expression needs, whether data is there, what ticks write, whose
// turn it is, and what stands in the ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/manual_loop.h"
#include "model/json.h"
#include "rule/event_labels.h"
#include "rule/evidence.h"
#include "rule/outputs.h"
#include "rule/quoted.h"
#include "rule/ranges.h"
#include "rule/records.h"
#include "rule/work.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

promql::Expr expr(const std::string& text) {
  auto parsed = promql::parse(text);
  if (!parsed.ok()) throw std::runtime_error(text + ": " + parsed.error().text);
  return *std::move(parsed);
}

// ---- what an expression needs ----

std::string text_of(const Need& need) {
  std::vector<std::string> parts;
  for (const Need& part : need.parts) parts.push_back(text_of(part));
  switch (need.kind) {
    case Need::Kind::kNothing:
      return "nothing";
    case Need::Kind::kSelector: {
      std::string name;
      for (const series::Matcher& matcher : need.matchers)
        if (matcher.name == model::kNameLabel) name = matcher.value;
      return name + (need.range ? "[" + base::format_duration(need.window) + "]" : "");
    }
    case Need::Kind::kAll:
      return "all(" + base::join(parts, ", ") + ")";
    case Need::Kind::kAny:
      return "any(" + base::join(parts, ", ") + ")";
  }
  return {};
}

TEST(Needs, AreTheSamplesWithoutWhichAnEmptyAnswerSaysNothing) {
  const std::pair<const char*, const char*> cases[] = {
      {"up == 0", "up"},
      {"1", "nothing"},
      {"vector(1) > 2", "nothing"},
      {"a / b > 1", "all(a, b)"},
      {"a and b and c", "all(all(a, b), c)"},
      {"a or b", "any(a, b)"},
      {"a or vector(0)", "nothing"},
      {"a unless b", "a"},
      {"a > 1 unless on (job) (b or c)", "a"},
      {"absent(a)", "nothing"},
      {"absent_over_time(a[5m])", "nothing"},
      {"a and absent(b)", "a"},
      {"sum by (job) (rate(a[5m])) > 3", "a[5m]"},
      {"histogram_quantile(0.9, sum by (le) (rate(a[10m])))", "a[10m]"},
      {"max_over_time(a[30s:10s])", "a[5m30s]"},
      {"max_over_time((a / b)[1m:10s])", "all(a[6m], b[6m])"},
      {"a - a offset 1h > 5", "a"},
      {"a @ 100", "nothing"},
      {"a offset 5m", "nothing"},
      {"predict_linear(a[1h], 3600) < 0", "a[1h]"},
      {"time() - a > 10", "a"},
      {"count(a) < 2 or absent(a)", "nothing"},
      {"-a > -1", "a"},
      {"clamp(a, 0, scalar(b))", "all(a, b)"},
      {"label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\") == 1", "a"},
      {"topk(3, a) > 1", "a"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(text_of(need_of(expr(text))), wanted) << text;
}

TEST(Ranges, TheLongestWindowCountsWithItsOffset) {
  const std::pair<const char*, base::Duration> cases[] = {
      {"up", {}},
      {"up offset 10m", base::minutes(10)},
      {"up offset -10m", {}},
      {"rate(a[5m])", base::minutes(5)},
      {"rate(a[5m] offset 1h)", base::minutes(65)},
      {"rate(a[5m]) / rate(b[1h])", base::hours(1)},
      {"max_over_time(rate(a[5m])[1h:1m])", base::minutes(65)},
      {"max_over_time(rate(a[5m])[1h:1m] offset 2h)", base::minutes(185)},
      {"1", {}},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(longest_range(expr(text)), wanted) << text;
}

TEST(Ranges, SayWhetherASelectorCanReadAName) {
  const auto may = [](const char* selector, const char* name) {
    return may_select(expr(selector).selectors().at(0).matchers, name);
  };
  EXPECT_TRUE(may("up", "up"));
  EXPECT_FALSE(may("up", "down"));
  EXPECT_TRUE(may("{__name__=~\"u.*\"}", "up"));
  EXPECT_FALSE(may("{__name__=~\"u\"}", "up"));
  EXPECT_FALSE(may("{__name__!~\"u.*\", job=\"a\"}", "up"));
  EXPECT_TRUE(may("{__name__!=\"x\", job=\"a\"}", "up"));
  EXPECT_TRUE(may("{job=\"a\"}", "up"));
}

// ---- whether the data is there ----

class EvidenceTest : public testing::Test {
 protected:
  EvidenceTest() { rule_.labels.push_back({"severity", "page", {}}); }
  Evidence of(const std::string& text) {
    need_ = need_of(expr(text));
    return {head_, need_, rule_, alert_};
  }
  void sample(const std::string& name, const std::string& instance, int64_t ms, double value = 1) {
    head_.append({{"__name__", name}, {"instance", instance}, {"job", "j"}}, ms, value);
  }

  series::Head head_;
  Rule rule_;
  model::Labels alert_{{"alertname", "A"}, {"instance", "a"}, {"severity", "page"}};
  Need need_;
};

TEST_F(EvidenceTest, IsOfTheAlertsOwnSeries) {
  sample("x", "b", 1000);
  EXPECT_FALSE(of("x").present(1000));
  sample("x", "a", 2000);
  EXPECT_TRUE(of("x").present(2000));
  EXPECT_EQ(of("x").newest_ms(2000), 2000);
  sample("x", "b", 3000);
  EXPECT_EQ(of("x").newest_ms(3000), 2000);
}

TEST_F(EvidenceTest, LabelsThatTheRuleSetsDoNotCount) {
  head_.append({{"__name__", "x"}, {"instance", "a"}, {"severity", "of the series"}}, 1000, 1);
  EXPECT_TRUE(of("x").present(1000));
}

TEST_F(EvidenceTest, AnAggregateThatLacksALabelRestsOnAllOfIt) {
  head_.append({{"__name__", "x"}, {"job", "j"}}, 1000, 1);  // no instance at all
  EXPECT_TRUE(of("sum(x)").present(1000));
}

TEST_F(EvidenceTest, AgesOutWithTheWindow) {
  sample("x", "a", 1000);
  EXPECT_TRUE(of("x").present(1000 + 300'000 - 1));
  EXPECT_FALSE(of("x").present(1000 + 300'000));  // left open, as PromQL's
  EXPECT_TRUE(of("rate(x[10m])").present(1000 + 600'000 - 1));
  EXPECT_FALSE(of("rate(x[1m])").present(1000 + 60'000));
}

TEST_F(EvidenceTest, EndsWithAStaleMarker) {
  sample("x", "a", 1000);
  sample("x", "a", 2000, model::stale_marker());
  EXPECT_FALSE(of("x").present(2000));
  EXPECT_EQ(of("x").newest_ms(2000), std::nullopt);
}

TEST_F(EvidenceTest, FreshMeansAfterThatTime) {
  sample("x", "a", 5000);
  EXPECT_TRUE(of("x").fresh(4999, 6000));
  EXPECT_FALSE(of("x").fresh(5000, 6000));
  EXPECT_FALSE(of("x").fresh(4000, 4999));
}

TEST_F(EvidenceTest, OfBothSidesTheOlderCountsOfEitherTheNewer) {
  sample("x", "a", 1000), sample("y", "a", 5000);
  EXPECT_EQ(of("x / y").newest_ms(6000), 1000);
  EXPECT_EQ(of("x or y").newest_ms(6000), 5000);
  EXPECT_EQ(of("x / z").newest_ms(6000), std::nullopt);
  EXPECT_EQ(of("x or z").newest_ms(6000), 1000);
  EXPECT_FALSE(of("x / y").fresh(2000, 6000));
  EXPECT_TRUE(of("x or y").fresh(2000, 6000));
  EXPECT_EQ(of("1").newest_ms(6000), std::nullopt);
  EXPECT_TRUE(of("1").present(6000));  // nothing is needed
}

TEST_F(EvidenceTest, ARangeIsCoveredWhenItsWindowHasBegunWithASample) {
  for (int64_t ms = 0; ms <= 120'000; ms += 10'000) sample("x", "a", ms);
  EXPECT_TRUE(of("rate(x[1m])").covered(115'000, 120'000));   // saved samples reach back
  EXPECT_FALSE(of("rate(x[5m])").covered(115'000, 120'000));  // they do not
  EXPECT_TRUE(of("rate(x[5m])").covered(-180'000, 120'000));  // it was watched as long as that
  EXPECT_TRUE(of("x").covered(115'000, 120'000));
  EXPECT_FALSE(of("x").covered(120'000, 130'000));  // nothing since
}

TEST_F(EvidenceTest, NamesAtMostTenSamples) {
  alert_ = model::Labels{{"alertname", "A"}};
  for (int i = 0; i < 15; ++i) sample("x", "i" + std::to_string(i), 1000 + i, i);
  const model::Value samples = of("x or x").samples(2000);
  EXPECT_EQ(samples.as_list().size(), 10u);
  EXPECT_EQ(model::to_json(samples.as_list()[0]),
            R"({"series":"x{instance=\"i0\", job=\"j\"}","at_ms":1000,"value":0.0})");
  EXPECT_THAT(of("1").samples(2000).as_list(), IsEmpty());
}

// ---- what ticks write ----

class OutputsTest : public testing::Test {
 protected:
  std::string last(const model::Labels& labels) {
    series::Matchers matchers;
    for (const auto& [name, value] : labels) matchers.push_back({series::Matcher::Kind::kEqual, name, value});
    const auto found = head_.select(matchers);
    series::Point point;
    if (!found.ok() || found->empty() || !found->front()->last(-1, INT64_MAX, point)) return "none";
    return model::is_stale(point.value) ? "stale" : base::format_number(point.value);
  }
  const model::Labels a_{{"__name__", "r"}, {"x", "a"}}, b_{{"__name__", "r"}, {"x", "b"}};
  series::Head head_;
  Outputs outputs_;
};

TEST_F(OutputsTest, EndWhatIsNotWrittenAgain) {
  outputs_.write(head_, a_, 1000, 1), outputs_.write(head_, b_, 1000, 2);
  EXPECT_TRUE(outputs_.finish(head_, 1000).ok());
  outputs_.write(head_, a_, 2000, 3);
  EXPECT_TRUE(outputs_.finish(head_, 2000).ok());
  EXPECT_EQ(last(a_), "3");
  EXPECT_EQ(last(b_), "stale");
  EXPECT_TRUE(outputs_.finish(head_, 3000).ok());
  EXPECT_EQ(last(a_), "stale");
}

TEST_F(OutputsTest, TheSameSampleTwiceIsNoConflictAnotherIs) {
  head_.append(a_, 1000, 1);
  outputs_.write(head_, a_, 1000, 1);
  EXPECT_TRUE(outputs_.finish(head_, 1000).ok());
  head_.append(a_, 2000, 1);
  outputs_.write(head_, a_, 2000, 7);
  const base::Status other = outputs_.finish(head_, 2000);
  EXPECT_EQ(other.error().text, "duplicate sample for timestamp");
  EXPECT_EQ(other.error().fault, base::Fault::kConflict);
  head_.append(b_, 5000, 1);
  outputs_.write(head_, b_, 4000, 1);
  EXPECT_EQ(outputs_.finish(head_, 4000).error().text, "out of order sample");
  EXPECT_TRUE(outputs_.finish(head_, 6000).ok());  // said once
  EXPECT_EQ(last(b_), "1");                        // another's series is not ended
}

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
  const model::Entry entry = entry_of(change);
  EXPECT_EQ(entry.kind, "alert.firing");
  EXPECT_EQ(entry.actor, "rule/f/g/A/1");
  EXPECT_EQ(entry.subject, "alert/" + change.alert.labels.fingerprint_text());
  EXPECT_EQ(entry.correlation, base::Uuid{7});
  EXPECT_EQ(entry.run, "");
  EXPECT_EQ(model::to_json(entry.facts),
            R"({"rule_id":"f/g/A/1","key":")" + change.alert.key + R"(","fingerprint":")" +
                change.alert.labels.fingerprint_text() +
                R"(","episode":3,"state":"firing","fired":true,"count":1,"target":"","active_at_us":1000000,)"
                R"("causes":["9.1"]})");
  const model::Alert back = model::Alert::from_value(*model::parse_json(*entry.body));
  EXPECT_EQ(model::to_json(back.to_value()), model::to_json(change.alert.to_value()));
}

TEST(AlertRecords, EveryEndIsResolvedWhetherItFiredOrNot) {
  for (const model::AlertState state : {model::AlertState::kResolved, model::AlertState::kInactive}) {
    const model::Entry entry = entry_of(change_to(state, state == model::AlertState::kResolved));
    EXPECT_EQ(entry.kind, "alert.resolved");
    EXPECT_EQ(entry.facts["state"].as_string(), "resolved");
    EXPECT_EQ(entry.facts["fired"].as_bool(), state == model::AlertState::kResolved);
  }
}

TEST(AlertRecords, OneRowPerRuleAndKey) {
  model::Entry entry = entry_of(change_to(model::AlertState::kPending, false));
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
