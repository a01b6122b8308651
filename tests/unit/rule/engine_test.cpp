// Metric rules in the running engine: arrival and ticks, time, recording, ALERTS, errors, blindness.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(EngineTest, AnAlertFiresOnArrivalOfItsSample) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(1);
  EXPECT_THAT(changes(), IsEmpty());
  up(0);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
  up(1);
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
  EXPECT_EQ(engine_->counters().arrivals, 3u);
}

TEST_F(EngineTest, ABatchThatARuleDoesNotReadCostsNothing) {
  install("      - { alert: Down, expr: up == 0 }\n");
  batch({sample("cpu", 1)});
  EXPECT_EQ(engine_->counters().evaluations, 0u);
}

TEST_F(EngineTest, AnAlertSaysWhatItRestsOn) {
  install(
      "      - { alert: Down, expr: up == 0, labels: { severity: page }, annotations: { s: '{{ $labels.instance }} is "
      "{{ $value }}' } }\n");
  up(0);
  const model::Alert alert = only_alert();
  EXPECT_EQ(alert.rule_id, "r.yaml/g/Down/1");
  EXPECT_EQ(alert.labels,
            (model::Labels{{"alertname", "Down"}, {"instance", "a"}, {"job", "host"}, {"severity", "page"}}));
  EXPECT_EQ(alert.key, alert.labels.key());
  EXPECT_EQ(alert.annotations.get("s"), "a is 0");
  EXPECT_EQ(alert.episode, 1u);
  EXPECT_EQ(alert.fired_at, loop_.clock().wall());
  ASSERT_EQ(alert.causes.as_list().size(), 1u);
  EXPECT_EQ(alert.causes.as_list()[0]["series"].text(), "up{instance=\"a\", job=\"host\"}");
  EXPECT_EQ(alert.causes.as_list()[0]["value"].as_double(), 0);
  EXPECT_EQ(alert.causes.as_list()[0]["at_ms"].as_int(), kStart.ms());
  EXPECT_NE(alert.correlation, base::Uuid{});
}

TEST_F(EngineTest, EachEpisodeHasItsOwnNumberAndStory) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(0);
  const model::Alert first = only_alert();
  up(1), up(0);
  const model::Alert second = only_alert();
  EXPECT_EQ(second.episode, 2u);
  EXPECT_EQ(second.key, first.key);
  EXPECT_NE(second.correlation, first.correlation);
}

TEST_F(EngineTest, ForIsTimeInWhichTheConditionWasSeen) {
  install("      - { alert: Down, expr: up == 0, for: 20s }\n");
  up(0);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> pending"));
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));
  EXPECT_EQ(last_.fired_at - last_.active_at, base::seconds(20) + base::millis(2));
}

TEST_F(EngineTest, APauseIsNotTimeInWhichItWasSeen) {
  install("      - { alert: Down, expr: up == 0, for: 1m }\n");
  up(0);
  pass(base::minutes(10));  // the engine was stopped
  up(0);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> pending"));
  for (int i = 0; i < 4; ++i) pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));  // 2 intervals + 4 of them
}

TEST_F(EngineTest, ASetClockFiresNothingEarly) {
  install("      - { alert: Down, expr: up == 0, for: 1m }\n");
  up(0);
  pass(base::seconds(5));
  loop_.manual_clock().step_wall(kStart + base::hours(1));
  up(0);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> pending"));
}

TEST_F(EngineTest, APendingAlertEndsInactive) {
  install("      - { alert: Down, expr: up == 0, for: 20s }\n");
  up(0), up(1);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> pending", "Down pending -> inactive"));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EngineTest, TicksComeByThemselves) {
  install("      - { record: 'job:up', expr: sum by (job) (up) }\n      - { alert: Few, expr: 'job:up < 2' }\n");
  engine_->start();
  up(1);
  EXPECT_THAT(changes(), IsEmpty());  // what a rule above records is left to the tick
  pass(base::seconds(10));
  EXPECT_THAT(changes(), ElementsAre("Few inactive -> firing"));
  EXPECT_EQ(series("job:up"), "1");
  EXPECT_EQ(engine_->counters().ticks, 1u);
  pass(base::minutes(1));
  EXPECT_EQ(engine_->counters().ticks, 7u);
  engine_->stop();
  pass(base::minutes(1));
  EXPECT_EQ(engine_->counters().ticks, 7u);
}

TEST_F(EngineTest, TicksStayAtTheirMultiplesWhenTheClockIsSet) {
  install("      - { record: r, expr: '1' }\n");
  engine_->start();
  pass(base::seconds(10));
  loop_.manual_clock().step_wall(kStart + base::hours(1));
  pass(base::seconds(20));
  EXPECT_EQ(engine_->counters().ticks, 3u);
  EXPECT_GT(engine_->counters().missed_ticks, 300u);
}

TEST_F(EngineTest, ALateTickDoesNotSeeLessThanAnArrival) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(1);
  pass(base::seconds(5)), up(0);
  engine_->tick(loop_.clock().wall() - base::seconds(2));  // it was meant before the batch came
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
}

TEST_F(EngineTest, RecordedSeriesEndWithTheirSource) {
  install("      - { record: double, expr: 2 * cpu, labels: { by: reeve } }\n");
  batch({sample("cpu", 4)}), tick();
  EXPECT_EQ(series("double{by=\"reeve\",instance=\"a\"}"), "8");
  batch({sample("mem", 1)}), tick();
  EXPECT_EQ(series("double"), "stale");
}

TEST_F(EngineTest, AlertsAreSeriesOfTheTicks) {
  install("      - { alert: Down, expr: up == 0, for: 20s }\n");
  up(0);
  EXPECT_EQ(series("ALERTS"), "none");
  tick();
  EXPECT_EQ(series("ALERTS{alertname=\"Down\",alertstate=\"pending\",job=\"host\"}"), "1");
  EXPECT_EQ(series("ALERTS_FOR_STATE{alertname=\"Down\",job=\"host\"}"), "1700000000");
  for (int i = 0; i < 3; ++i) pass(base::seconds(10)), up(0), tick();
  EXPECT_EQ(series("ALERTS{alertstate=\"pending\"}"), "stale");
  EXPECT_EQ(series("ALERTS{alertstate=\"firing\"}"), "1");
  pass(base::seconds(10)), up(1), tick();
  EXPECT_EQ(series("ALERTS{alertstate=\"firing\"}"), "stale");
  EXPECT_EQ(series("ALERTS_FOR_STATE"), "stale");
}

TEST_F(EngineTest, TwoElementsOfOneAlertAreAProblem) {
  install("      - { alert: Hot, expr: temp > 9, labels: { sensor: any } }\n");
  batch({sample("temp", 10, {{"sensor", "1"}})});
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing"));
  const auto both = [&] { batch({sample("temp", 10, {{"sensor", "1"}}), sample("temp", 11, {{"sensor", "2"}})}); };
  both(), both();
  EXPECT_THAT(
      problems_,
      ElementsAre("r.yaml/g/Hot/1: vector contains metrics with the same labelset after applying alert labels"));
  EXPECT_THAT(changes(), IsEmpty());  // the states stay as they were
  batch({sample("temp", 10, {{"sensor", "1"}})});
  both();
  EXPECT_EQ(problems_.size(), 2u);  // told again after it was well
}

TEST_F(EngineTest, TheLimitIsAnErrorThatStartsNothing) {
  install("      - { alert: Hot, expr: temp > 9 }\n", "    limit: 1\n");
  batch({sample("temp", 10, {{"sensor", "1"}}), sample("temp", 11, {{"sensor", "2"}})});
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("exceeded limit of 1 with 2 alerts")));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(EngineTest, LabelsAreTemplatesToo) {
  install(
      "      - { alert: Hot, expr: temp > 9, labels: { level: '{{ if gt $value 20.0 }}high{{ else }}low{{ end }}' } "
      "}\n");
  batch({sample("temp", 10)});
  EXPECT_EQ(only_alert().labels.get("level"), "low");
  batch({sample("temp", 30)});  // another alert, as in Prometheus
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing", "Hot inactive -> firing", "Hot firing -> resolved"));
  EXPECT_EQ(only_alert().labels.get("level"), "high");
}

TEST_F(EngineTest, ATemplateThatFailsSaysSoAndTheAlertGoesOn) {
  install(
      "      - { alert: Down, expr: up == 0, annotations: { s: '{{ $labels.instance }} {{ index (query \"nothing\") 5 "
      "}}' } }\n");
  up(0);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
  EXPECT_THAT(std::string(only_alert().annotations.get("s")), HasSubstr("<error expanding template: "));
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("error expanding template of s: ")));
}

TEST_F(EngineTest, TemplatesMayAskForOtherSeries) {
  install(
      "      - { alert: Down, expr: up == 0, annotations: { s: '{{ with query \"load\" }}{{ . | first | value }}{{ end "
      "}} {{ $externalURL }}' } }\n");
  batch({sample("load", 7), sample("up", 0)});
  EXPECT_EQ(only_alert().annotations.get("s"), "7 http://reeve");
}

TEST_F(EngineTest, AnnotationsFollowTheValue) {
  install("      - { alert: Hot, expr: temp > 9, annotations: { s: 'at {{ $value }}' } }\n");
  batch({sample("temp", 10)}), batch({sample("temp", 12)});
  EXPECT_EQ(only_alert().annotations.get("s"), "at 12");
  EXPECT_EQ(only_alert().value, 12);
}

constexpr const char* kRemediation = "      - { alert: Down, expr: svc_up == 0, run: { runbook: x/y } }\n";

TEST_F(EngineTest, ABlindSourceDoesNotResolveWhatIsActedOn) {
  install(kRemediation);
  batch({sample("svc_up", 0)});
  batch({}, false);  // the collector died: all its series ended
  tick();
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
  batch({sample("svc_up", 1)});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(EngineTest, WithoutARemediationMissingDataResolvesAsInPrometheus) {
  install("      - { alert: Down, expr: svc_up == 0 }\n");
  batch({sample("svc_up", 0)}), batch({}, false);
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing", "Down firing -> resolved"));
}

TEST_F(EngineTest, AbsentFireFiresForWhatIsNotThere) {
  install("      - { alert: Gone, expr: 'svc_up{instance=\"a\",job=\"host\"} == 0', absent: fire }\n");
  tick();
  EXPECT_THAT(changes(), ElementsAre("Gone inactive -> firing"));
  EXPECT_EQ(only_alert().labels, (model::Labels{{"alertname", "Gone"}, {"instance", "a"}, {"job", "host"}}));
  batch({sample("svc_up", 1)});
  EXPECT_THAT(changes(), ElementsAre("Gone firing -> resolved"));
}

TEST_F(EngineTest, HysteresisEndsWhereResetSays) {
  install("      - { alert: Hot, expr: temp > 90, reset: temp < 80 }\n");
  for (const double temp : {95., 85., 89.}) batch({sample("temp", temp)});
  EXPECT_THAT(changes(), ElementsAre("Hot inactive -> firing"));
  batch({sample("temp", 79)});
  EXPECT_THAT(changes(), ElementsAre("Hot firing -> resolved"));
}

TEST_F(EngineTest, WhatTheEngineDisturbsDoesNotGoOnToFiring) {
  install("      - { alert: Stopped, expr: running == 0 }\n");
  muted_ = {"docker/local/1"};
  batch({sample("running", 0, {{"id", "1"}})});
  EXPECT_THAT(changes(), ElementsAre("Stopped inactive -> pending"));
  EXPECT_EQ(only_alert().target, "docker/local/1");
  muted_.clear();
  batch({sample("running", 0, {{"id", "1"}})});
  EXPECT_THAT(changes(), ElementsAre("Stopped pending -> firing"));
}

TEST_F(EngineTest, NeedsCountsTicks) {
  install("      - { alert: Down, expr: up == 0, needs: 2 of 3 }\n");
  up(0), tick(), up(0), up(0);
  EXPECT_THAT(changes(), IsEmpty());
  up(0), tick();
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> firing"));
}

TEST_F(EngineTest, SaysWhetherAnAlertFlaps) {
  install("      - { alert: Down, expr: up == 0, flapping: { high: 30, low: 20 } }\n");
  for (int i = 0; i < 9; ++i) up(i % 2), tick();
  EXPECT_TRUE(engine_->flapping(only_alert()));
  for (int i = 0; i < 20; ++i) up(0), tick();
  EXPECT_FALSE(engine_->flapping(only_alert()));
}

TEST_F(EngineTest, KnowsHowOldItsDataIs) {
  install("      - { alert: Slow, expr: a / on (instance) b > 2 }\n");
  batch({sample("a", 9), sample("b", 3)});
  const model::Alert alert = only_alert();
  pass(base::seconds(30));
  EXPECT_EQ(engine_->data_age(alert), base::seconds(30) + base::millis(1));
  batch({sample("a", 9)});  // b has ended
  EXPECT_EQ(engine_->data_age(alert), std::nullopt);
  model::Alert unknown;
  unknown.rule_id = "nobody";
  EXPECT_EQ(engine_->data_age(unknown), std::nullopt);
}

TEST_F(EngineTest, HasTheBuiltInRules) {
  make({.default_interval = base::seconds(10)});
  install("      - { alert: X, expr: x }\n");
  EXPECT_EQ(engine_->rules().groups.size(), 2u);
  up(0);
  pass(base::seconds(15)), up(0), pass(base::seconds(15)), up(0);
  EXPECT_THAT(changes(), ElementsAre("CollectorDown inactive -> pending", "CollectorDown pending -> firing"));
  model::Event event;
  event.type = "plugin.quarantined";
  event.labels = {{"job", "docker"}, {"instance", "local"}};
  engine_->on_event(event);
  event.type = "plugin.recovered";
  engine_->on_event(event);
  EXPECT_THAT(changes(), ElementsAre("PluginQuarantined inactive -> firing", "PluginQuarantined firing -> resolved"));
}

}  // namespace
}  // namespace reeve::rule
