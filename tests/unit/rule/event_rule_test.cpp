// Event rules in the running engine: identity, counting, ends. What steps cause: caused_events_test.cpp.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kDied =
    "      - alert: Died\n        on: docker.die{exit_code!=\"0\"}\n        by: [instance, id]\n        until: "
    "docker.start\n";

TEST_F(EngineTest, AnEventFiresItsAlertAtOnce) {
  install(std::string(kDied) + "        annotations: { s: '{{ $labels.name }} ended with {{ $labels.exit_code }}' }\n");
  const model::Event died = die();
  engine_->on_event(died);
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  const model::Alert alert = only_alert();
  EXPECT_EQ(alert.labels, (model::Labels{{"alertname", "Died"}, {"id", "3f2a"}, {"instance", "local"}}));
  EXPECT_EQ(alert.annotations.get("s"), "web ended with 137");
  EXPECT_EQ(alert.target, "docker/local/3f2a");
  EXPECT_EQ(alert.active_at, died.at);
  EXPECT_THAT(alert.causes.as_list(), ElementsAre(model::Value(died.id)));
  EXPECT_EQ(model::Event::from_value(alert.event).type, "docker.die");
}

TEST_F(EngineTest, OtherEventsAreNotItsBusiness) {
  install(kDied);
  engine_->on_event(die(0));
  engine_->on_event(event("docker.stop"));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(EngineTest, FiftyEqualEventsAreOneEpisode) {
  install(kDied);
  for (int i = 0; i < 50; ++i) pass(base::millis(20)), engine_->on_event(die());
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  EXPECT_EQ(only_alert().count, 50u);
  EXPECT_EQ(only_alert().episode, 1u);
  EXPECT_THAT(only_alert().causes.as_list(), SizeIs(50));
}

TEST_F(EngineTest, UntilEndsItWhereTheLabelsAgree) {
  install(kDied);
  engine_->on_event(die());
  engine_->on_event(event("docker.start", {}, "other"));
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  pass(base::seconds(1));
  engine_->on_event(event("docker.start"));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
  EXPECT_EQ(last_.resolved_at, loop_.clock().wall());
  engine_->on_event(die());
  EXPECT_EQ(only_alert().episode, 2u);
}

TEST_F(EngineTest, ALateEndOfTheTimeBeforeEndsNothing) {
  install(kDied);
  model::Event start = event("docker.start");
  pass(base::seconds(1));
  engine_->on_event(die());
  engine_->on_event(start);
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing"));
  start.instance = "other/source";  // whose clock is not compared
  engine_->on_event(start);
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

TEST_F(EngineTest, KeepEndsItAfterTheLastMatch) {
  install("      - { alert: Oom, on: docker.oom, by: [id], keep: 1m }\n");
  engine_->on_event(event("docker.oom"));
  pass(base::seconds(40));
  engine_->on_event(event("docker.oom"));
  pass(base::seconds(59));
  EXPECT_THAT(changes(), ElementsAre("Oom inactive -> firing"));
  pass(base::seconds(1));
  EXPECT_THAT(changes(), ElementsAre("Oom firing -> resolved"));
  EXPECT_EQ(last_.count, 2u);
}

TEST_F(EngineTest, KeepOfOneDoesNotDelayAnother) {
  install("      - { alert: Long, on: a.b, keep: 1h }\n      - { alert: Short, on: a.c, keep: 1m }\n");
  engine_->on_event(event("a.b"));
  engine_->on_event(event("a.c"));
  pass(base::minutes(1));
  EXPECT_THAT(changes(),
              ElementsAre("Long inactive -> firing", "Short inactive -> firing", "Short firing -> resolved"));
  pass(base::minutes(59));
  EXPECT_THAT(changes(), ElementsAre("Long firing -> resolved"));
}

TEST_F(EngineTest, WithoutByTheIdentityIsTheEventsLabels) {
  install("      - { alert: Died, on: docker.die, until: docker.start }\n");
  engine_->on_event(die(1));
  engine_->on_event(die(2));  // another field, the same labels
  EXPECT_EQ(only_alert().labels,
            (model::Labels{
                {"alertname", "Died"}, {"id", "3f2a"}, {"instance", "local"}, {"job", "docker"}, {"name", "web"}}));
  EXPECT_EQ(only_alert().count, 2u);
  pass(base::millis(1));
  model::Event start = event("docker.start");
  start.labels.set("more", "labels");
  engine_->on_event(start);
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EngineTest, LabelsThatTellOfTheEventAreNotItsIdentity) {
  install(std::string(kDied) + "        labels: { code: '{{ $labels.exit_code }}' }\n");
  engine_->on_event(die(137));
  const std::string key = only_alert().key;
  engine_->on_event(die(1));
  EXPECT_EQ(only_alert().labels.get("code"), "137");
  pass(base::millis(1)), engine_->on_event(event("docker.start"));
  engine_->on_event(die(1));
  EXPECT_EQ(only_alert().labels.get("code"), "1");
  EXPECT_EQ(only_alert().key, key);
  EXPECT_EQ(only_alert().episode, 2u);
}

TEST_F(EngineTest, OneRuleMayHaveManyEnds) {
  install(
      "      - alert: Sick\n        on: d.health{status=\"bad\"}\n        by: [id]\n        until: "
      "['d.health{status=\"good\"}', d.gone]\n");
  const auto health = [&](const char* status) { return event("d.health", model::Value::map().set("status", status)); };
  engine_->on_event(health("bad"));
  engine_->on_event(health("starting"));
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
  engine_->on_event(health("good"));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
  engine_->on_event(health("bad"));
  engine_->on_event(event("d.gone"));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(EngineTest, ItsDataIsAsOldAsItsLastEvent) {
  install(kDied);
  engine_->on_event(die());
  pass(base::minutes(3));
  engine_->on_event(die());
  pass(base::seconds(10));
  EXPECT_EQ(engine_->data_age(only_alert()), base::seconds(10));
}

TEST_F(EngineTest, OneEventMayConcernSeveralRules) {
  install(std::string(kDied) + "      - { alert: Any, on: docker.die, by: [instance] }\n");
  engine_->on_event(die(0));
  engine_->on_event(die(1));
  EXPECT_THAT(changes(), ElementsAre("Any inactive -> firing", "Died inactive -> firing"));
}

}  // namespace
}  // namespace reeve::rule
