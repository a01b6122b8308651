// What the engine's own steps cause: no alert, an end that is told after the outcome, and a real death that is news.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using model::Value;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Caused : public EngineTest {
 protected:
  Caused() {
    install("      - { alert: Died, on: docker.die, by: [id], until: docker.start, verify: running == 1 }\n");
  }

  /// The effect of a step; without one, news.
  void happens(const std::string& type, const std::string& step = "", const std::string& id = "3f2a") {
    model::Event made = event(type, Value::map(), id);
    made.caused_by = step;
    engine_->on_event(made);
  }
  /// What was told since, after the loop had its turn.
  std::vector<std::string> told() {
    loop_.run();
    return changes();
  }
  void verify() {
    engine_->verify(only_alert(), loop_.clock().wall(), base::seconds(10), base::minutes(1),
                    [](Verified, const std::string&) {});
  }
  static constexpr const char* kFires = "Died inactive -> firing";
  static constexpr const char* kEnds = "Died firing -> resolved";
};

TEST_F(Caused, BeginsNothing) {
  happens("docker.die", "run/1");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Caused, BeginsWhatTheRuleAsksFor) {
  install("      - { alert: Died, on: docker.die, by: [id], caused: true }\n");
  happens("docker.die", "run/1");
  EXPECT_THAT(told(), ElementsAre(kFires));
}

TEST_F(Caused, CountsInNoEpisode) {
  happens("docker.die"), happens("docker.die", "run/1");
  EXPECT_EQ(only_alert().count, 1u);
}

TEST_F(Caused, EndsAnAlertOnlyOnceTheOutcomeIsKnown) {
  happens("docker.die");
  happens("docker.start", "run/1");
  EXPECT_THAT(told(), ElementsAre(kFires));
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
  engine_->on_outcome("run/1");
  EXPECT_THAT(changes(), IsEmpty());  // on a later turn: the outcome is told first
  EXPECT_THAT(told(), ElementsAre(kEnds));
}

TEST_F(Caused, EndsItAtOnceWhenTheOutcomeCameFirst) {
  happens("docker.die");
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), ElementsAre(kFires));
  happens("docker.start", "run/1");
  EXPECT_THAT(changes(), ElementsAre(kEnds));
}

TEST_F(Caused, AnotherStepsOutcomeSaysNothing) {
  happens("docker.die"), happens("docker.start", "run/1");
  engine_->on_outcome("run/2"), engine_->on_outcome("other/1");
  EXPECT_THAT(told(), ElementsAre(kFires));
}

TEST_F(Caused, AnOutcomeThatNobodyTellsIsWaitedForHalfAMinute) {
  happens("docker.die"), happens("docker.start", "run/1");
  pass(base::seconds(30) - base::millis(1));
  EXPECT_THAT(told(), ElementsAre(kFires));
  pass(base::millis(1));
  EXPECT_THAT(told(), ElementsAre(kEnds));
}

TEST_F(Caused, WhoeverVerifiesTheTargetHasTheOutcome) {
  happens("docker.die"), happens("docker.start", "run/1");
  told();
  verify();
  EXPECT_THAT(told(), ElementsAre(kEnds));
}

TEST_F(Caused, WhileTheTargetIsVerifiedAnEndIsToldAtOnce) {
  happens("docker.die");
  verify();
  happens("docker.start", "run/1");
  EXPECT_THAT(changes(), ElementsAre(kFires, kEnds));
}

TEST_F(Caused, NewsBetweenTheEndAndTheOutcomeIsAnotherEpisode) {
  happens("docker.die"), happens("docker.start", "run/1"), happens("docker.die");
  EXPECT_THAT(told(), ElementsAre(kFires, kEnds, kFires));
  EXPECT_EQ(only_alert().episode, 2u);
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), IsEmpty());  // the new one has nothing to do with that step
}

TEST_F(Caused, ASecondRealDeathRightAfterTheRestartIsNews) {
  happens("docker.die"), happens("docker.die", "run/1"), happens("docker.start", "run/1");
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), ElementsAre(kFires, kEnds));
  pass(base::millis(1));
  happens("docker.die");
  EXPECT_THAT(told(), ElementsAre(kFires));
  EXPECT_EQ(only_alert().episode, 2u);
}

TEST_F(Caused, EachContainerHasItsOwnStep) {
  for (const char* id : {"a", "b"}) happens("docker.die", "", id);
  happens("docker.start", "run/1", "a"), happens("docker.start", "run/2", "b");
  told();
  engine_->on_outcome("run/2");
  EXPECT_THAT(told(), ElementsAre(kEnds));
  EXPECT_EQ(only_alert().labels.get("id"), "a");
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), ElementsAre(kEnds));
}

TEST_F(Caused, OneStepMayEndManyAlerts) {
  for (const char* id : {"a", "b", "c"}) happens("docker.die", "", id);
  for (const char* id : {"c", "a"}) happens("docker.start", "run/1", id);
  told();
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), ElementsAre(kEnds, kEnds));
  EXPECT_EQ(only_alert().labels.get("id"), "b");
}

TEST_F(Caused, OutcomesOfLongAgoAreForgotten) {
  engine_->on_outcome("run/old");
  for (int i = 0; i < 256; ++i) engine_->on_outcome("run/" + std::to_string(i));
  happens("docker.die"), happens("docker.start", "run/0");
  EXPECT_THAT(told(), ElementsAre(kFires, kEnds));
  happens("docker.die"), happens("docker.start", "run/old");
  EXPECT_THAT(told(), ElementsAre(kFires));
  EXPECT_THAT(engine_->alerts(), SizeIs(1));
}

TEST_F(Caused, AReloadKeepsWhatWaitsForItsOutcome) {
  happens("docker.die"), happens("docker.start", "run/1");
  told();
  install("      - { record: x, expr: '1' }\n      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n");
  EXPECT_THAT(told(), IsEmpty());
  engine_->on_outcome("run/1");
  EXPECT_THAT(told(), ElementsAre(kEnds));
}

// Every place that the outcome can have among the events of a restart: one alert, one end, never before the outcome,
// and the next death is a new episode.
TEST_F(Caused, InEveryOrderOfEventsAndOutcomeTheStoryIsTheSame) {
  const std::vector<std::string> effect = {"docker.kill", "docker.die", "docker.stop", "docker.start",
                                           "docker.restart"};
  for (size_t outcome = 0; outcome <= effect.size(); ++outcome) {
    SCOPED_TRACE(outcome);
    make();
    install("      - { alert: Died, on: docker.die, by: [id], until: docker.start }\n");
    const std::string step = "run/" + std::to_string(outcome);
    happens("docker.die");
    EXPECT_THAT(told(), ElementsAre(kFires));
    for (size_t i = 0; i <= effect.size(); ++i) {
      if (i == outcome) engine_->on_outcome(step);
      if (i < effect.size()) happens(effect[i], step);
      pass(base::millis(5));
      const bool is_over = i >= outcome && i >= 3;
      EXPECT_THAT(engine_->alerts(), SizeIs(is_over ? 0 : 1)) << "after " << i;
    }
    EXPECT_THAT(told(), ElementsAre(kEnds));
    happens("docker.die");
    EXPECT_THAT(told(), ElementsAre(kFires));
    EXPECT_EQ(only_alert().episode, 2u);
  }
}

}  // namespace
}  // namespace reeve::rule
