// Episodes of event rules: how long they last, how they are counted and named, and how a restart finds them.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EventEpisode : public EngineTest {
 protected:
  static constexpr const char* kUntilStart = "      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n";
  void die_of(const std::string& id, int exit_code = 137) {
    engine_->on_event(event("docker.die", Value::map().set("exit_code", exit_code), id));
  }
  void start_of(const std::string& id) { engine_->on_event(event("docker.start", Value::map(), id)); }
};

TEST_F(EventEpisode, CountsOnWhereTheCausesEnd) {
  install(kUntilStart);
  for (int i = 0; i < 130; ++i) engine_->on_event(die());
  EXPECT_EQ(only_alert().count, 130u);
  EXPECT_THAT(only_alert().causes.as_list(), SizeIs(100));
}

TEST_F(EventEpisode, TheEndTellsTheCount) {
  install(kUntilStart);
  for (int i = 0; i < 3; ++i) engine_->on_event(die());
  start_of("3f2a");
  EXPECT_EQ(last_.state, model::AlertState::kResolved);
  EXPECT_EQ(last_.count, 3u);
  EXPECT_EQ(last_.resolved_at, loop_.clock().wall());
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EventEpisode, WithoutUntilAnEpisodeEndsAfterAQuarterOfAnHour) {
  install("      - { alert: Died, on: docker.die, by: [id] }\n");
  engine_->on_event(die());
  pass(base::minutes(15) - base::millis(1));
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
  pass(base::millis(1));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EventEpisode, WithUntilOnlyThatEndsIt) {
  install(kUntilStart);
  engine_->on_event(die());
  pass(base::hours(240));
  EXPECT_EQ(only_alert().state, model::AlertState::kFiring);
}

TEST_F(EventEpisode, UntilAndKeepWhicheverComesFirst) {
  install("      - { alert: Oom, on: docker.oom, by: [id], until: docker.start, keep: 1m }\n");
  engine_->on_event(event("docker.oom"));
  start_of("3f2a");
  EXPECT_THAT(changes(), ElementsAre("Oom inactive -> firing", "Oom firing -> resolved"));
  engine_->on_event(event("docker.oom"));
  pass(base::minutes(1));
  EXPECT_THAT(changes(), ElementsAre("Oom inactive -> firing", "Oom firing -> resolved"));
}

TEST_F(EventEpisode, KeepsOfManyAlertsEndEachAtItsTime) {
  install("      - { alert: Died, on: docker.die, by: [id], keep: 1m }\n");
  for (const char* id : {"a", "b", "c"}) {
    die_of(id);
    pass(base::seconds(10));
  }
  die_of("a");  // the first one is now the last
  std::vector<size_t> left;
  for (int i = 0; i < 7; ++i) {
    left.push_back(engine_->alerts().size());
    pass(base::seconds(10));
  }
  EXPECT_THAT(left, ElementsAre(3, 3, 3, 3, 2, 1, 0));
}

TEST_F(EventEpisode, KeepIsMeasuredInBootTime) {
  install("      - { alert: Died, on: docker.die, by: [id], keep: 1m }\n");
  engine_->on_event(die());
  loop_.manual_clock().step_wall(kStart + base::hours(5));
  pass(base::seconds(59));
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
  loop_.manual_clock().step_wall(kStart - base::hours(5));
  pass(base::seconds(1));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EventEpisode, ByIsTheIdentity) {
  install("      - { alert: Died, on: docker.die, by: [exit_code, id, nothing] }\n");
  die_of("a", 1), die_of("a", 137), die_of("b", 137), die_of("a", 137);
  std::map<std::string, uint64_t> counts;
  for (const model::Alert& alert : engine_->alerts()) counts[alert.labels.text()] = alert.count;
  EXPECT_THAT(counts, ElementsAre(std::pair("{alertname=\"Died\", exit_code=\"1\", id=\"a\"}", 1),
                                  std::pair("{alertname=\"Died\", exit_code=\"137\", id=\"a\"}", 2),
                                  std::pair("{alertname=\"Died\", exit_code=\"137\", id=\"b\"}", 1)));
}

TEST_F(EventEpisode, WhatIsBothBeginAndEndIsABegin) {
  install("      - { alert: Died, on: docker.die, by: [id], until: 'docker.die{exit_code=\"0\"}' }\n");
  die_of("a", 0);
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  die_of("a", 0);
  EXPECT_EQ(only_alert().count, 2u);
}

TEST_F(EventEpisode, ARuleMayNotRenameItsAlert) {
  install("      - { alert: Died, on: docker.die, by: [id], labels: { alertname: Other, id: fixed } }\n");
  die_of("a");
  EXPECT_EQ(only_alert().labels.text(), "{alertname=\"Died\", id=\"fixed\"}");
  die_of("b");  // another identity, whatever its label says
  EXPECT_THAT(engine_->alerts(), SizeIs(2));
}

TEST_F(EventEpisode, ATextThatFailsSaysSoAndIsAProblemOnce) {
  install(
      "      - { alert: Died, on: docker.die, by: [id], annotations: { s: '{{ index (query \"x\") 3 }}', t: '{{ "
      "$labels.exit_code }} {{ $value }}' } }\n");
  die_of("a");
  EXPECT_THAT(std::string(only_alert().annotations.get("s")), HasSubstr("<error expanding template: "));
  EXPECT_EQ(only_alert().annotations.get("t"), "137 1");
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("r.yaml/g/Died/1: error expanding template of s: ")));
  die_of("b");
  EXPECT_THAT(problems_, SizeIs(1));
}

TEST_F(EventEpisode, TheGroupsLimitBoundsAFloodOfIdentities) {
  install("      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n", "    limit: 3\n");
  for (int i = 0; i < 50; ++i) die_of("id " + std::to_string(i));
  EXPECT_THAT(engine_->alerts(), SizeIs(3));
  EXPECT_THAT(problems_, ElementsAre("r.yaml/g/Died/1: exceeded limit of 3 with 4 alerts"));
  die_of("id 1");  // those that are known count on
  EXPECT_EQ(engine_->alerts()[1].count, 2u);
  start_of("id 0");
  die_of("id 40");
  EXPECT_THAT(engine_->alerts(), SizeIs(3));
}

TEST_F(EventEpisode, AFieldIsALabelThereUnlessALabelHasItsName) {
  install(
      "      - { alert: Died, on: 'docker.die{name=\"web\"}', by: [name], annotations: { s: '{{ $labels.name }}' } "
      "}\n");
  engine_->on_event(event("docker.die", Value::map().set("name", "from the fields")));
  EXPECT_EQ(only_alert().annotations.get("s"), "web");
}

TEST_F(EventEpisode, TheAgeOfItsDataIsThatOfTheLastMatch) {
  install(kUntilStart);
  engine_->on_event(die());
  pass(base::seconds(20));
  engine_->on_event(die());
  pass(base::seconds(5));
  const model::Alert alert = only_alert();
  EXPECT_EQ(engine_->data_age(alert), base::seconds(5));
  start_of("3f2a");
  pass(base::seconds(5));
  EXPECT_EQ(engine_->data_age(alert), base::seconds(30));  // of the event that it still carries
}

TEST_F(EventEpisode, AnEventThatNoRuleNamesIsOnlyCounted) {
  install(kUntilStart);
  engine_->on_event(event("docker.pause"));
  engine_->on_event(event("docker.start"));
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_EQ(engine_->counters().events, 2u);
  EXPECT_EQ(engine_->counters().transitions, 0u);
}

// ---- restored after a restart ----

class EventRestart : public EventEpisode {
 protected:
  /// As they come out of the ledger.
  std::vector<model::Alert> before() {
    std::vector<model::Alert> out;
    for (const model::Alert& alert : engine_->alerts()) out.push_back(model::Alert::from_value(alert.to_value()));
    return out;
  }
  void restart(const std::string& rules, const std::vector<model::Alert>& alerts) {
    make();
    install(rules);
    engine_->restore(alerts);
  }
};

TEST_F(EventRestart, KeepBeginsAnew) {
  const std::string rules = "      - { alert: Died, on: docker.die, by: [id], keep: 1m }\n";
  install(rules);
  engine_->on_event(die());
  changes();
  pass(base::seconds(50));
  restart(rules, before());
  pass(base::seconds(59));
  EXPECT_THAT(changes(), IsEmpty());
  pass(base::seconds(1));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

TEST_F(EventRestart, TheEndIsKnownByItsFirstEvent) {
  const std::string rules = "      - { alert: Died, on: docker.die, until: docker.start }\n";
  install(rules);
  die_of("a"), die_of("b");
  changes();
  restart(rules, before());
  start_of("b");
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
  EXPECT_EQ(only_alert().labels.get("id"), "a");
}

TEST_F(EventRestart, AnEventAlertOfARuleThatBecameAMetricRuleEnds) {
  install("      - { alert: Died, on: docker.die, by: [id] }\n");
  engine_->on_event(die());
  changes();
  restart("      - { alert: Died, expr: died > 0 }\n", before());
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EventRestart, AMetricAlertOfARuleThatBecameAnEventEpisodeEnds) {
  install("      - { alert: Died, expr: up == 0 }\n");
  up(0);
  changes();
  restart("      - { alert: Died, on: docker.die, by: [id] }\n", before());
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

TEST_F(EventRestart, TwoAlertsOfOneIdentityAreOne) {
  install("      - { alert: Died, on: docker.die, by: [id, name] }\n");
  engine_->on_event(die());
  std::vector<model::Alert> alerts = before();
  alerts.push_back(alerts[0]);
  alerts[1].key = "written by an older set of rules";
  changes();
  restart("      - { alert: Died, on: docker.die, by: [id] }\n", alerts);
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

TEST_F(EventRestart, ARedactedAlertIsNobodys) {
  restart(kUntilStart, {model::Alert{}});
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

}  // namespace
}  // namespace reeve::rule
