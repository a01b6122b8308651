// Groups on the loop: intervals of their own, recorded series between them, offsets, limits, what comes late.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class GroupsTest : public EngineTest {
 protected:
  std::vector<std::string> install_groups(const std::string& groups) {
    auto set = read("groups:\n" + groups, "r.yaml", base::seconds(10));
    EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().text);
    return set.ok() ? engine_->install(*std::move(set)) : std::vector<std::string>{};
  }
  /// How often the series was written: the distinct times of its samples, `every` apart.
  size_t points(const std::string& name) {
    const auto found = head_.select({{series::Matcher::Kind::kEqual, "__name__", name}});
    if (!found.ok() || found->empty()) return 0;
    size_t count = 0;
    int64_t before = INT64_MAX;
    series::Point point;
    while (found->front()->last(-1, before, point)) {
      ++count;
      before = point.ms - 1;
    }
    return count;
  }
};

TEST_F(GroupsTest, EachTicksAtItsOwnInterval) {
  install_groups(
      "  - { name: fast, interval: 5s, rules: [{ record: fast, expr: '1' }] }\n"
      "  - { name: slow, interval: 30s, rules: [{ record: slow, expr: '2' }] }\n"
      "  - { name: usual, rules: [{ record: usual, expr: '3' }] }\n");
  engine_->start();
  pass(base::minutes(1));
  EXPECT_EQ(points("fast"), 12u);
  EXPECT_EQ(points("slow"), 2u);
  EXPECT_EQ(points("usual"), 6u);
  EXPECT_EQ(engine_->counters().ticks, 20u);
  EXPECT_EQ(engine_->counters().missed_ticks, 0u);
}

TEST_F(GroupsTest, ForCountsTheIntervalOfItsGroup) {
  install_groups(
      "  - { name: fast, interval: 5s, rules: [{ alert: Fast, expr: svc == 0, for: 30s }] }\n"
      "  - { name: slow, interval: 1m, rules: [{ alert: Slow, expr: svc == 0, for: 30s }] }\n");
  batch({sample("svc", 0)});
  changes();
  pass(base::minutes(5));  // no batch any more, and nobody ticks: nothing was seen
  batch({sample("svc", 0)});
  EXPECT_THAT(changes(), ElementsAre("Slow pending -> firing"));  // two of its minutes at most, ten of Fast's seconds
  for (int i = 0; i < 3; ++i) pass(base::seconds(5)), batch({sample("svc", 0)});
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(5)), batch({sample("svc", 0)});
  EXPECT_THAT(changes(), ElementsAre("Fast pending -> firing"));
}

TEST_F(GroupsTest, RulesOfAGroupSeeWhatTheOnesAboveRecorded) {
  install_groups(
      "  - name: g\n    rules:\n"
      "      - { record: a, expr: 'cpu * 2' }\n      - { record: b, expr: 'a + 1' }\n"
      "      - { alert: Hot, expr: b > 10 }\n");
  batch({sample("cpu", 5)});
  EXPECT_THAT(changes(), IsEmpty());  // not on arrival: it would see half
  tick();
  EXPECT_EQ(series("b"), "11");
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing"));
}

TEST_F(GroupsTest, RecordedSeriesOfAnotherGroupArriveLikeAnyOther) {
  install_groups(
      "  - { name: one, rules: [{ record: a, expr: cpu * 2 }] }\n"
      "  - { name: two, rules: [{ alert: Hot, expr: a > 9 }] }\n");
  batch({sample("cpu", 5)});
  EXPECT_THAT(changes(), IsEmpty());
  tick();
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing"));
}

TEST_F(GroupsTest, RecordedLabelsAreTextNotTemplates) {
  install_groups(
      "  - { name: g, labels: { team: x }, rules: [{ record: a, expr: cpu, labels: { how: '{{ $value }}', instance: '' "
      "} "
      "}] }\n");
  batch({sample("cpu", 5)}), tick();
  EXPECT_EQ(series("a{how=\"{{ $value }}\",team=\"x\",instance=\"\"}"), "5");
}

TEST_F(GroupsTest, ALimitOfRecordedSeriesIsAnErrorThatWritesNothing) {
  install_groups("  - { name: g, limit: 1, rules: [{ record: a, expr: temp }, { record: b, expr: 'count(temp)' }] }\n");
  batch({sample("temp", 1, {{"sensor", "1"}}), sample("temp", 2, {{"sensor", "2"}})}), tick();
  EXPECT_THAT(problems_, ElementsAre("r.yaml/g/a/1: exceeded limit of 1 with 2 series"));
  EXPECT_EQ(series("a"), "none");
  EXPECT_EQ(series("b"), "2");  // the others go on
  EXPECT_EQ(engine_->counters().failures, 1u);
}

TEST_F(GroupsTest, TheLimitCountsWhatIsOnlyKeptFiring) {
  install_groups("  - { name: g, limit: 2, rules: [{ alert: Hot, expr: temp > 9, keep_firing_for: 1m }] }\n");
  const auto sensor = [](const char* n, double value) { return sample("temp", value, {{"sensor", n}}); };
  batch({sensor("1", 10), sensor("2", 10)});
  batch({sensor("1", 1), sensor("2", 1), sensor("3", 10)});
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("exceeded limit of 2 with 3 alerts")));
  EXPECT_THAT(engine_->alerts(), SizeIs(2));
}

TEST_F(GroupsTest, AQueryOffsetLooksBack) {
  install_groups(
      "  - { name: g, query_offset: 30s, rules: [{ record: a, expr: cpu }, { alert: Hot, expr: cpu > 5 }] }\n");
  batch({sample("cpu", 9)});
  EXPECT_THAT(changes(), IsEmpty());
  tick();
  EXPECT_EQ(series("a"), "none");
  pass(base::seconds(30)), tick();
  EXPECT_EQ(series("a"), "9");
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing"));
  EXPECT_EQ(last_.fired_at, loop_.clock().wall());
}

TEST_F(GroupsTest, EvaluateTickLeavesArrivalsAlone) {
  install_groups("  - { name: g, evaluate: tick, rules: [{ alert: Down, expr: up == 0 }] }\n");
  up(0);
  EXPECT_THAT(changes(), IsEmpty());
  tick();
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
  EXPECT_EQ(engine_->counters().arrivals, 0u);
}

TEST_F(GroupsTest, AGroupWithoutRulesTicksForNothing) {
  install_groups("  - { name: empty }\n  - { name: g, rules: [{ record: a, expr: '1' }] }\n");
  engine_->start();
  pass(base::seconds(30));
  EXPECT_EQ(points("a"), 3u);
}

TEST_F(GroupsTest, TwoRulesThatRecordOneSeriesAreAProblem) {
  install_groups("  - { name: g, rules: [{ record: a, expr: '1' }, { record: a, expr: '2' }] }\n");
  tick();
  EXPECT_THAT(problems_, ElementsAre("r.yaml/g/a/2: duplicate sample for timestamp"));
  EXPECT_EQ(series("a"), "1");
}

TEST_F(GroupsTest, AnExpressionThatFailsLeavesTheStatesAndIsToldOnce) {
  install_groups("  - { name: g, rules: [{ alert: Bad, expr: 'a / on (job) b > 0' }] }\n");
  batch({sample("a", 1), sample("b", 1)});
  EXPECT_THAT(changes(), ElementsAre("Bad inactive -> firing"));
  const auto many = [&] { batch({sample("a", 1), sample("b", 1), sample("b", 2, {{"x", "2"}})}); };
  many(), many(), many();
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("r.yaml/g/Bad/1: ")));
  EXPECT_EQ(only_alert().state, model::AlertState::kFiring);
  EXPECT_EQ(engine_->counters().failures, 3u);
}

TEST_F(GroupsTest, TicksMissedWhileTheMachineSleptAreCounted) {
  install_groups("  - { name: g, rules: [{ record: a, expr: '1' }] }\n");
  engine_->start();
  pass(base::seconds(10));
  EXPECT_EQ(engine_->counters().ticks, 1u);
  loop_.manual_clock().advance(base::seconds(95));  // no timer ran meanwhile
  loop_.run();
  EXPECT_EQ(engine_->counters().ticks, 2u);
  EXPECT_EQ(engine_->counters().missed_ticks, 8u);
  pass(base::seconds(10));
  EXPECT_EQ(engine_->counters().ticks, 3u);
  EXPECT_EQ(points("a"), 3u);
}

TEST_F(GroupsTest, AClockThatIsSetBackTicksOn) {
  install_groups("  - { name: g, rules: [{ record: a, expr: '1' }] }\n");
  engine_->start();
  pass(base::seconds(20));
  loop_.manual_clock().step_wall(kStart - base::hours(1));
  pass(base::seconds(30));
  EXPECT_EQ(engine_->counters().ticks, 5u);
  EXPECT_EQ(engine_->counters().missed_ticks, 0u);
}

TEST_F(GroupsTest, StoppedItDoesNothingStartedItGoesOn) {
  install_groups("  - { name: g, rules: [{ alert: Died, on: docker.die, by: [id], keep: 1m }] }\n");
  engine_->start();
  engine_->on_event(die());
  engine_->stop();
  pass(base::minutes(5));
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  engine_->start();
  pass(base::seconds(10));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

// ---- ALERTS ----

TEST_F(GroupsTest, AlertsSeriesTellTheStateOfEachTick) {
  install_groups(
      "  - { name: g, rules: [{ alert: Down, expr: up == 0, for: 20s, keep_firing_for: 10s, labels: { severity: page } "
      "}] "
      "}\n");
  std::vector<std::string> seen;
  const auto at = [&](double value) {
    pass(base::seconds(10)), up(value), tick();
    seen.push_back(series("ALERTS{alertstate=\"pending\",severity=\"page\"}") + " " +
                   series("ALERTS{alertstate=\"firing\",severity=\"page\"}"));
  };
  at(1), at(0), at(0), at(0), at(1), at(1), at(1);
  EXPECT_THAT(seen, ElementsAre("none none", "1 none", "1 none", "stale 1", "stale 1", "stale stale", "stale stale"));
}

TEST_F(GroupsTest, EventAlertsAreNoSeries) {
  install_groups("  - { name: g, rules: [{ alert: Died, on: docker.die, by: [id] }] }\n");
  engine_->on_event(die());
  tick();
  EXPECT_EQ(series("ALERTS"), "none");
}

TEST_F(GroupsTest, ARuleMayReadTheAlertsOfTheOneAbove) {
  install_groups(
      "  - name: g\n    rules:\n      - { alert: Down, expr: up == 0 }\n"
      "      - { alert: Many, expr: 'count(ALERTS{alertname=\"Down\"}) > 0' }\n");
  up(0), tick();
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing", "Many inactive -> firing"));
}

// ---- reload between them ----

TEST_F(GroupsTest, ARuleThatMovesToAnotherGroupIsAnother) {
  install_groups("  - { name: one, rules: [{ alert: Down, expr: up == 0 }] }\n");
  up(0);
  changes();
  EXPECT_THAT(install_groups("  - { name: two, rules: [{ alert: Down, expr: up == 0 }] }\n"),
              ElementsAre("r.yaml/one/Down/1: 1 active alert dropped: the rule is gone or means something else"));
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(GroupsTest, AnotherIntervalOrOrderKeepsTheStates) {
  install_groups("  - { name: g, rules: [{ alert: A, expr: up == 0 }, { alert: B, expr: up == 0, for: 1h }] }\n");
  up(0);
  changes();
  EXPECT_THAT(install_groups("  - { name: other, rules: [] }\n"
                             "  - { name: g, interval: 3s, limit: 9, rules: [{ alert: B, expr: up == 0, for: 1h }, "
                             "{ record: r, expr: '1' }, { alert: A, expr: up == 0 }] }\n"),
              IsEmpty());
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(engine_->alerts(), SizeIs(2));
}

TEST_F(GroupsTest, AReloadDuringATickLosesNoTick) {
  install_groups("  - { name: g, rules: [{ record: a, expr: '1' }] }\n");
  engine_->start();
  for (int i = 0; i < 15; ++i) {
    install_groups("  - { name: g, rules: [{ record: a, expr: '1' }] }\n");
    pass(base::seconds(4));
  }
  EXPECT_EQ(points("a"), 6u);
}

TEST_F(GroupsTest, AnEmptySetEndsEverything) {
  install_groups("  - { name: g, rules: [{ alert: Down, expr: up == 0 }, { record: a, expr: '1' }] }\n");
  up(0), tick();
  changes();
  pass(base::seconds(1));
  EXPECT_THAT(engine_->install({}), SizeIs(1));
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
  EXPECT_EQ(series("a"), "stale");
  EXPECT_EQ(series("ALERTS"), "stale");
  EXPECT_EQ(engine_->find("r.yaml/g/Down/1"), nullptr);
}

TEST_F(GroupsTest, ANewIntervalIsThatOfTheBuiltInRulesTooAndStays) {
  make({.default_interval = base::seconds(10)});
  const auto interval = [this] { return engine_->rules().groups.back().interval; };
  RuleSet set;
  engine_->install(set);
  EXPECT_EQ(interval(), base::seconds(10));
  set.default_interval = base::seconds(1);
  engine_->install(set);
  EXPECT_EQ(interval(), base::seconds(1));
  engine_->install({});
  EXPECT_EQ(interval(), base::seconds(1));
}

}  // namespace
}  // namespace reeve::rule
