// A restart after the body of an alert's entry was redacted: the episode goes on, whatever its labels were.
#include "rule/records.h"
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Redacted : public EngineTest {
 protected:
  /// The alerts as the ledger has them, without the bodies of their entries.
  std::vector<model::Alert> redacted() {
    std::vector<model::Alert> out;
    for (const model::Alert& alert : engine_->alerts()) {
      model::Entry entry = entry_of({model::AlertState::kInactive, alert}, *engine_->find(alert.rule_id));
      entry.at = alert.fired_at;
      entry.body.reset();
      out.push_back(alert_of(entry));
    }
    return out;
  }
  void restart(const std::string& rules, const std::vector<model::Alert>& alerts) {
    make();
    install(rules);
    changes();
    engine_->restore(alerts);
  }

  static constexpr const char* kDown = "      - { alert: Down, expr: svc == 0 }\n";
  static constexpr const char* kDied = "      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n";
};

TEST_F(Redacted, TheRuleTakesUpTheSameEpisode) {
  install(kDown);
  batch({sample("svc", 0), sample("svc", 0, {{"instance", "b"}})});
  ASSERT_THAT(engine_->alerts(), SizeIs(2));
  const std::vector<model::Alert> before = engine_->alerts();
  restart(kDown, redacted());
  ASSERT_THAT(engine_->alerts(), SizeIs(2));
  EXPECT_TRUE(engine_->alerts()[0].nameless());
  pass(base::seconds(10)), batch({sample("svc", 0), sample("svc", 0, {{"instance", "b"}})}), tick();
  EXPECT_THAT(changes(), IsEmpty()) << "no second firing";
  const std::vector<model::Alert> after = engine_->alerts();
  ASSERT_THAT(after, SizeIs(2));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after[i].labels, before[i].labels);
    EXPECT_EQ(after[i].correlation, before[i].correlation);
    EXPECT_EQ(after[i].episode, 1u);
    EXPECT_FALSE(after[i].nameless());
    EXPECT_FALSE(after[i].warming);
  }
}

TEST_F(Redacted, IsNotResolvedWhileItsSeriesMayBeOutOfSight) {
  install(kDown);
  batch({sample("svc", 0, {{"instance", "b"}})});
  const std::vector<model::Alert> alerts = redacted();
  ASSERT_THAT(alerts, SizeIs(1));
  batch({}, false);
  restart(kDown, alerts);
  for (int i = 0; i < 30; ++i) {  // the series of another instance is there and well, which says nothing of this one
    pass(base::millis(9999)), batch({sample("svc", 1)}), tick();
    ASSERT_THAT(changes(), IsEmpty()) << i;
  }
  pass(base::seconds(10)), batch({sample("svc", 1)});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved")) << "its window is over, and its rule fires no more";
  EXPECT_EQ(last_.key, alerts[0].key);
  EXPECT_EQ(last_.subject(), alerts[0].subject());
}

TEST_F(Redacted, SavedSeriesTellTheLabels) {
  install(kDown);
  batch({sample("svc", 0)}), tick();
  const model::Alert before = only_alert();
  restart(kDown, redacted());
  EXPECT_FALSE(only_alert().nameless());
  EXPECT_EQ(only_alert().labels, before.labels);
  pass(base::seconds(1)), batch({sample("svc", 1)});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved")) << "as one that was not redacted";
}

TEST_F(Redacted, TheNextEpisodeIsTheNextNumber) {
  install(kDown);
  batch({sample("svc", 0)});
  model::Alert over = redacted()[0];
  over.state = model::AlertState::kResolved;
  over.episode = 7;
  restart(kDown, {over});
  EXPECT_THAT(engine_->alerts(), IsEmpty());
  pass(base::seconds(1)), batch({sample("svc", 0)});
  EXPECT_EQ(only_alert().episode, 8u) << "a decision is made once an episode";
}

TEST_F(Redacted, AReloadKeepsIt) {
  install(kDown);
  batch({sample("svc", 0)});
  restart(kDown, redacted());
  install(kDown);
  pass(base::seconds(1)), batch({sample("svc", 0)});
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_FALSE(only_alert().nameless());
}

TEST_F(Redacted, AnEventIsKnownAgainByItsKey) {
  install(kDied);
  engine_->on_event(die());
  const model::Alert before = only_alert();
  restart(kDied, redacted());
  EXPECT_TRUE(only_alert().nameless());
  engine_->on_event(die());
  EXPECT_THAT(changes(), IsEmpty()) << "one more event of the same episode";
  EXPECT_EQ(only_alert().labels, before.labels);
  EXPECT_EQ(only_alert().correlation, before.correlation);
  EXPECT_EQ(only_alert().count, 2u);
  engine_->on_event(event("docker.die", {}, "beef"));
  EXPECT_THAT(changes(), ElementsAre("Died inactive -> firing")) << "another one is another";
}

TEST_F(Redacted, AnEventAlertEndsWithItsUntil) {
  for (const char* rules : {kDied, "      - { alert: Died, on: docker.die, until: docker.start }\n"}) {
    make();
    install(rules);
    engine_->on_event(die());
    restart(rules, redacted());
    pass(base::seconds(1));
    engine_->on_event(event("docker.start", {}, "beef"));
    EXPECT_THAT(changes(), IsEmpty()) << rules;
    engine_->on_event(event("docker.start"));
    EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved")) << rules;
  }
}

TEST_F(Redacted, AnEventAlertEndsAfterItsKeep) {
  const std::string rules = "      - { alert: Died, on: docker.die, by: [id], keep: 1m }\n";
  install(rules);
  engine_->on_event(die());
  restart(rules, redacted());
  pass(base::seconds(61));
  EXPECT_THAT(changes(), ElementsAre("Died firing -> resolved"));
}

// ---- the rule that decided ----

TEST_F(Redacted, AnAlertWhoseRuleWasEditedMeanwhileEnds) {
  install(kDown);
  batch({sample("svc", 0)});
  const model::Entry entry = entry_of({model::AlertState::kInactive, only_alert()}, *engine_->find("r.yaml/g/Down/1"));
  restart("      - { alert: Down, expr: svc == 0, for: 1h }\n", {alert_of(entry)});
  EXPECT_THAT(changes(), IsEmpty()) << "for may change";
  restart("      - { alert: Down, expr: svc < 1 }\n", {alert_of(entry)});
  EXPECT_THAT(changes(), ElementsAre("Down firing -> resolved"));
}

TEST_F(Redacted, TheHashIsThatOfTheFile) {
  const std::string text = "groups:\n  - name: g\n    rules:\n" + std::string(kDown);
  install(kDown);
  batch({sample("svc", 0)});
  const model::Entry entry = entry_of({model::AlertState::kInactive, only_alert()}, *engine_->find("r.yaml/g/Down/1"));
  EXPECT_EQ(entry.facts["rule_hash"].as_string(), base::hex(base::sha256(text)));
  EXPECT_EQ(entry.facts["meaning"].as_string(), engine_->find("r.yaml/g/Down/1")->meaning);
}

}  // namespace
}  // namespace reeve::rule
