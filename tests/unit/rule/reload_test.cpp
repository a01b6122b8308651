// What survives: a reload that changes some rules, and a restart with the alerts of the ledger.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kDown = "      - { alert: Down, expr: up == 0, for: 20s }\n";

TEST_F(EngineTest, AReloadKeepsWhatMeansTheSame) {
  install(kDown);
  up(0), pass(base::seconds(10)), up(0);
  EXPECT_THAT(install("      - { record: r, expr: '1' }\n"
                      "      - { alert: Down, expr: 'up  ==  0', for: 30s, annotations: { s: new } }\n"),
              IsEmpty());
  EXPECT_THAT(changes(), ElementsAre("Down inactive -> pending"));
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(only_alert().annotations.get("s"), "new");
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));
}

TEST_F(EngineTest, ALongerForLeavesAFiringAlertFiring) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(0);
  install("      - { alert: Down, expr: up == 0, for: 1h }\n");
  up(0);
  EXPECT_EQ(only_alert().state, model::AlertState::kFiring);
  EXPECT_EQ(only_alert().episode, 1u);
}

TEST_F(EngineTest, AReloadEndsWhatMeansSomethingElse) {
  install("      - { alert: Down, expr: up == 0 }\n      - { alert: Died, on: docker.die }\n");
  up(0), tick();
  engine_->on_event(die());
  changes();
  pass(base::seconds(1));
  const std::vector<std::string> said = install("      - { alert: Down, expr: up < 1 }\n");
  EXPECT_THAT(said, testing::UnorderedElementsAre(HasSubstr("r.yaml/g/Down/1: 1 active alert dropped"),
                                                  HasSubstr("r.yaml/g/Died/1: 1 active alert dropped")));
  EXPECT_THAT(changes(), testing::UnorderedElementsAre("Down firing -> resolved", "Died firing -> resolved"));
  EXPECT_EQ(series("ALERTS"), "stale");
  up(0);
  EXPECT_EQ(only_alert().episode, 2u);
}

TEST_F(EngineTest, AReloadKeepsTicking) {
  install(kDown);
  engine_->start();
  install("      - { record: r, expr: '1' }\n");
  pass(base::seconds(10));
  EXPECT_EQ(series("r"), "1");
}

// An engine that starts after another has ended.
class Restart : public EngineTest {
 protected:
  void restart(const std::string& rules, const std::vector<model::Alert>& alerts) {
    make();
    install(rules);
    engine_->restore(alerts);
    changes();
  }
};

TEST_F(Restart, AnAlertGoesOnWithItsEpisodeAndStory) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(0);
  const model::Alert before = only_alert();
  restart("      - { alert: Down, expr: up == 0 }\n", {before});
  EXPECT_TRUE(only_alert().warming);
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(only_alert().episode, 1u);
  EXPECT_EQ(only_alert().correlation, before.correlation);
  EXPECT_FALSE(only_alert().warming);
}

TEST_F(Restart, AnEmptyAnswerResolvesNothingUntilItsDataIsBack) {
  install("      - { alert: Down, expr: svc == 0 }\n");
  batch({sample("svc", 0)});
  const model::Alert before = only_alert();
  batch({}, false);
  restart("      - { alert: Down, expr: svc == 0 }\n", {before});
  tick();
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(1));
  batch({sample("svc", 1)});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(Restart, ARangeWarmsUntilItIsCovered) {
  const std::string rules = "      - { alert: Errors, expr: 'increase(errors[1m]) > 5' }\n";
  model::Alert alert;
  alert.rule_id = "r.yaml/g/Errors/1";
  alert.labels = {{"alertname", "Errors"}, {"instance", "a"}, {"job", "host"}};
  alert.key = alert.labels.key();
  alert.state = model::AlertState::kFiring;
  alert.episode = 3;
  restart(rules, {alert});
  for (int i = 0; i < 5; ++i) {
    pass(base::seconds(10)), batch({sample("errors", 0)});
    EXPECT_TRUE(only_alert().warming) << i;
  }
  pass(base::seconds(11)), batch({sample("errors", 0)});
  EXPECT_THAT(changes(), ElementsAre("Errors firing -> resolved"));
}

TEST_F(Restart, SavedSeriesCoverARange) {
  const std::string rules = "      - { alert: Errors, expr: 'increase(errors[1m]) > 5' }\n";
  install(rules);
  for (int i = 0; i < 8; ++i) pass(base::seconds(10)), batch({sample("errors", 10. * i)});
  const model::Alert before = only_alert();
  restart(rules, {before});  // the series are still there
  pass(base::seconds(10)), batch({sample("errors", 80)});
  EXPECT_FALSE(only_alert().warming);
}

TEST_F(Restart, APendingAlertKeepsTheTimeThatItsSeriesShow) {
  install(kDown);
  up(0), tick();
  pass(base::seconds(10)), up(0), tick();
  const model::Alert before = only_alert();
  pass(base::minutes(30));  // nobody watched
  restart(kDown, {before});
  up(0);
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));
}

TEST_F(Restart, AStepOfTheClockIsNoTimeInWhichAPendingAlertWasSeen) {
  const std::string rules = "      - { alert: Down, expr: up == 0, for: 10m }\n";
  install(rules);
  up(0), tick();
  loop_.manual_clock().step_wall(loop_.clock().wall() + base::hours(1));
  for (int i = 0; i < 3; ++i) pass(base::seconds(10)), up(0), tick();
  restart(rules, {only_alert()});
  up(0);
  EXPECT_THAT(changes(), IsEmpty());
  for (int i = 0; i < 54; ++i) pass(base::seconds(10)), up(0), tick();
  EXPECT_THAT(changes(), IsEmpty());
  for (int i = 0; i < 5; ++i) pass(base::seconds(10)), up(0), tick();
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));
}

TEST_F(Restart, APendingAlertKeepsItsTimeThoughItsSeriesWereCutShort) {
  const std::string rules = "      - { alert: Down, expr: up == 0, for: 1h }\n";
  model::Alert before;
  before.rule_id = "r.yaml/g/Down/1";
  before.labels = {{"alertname", "Down"}, {"instance", "a"}, {"job", "host"}};
  before.key = before.labels.key();
  before.state = model::AlertState::kPending;
  before.episode = 1;
  before.active_at = kStart - base::minutes(55);
  model::Labels series = before.labels;
  series.set("__name__", "ALERTS");
  series.set("alertstate", "pending");
  for (int minute = 15; minute > 0; --minute)  // of the last quarter of an hour only
    head_.append(series, (kStart - base::minutes(minute)).ms(), 1);
  restart("      - { alert: Down, expr: up == 0, for: 1h }\n", {before});
  up(0);
  EXPECT_THAT(changes(), IsEmpty());
  for (int i = 0; i < 150; ++i) pass(base::seconds(10)), up(0);
  EXPECT_THAT(changes(), ElementsAre("Down pending -> firing"));
}

TEST_F(Restart, AnAlertThatNeedsSeveralTicksDoesNotEndForWantOfHistory) {
  const std::string rules = "      - { alert: Down, expr: up == 0, needs: 3 of 5 }\n";
  install(rules);
  for (int i = 0; i < 3; ++i) pass(base::seconds(10)), up(0), tick();
  const model::Alert before = only_alert();
  restart(rules, {before});
  for (int i = 0; i < 3; ++i) pass(base::seconds(10)), up(0), tick();
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(only_alert().episode, 1u);
  for (int i = 0; i < 2; ++i) pass(base::seconds(10)), up(1), tick();
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(10)), up(1), tick();
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(Restart, HysteresisGoesOnWhereItWas) {
  const std::string rules = "      - { alert: Hot, expr: temp > 90, reset: temp < 80 }\n";
  install(rules);
  batch({sample("temp", 95)});
  restart(rules, {only_alert()});
  pass(base::seconds(10)), batch({sample("temp", 85)});
  EXPECT_THAT(changes(), IsEmpty());
  batch({sample("temp", 79)});
  EXPECT_THAT(changes(), ElementsAre("Hot firing -> resolved"));
}

TEST_F(Restart, WhatIsKeptFiringIsKeptTheWholeTimeAgain) {
  const std::string rules = "      - { alert: Down, expr: up == 0, keep_firing_for: 1m }\n";
  install(rules);
  up(0);
  for (int i = 0; i < 5; ++i) pass(base::seconds(10)), up(1);
  restart(rules, {only_alert()});
  for (int i = 0; i < 6; ++i) pass(base::seconds(10)), up(1);
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(10)), up(1);
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(Restart, ALongPauseIsNotTimeThatWasSeen) {
  install(kDown);
  up(0), tick();
  const model::Alert before = only_alert();
  pass(base::hours(3));
  restart(kDown, {before});
  up(0);
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(only_alert().active_at, before.active_at);
}

TEST_F(Restart, AnAlertOfTheFutureIsStillOne) {
  install("      - { alert: Down, expr: up == 0 }\n");
  up(0);
  model::Alert before = only_alert();
  before.active_at = before.fired_at = loop_.clock().wall() + base::hours(10);  // the clock was set back meanwhile
  restart("      - { alert: Down, expr: up == 0 }\n", {before});
  pass(base::seconds(10)), up(0);
  EXPECT_EQ(only_alert().episode, 1u);
  up(1);
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(Restart, TwoAlertsOfOneRuleKeepTheirOwnEpisodes) {
  install("      - { alert: Hot, expr: temp > 9 }\n");
  const auto both = [&](double a, double b) {
    pass(base::seconds(1));
    batch({sample("temp", a, {{"sensor", "1"}}), sample("temp", b, {{"sensor", "2"}})});
  };
  both(10, 1), both(1, 10), both(10, 10);
  const std::vector<model::Alert> before = engine_->alerts();
  restart("      - { alert: Hot, expr: temp > 9 }\n", before);
  both(10, 10);
  std::map<std::string, uint64_t> episodes;
  for (const model::Alert& alert : engine_->alerts()) episodes[std::string(alert.labels.get("sensor"))] = alert.episode;
  EXPECT_EQ(episodes, (std::map<std::string, uint64_t>{{"1", 2}, {"2", 1}}));
}

TEST_F(Restart, EpisodesAreCountedOn) {
  model::Alert over;
  over.rule_id = "r.yaml/g/Down/1";
  over.labels = {{"alertname", "Down"}, {"instance", "a"}, {"job", "host"}};
  over.key = over.labels.key();
  over.state = model::AlertState::kResolved;
  over.episode = 41;
  restart("      - { alert: Down, expr: up == 0 }\n", {over});
  EXPECT_THAT(engine_->alerts(), IsEmpty());
  up(0);
  EXPECT_EQ(only_alert().episode, 42u);
}

TEST_F(Restart, AnAlertWhoseRuleIsGoneEnds) {
  model::Alert orphan;
  orphan.rule_id = "old.yaml/g/Down/1";
  orphan.labels = {{"alertname", "Down"}};
  orphan.key = orphan.labels.key();
  orphan.state = model::AlertState::kFiring;
  orphan.episode = 1;
  make();
  install(kDown);
  engine_->restore({orphan});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
  EXPECT_EQ(last_.rule_id, "old.yaml/g/Down/1");
}

TEST_F(Restart, AnEventAlertGoesOnAndEndsWithItsUntil) {
  const std::string rules = "      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n";
  install(rules);
  engine_->on_event(die());
  // Through the ledger's form and back.
  const model::Alert before = model::Alert::from_value(only_alert().to_value());
  restart(rules, {before});
  EXPECT_FALSE(only_alert().warming);
  pass(base::seconds(1));
  engine_->on_event(die());
  EXPECT_EQ(only_alert().count, 2u);
  engine_->on_event(event("docker.start"));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

}  // namespace
}  // namespace reeve::rule
