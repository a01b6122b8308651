// Did the act help? Held, not held, unknown, of metric rules and of event rules.
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class VerificationTest : public EngineTest {
 protected:
  static constexpr const char* kMetric = "      - { alert: Down, expr: svc == 0 }\n";
  static constexpr const char* kEvent =
      "      - { alert: Died, on: docker.die, by: [id], until: docker.start, verify: running == 1 }\n";

  void verify(const model::Alert& alert, base::Duration within = base::minutes(1)) {
    answers_ = 0;
    engine_->verify(alert, loop_.clock().wall(), base::seconds(10), within, [this](Verified verified, std::string why) {
      ++answers_;
      why_ = std::move(why);
      verified_ = verified;
    });
  }
  void svc(double value) {
    pass(base::seconds(5));
    batch({sample("svc", value)});
  }
  void running(double value, const std::string& id = "3f2a") {
    pass(base::seconds(5));
    batch({sample("running", value, {{"id", id}})});
  }
  model::Alert fired() {
    svc(0);
    return only_alert();
  }
  model::Alert died() {
    engine_->on_event(die());
    return only_alert();
  }
  /// An event of that time, heard of now.
  void happened(const std::string& type, base::Duration after_the_act) {
    model::Event late = event(type);
    late.at = kStart + after_the_act;
    pass(base::millis(50));
    engine_->on_event(late);
  }
  /// The answer, which must be there.
  Verified answer() {
    loop_.run();
    EXPECT_EQ(answers_, 1);
    return verified_;
  }
  bool waits() {
    loop_.run();
    return answers_ == 0;
  }

  int answers_ = 0;
  Verified verified_ = Verified::kUnknown;
  std::string why_;
};

TEST_F(VerificationTest, HoldsWhenItIsClearOnFreshDataForLongEnough) {
  install(kMetric);
  verify(fired());
  svc(1);
  EXPECT_TRUE(waits());
  svc(1);
  EXPECT_TRUE(waits());
  pass(base::seconds(5));  // by the timer, without a batch
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(VerificationTest, OldDataSaysNothing) {
  install(kMetric);
  const model::Alert alert = fired();
  batch({sample("svc", 1)});  // clear, but from before the act
  verify(alert);
  pass(base::seconds(59));
  EXPECT_TRUE(waits());
  pass(base::seconds(1));
  EXPECT_EQ(answer(), Verified::kUnknown);
  EXPECT_THAT(why_, HasSubstr("no samples that were taken after the act"));
}

TEST_F(VerificationTest, ASourceThatDiesMakesItUnknown) {
  install(kMetric);
  verify(fired());
  batch({}, false);
  pass(base::minutes(1));
  EXPECT_EQ(answer(), Verified::kUnknown);
}

/// A container that is removed: nothing to look at is left, and nobody needs to.
class TargetEnds : public VerificationTest {
 protected:
  TargetEnds() {
    install(
        "      - { alert: Died, on: docker.die, by: [id], until: [docker.start, docker.destroy], verify: up == 1 }\n");
  }
  void destroyed(const std::string& id = "3f2a") {
    pass(base::millis(50));
    model::Event end = event("docker.destroy", model::Value::map(), id);
    end.at = loop_.clock().wall();
    end.ends_target = true;
    engine_->on_event(end);
  }
};

TEST_F(TargetEnds, IsNobodysConcern) {
  verify(died());
  EXPECT_TRUE(waits());
  destroyed("other");
  EXPECT_TRUE(waits());
  destroyed();
  EXPECT_EQ(answer(), Verified::kHeld);
  EXPECT_THAT(why_, HasSubstr("docker/local/3f2a is no more: docker.destroy"));
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

TEST_F(TargetEnds, IsKnownToWhoAsksAfterwards) {
  const model::Alert alert = died();
  destroyed();
  verify(alert);
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(TargetEnds, SaysNothingOfALaterOneOfTheSameName) {
  died();
  destroyed();
  pass(base::seconds(1));
  model::Event again = die();
  again.at = loop_.clock().wall();
  engine_->on_event(again);
  verify(only_alert());
  EXPECT_TRUE(waits());
}

TEST_F(VerificationTest, DoesNotHoldWhenItStaysAsItWas) {
  install(kMetric);
  verify(fired());
  for (int i = 0; i < 11; ++i) svc(0);
  EXPECT_TRUE(waits());
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_THAT(why_, HasSubstr("svc == 0 still gives 0 (within 1m)"));
}

TEST_F(VerificationTest, HoldBeginsAnewWhenItComesBack) {
  install("      - { alert: Down, expr: svc == 0, for: 1h }\n");  // so that no new episode ends it
  verify(fired());
  svc(1), svc(0), svc(1), svc(1);
  EXPECT_TRUE(waits());
  svc(1);
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(VerificationTest, ShortlyClearIsNotHeld) {
  install(kMetric);
  verify(fired(), base::seconds(20));
  svc(0), svc(0), svc(1);
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_THAT(why_, HasSubstr("clear for only 4s"));
}

TEST_F(VerificationTest, KeepFiringForDoesNotCount) {
  install("      - { alert: Down, expr: svc == 0, keep_firing_for: 1h }\n");
  verify(fired());
  svc(1), svc(1), svc(1);
  EXPECT_EQ(answer(), Verified::kHeld);
  EXPECT_EQ(only_alert().state, model::AlertState::kFiring);
}

TEST_F(VerificationTest, OnlyItsOwnLabelsCount) {
  install("      - { alert: Down, expr: svc == 0, labels: { v: '{{ $value }}' } }\n");
  batch({sample("svc", 0, {{"id", "1"}})});
  verify(only_alert());
  const auto both = [&] {
    pass(base::seconds(5));
    batch({sample("svc", 1, {{"id", "1"}}), sample("svc", 0, {{"id", "2"}})});
  };
  both(), both(), both();
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(VerificationTest, ANewEpisodeEndsItAtOnce) {
  install(kMetric);
  verify(fired());
  svc(1), svc(0);
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Down fired again");
}

TEST_F(VerificationTest, AnotherAlertOfTheTargetEndsItAtOnce) {
  install(std::string(kEvent) + "      - { alert: Sick, on: docker.sick, by: [id] }\n");
  verify(died());
  pass(base::millis(1));
  engine_->on_event(event("docker.sick", {}, "other"));
  EXPECT_TRUE(waits());
  engine_->on_event(event("docker.sick"));
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Sick fired for the same target");
}

TEST_F(VerificationTest, OfAnEventRuleHoldsWhileItsExpressionDoes) {
  install(kEvent);
  verify(died());
  running(1), running(1);
  EXPECT_TRUE(waits());
  running(1);
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(VerificationTest, OfAnEventRuleIsJoinedOnBy) {
  install(kEvent);
  verify(died());
  for (int i = 0; i < 11; ++i) running(1, "other");
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kUnknown);
}

TEST_F(VerificationTest, OfAnEventRuleDoesNotHoldWhenItsExpressionDoesNot) {
  install(kEvent);
  verify(died());
  for (int i = 0; i < 11; ++i) running(0);
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_THAT(why_, HasSubstr("running == 1 does not hold"));
}

TEST_F(VerificationTest, OfAnEventRuleEndsItsAlertWhenItHeld) {
  install(kEvent);
  verify(died());
  running(1), running(1), running(1);
  EXPECT_EQ(answer(), Verified::kHeld);
  EXPECT_THAT(engine_->alerts(), IsEmpty());  // although no start was seen
}

TEST_F(VerificationTest, OfAnEventRuleEndsWithTheNextOccurrence) {
  install(kEvent);
  verify(died());
  running(1);
  died();
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Died fired again");
  EXPECT_EQ(only_alert().episode, 2u);
}

TEST_F(VerificationTest, OfAnEventRuleWithoutVerifyIsUnknown) {
  install("      - { alert: Died, on: docker.die, by: [id] }\n");
  verify(died());
  EXPECT_EQ(answer(), Verified::kUnknown);
  EXPECT_THAT(why_, HasSubstr("no \"verify\" expression"));
}

TEST_F(VerificationTest, EndsWhenItsRuleIsGone) {
  install(kMetric);
  verify(fired());
  install("      - { alert: Other, expr: x }\n");
  pass(base::minutes(1));
  EXPECT_EQ(answer(), Verified::kUnknown);
  EXPECT_THAT(why_, HasSubstr("is gone"));
}

TEST_F(VerificationTest, AnExpressionThatFailsIsUnknown) {
  install("      - { alert: Down, expr: svc / on () other > 0 }\n");
  batch({sample("svc", 1), sample("other", 1)});
  verify(only_alert());
  for (int i = 0; i < 11; ++i) {
    pass(base::seconds(5));
    batch({sample("svc", 1), sample("other", 1), sample("other", 1, {{"id", "2"}})});
  }
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kUnknown);
  EXPECT_THAT(why_, HasSubstr("the expression fails"));
}

TEST_F(VerificationTest, AnswersNobodyWhenTheEngineIsGone) {
  install(kMetric);
  verify(fired());
  engine_.reset();
  pass(base::minutes(2));
  EXPECT_EQ(answers_, 0);
}

// An out-of-memory kill: the oom is heard of first, its death some milliseconds later, after the restart had begun.
class OutOfMemory : public VerificationTest {
 protected:
  OutOfMemory() {
    install(
        "      - { alert: Oom, on: docker.oom, by: [id], verify: running == 1 }\n"
        "      - { alert: Died, on: docker.die, by: [id], verify: running == 1 }\n");
    engine_->on_event(event("docker.oom"));
    verify(only_alert());
  }
};

TEST_F(OutOfMemory, ADeathBeforeTheActIsNoEvidenceHoweverLateItIsHeardOf) {
  happened("docker.die", base::millis(-5));
  EXPECT_EQ(changes().back(), "Died inactive -> firing");  // it is told, and joins the run
  happened("docker.die", base::Duration{});
  EXPECT_TRUE(waits());
  for (int i = 0; i < 3; ++i) running(1);
  EXPECT_EQ(answer(), Verified::kHeld);
}

TEST_F(OutOfMemory, ADeathAfterTheActIsEvidence) {
  happened("docker.die", base::Duration{1});
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Died fired for the same target");
}

// The restart was at -20 ms, its outcome at 0: what came between is news of the restarted container.
class RestartedTooLate : public VerificationTest {
 protected:
  RestartedTooLate() {
    install(
        "      - { alert: Oom, on: docker.oom, by: [id], until: docker.start, verify: running == 1 }\n"
        "      - { alert: Died, on: docker.die, by: [id], until: docker.start, verify: running == 1 }\n");
    model::Event oom = event("docker.oom");
    oom.at = kStart - base::millis(100);
    engine_->on_event(oom);
    oom_ = only_alert();
  }
  void starts(base::Duration at) {
    model::Event start = event("docker.start");
    start.at = kStart + at;
    start.caused_by = "run/1";
    engine_->on_event(start);
  }
  model::Alert oom_;
};

TEST_F(RestartedTooLate, ADeathAfterTheStartIsEvidenceThoughTheOutcomeWasNotKnown) {
  starts(base::millis(-20));
  verify(oom_);
  happened("docker.die", base::millis(-5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
}

TEST_F(RestartedTooLate, ADeathBeforeTheStartIsNot) {
  starts(base::millis(-20));
  verify(oom_);
  happened("docker.die", base::millis(-50));
  EXPECT_TRUE(waits());
}

TEST_F(RestartedTooLate, TheStartMayBeHeardOfWhileItIsVerified) {
  verify(oom_);
  happened("docker.die", base::millis(-50));
  starts(base::millis(-20));
  EXPECT_TRUE(waits());
  happened("docker.die", base::millis(-5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
}

TEST_F(RestartedTooLate, TheStartOfAnEarlierRunSaysNothing) {
  starts(base::millis(-20));
  engine_->on_outcome("run/1");
  loop_.run();
  model::Event again = event("docker.oom");
  again.at = kStart - base::millis(10);
  engine_->on_event(again);
  verify(only_alert());
  happened("docker.die", base::millis(-5));
  EXPECT_TRUE(waits());
}

TEST_F(OutOfMemory, ASecondWordOfTheSameKillIsNoNewEpisode) {
  happened("docker.oom", base::millis(-1));
  EXPECT_EQ(only_alert().episode, 1u);
  EXPECT_EQ(only_alert().count, 2u);
  EXPECT_TRUE(waits());
  happened("docker.oom", base::millis(1));
  EXPECT_EQ(only_alert().episode, 2u);
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Oom fired again");
}

TEST_F(OutOfMemory, WhatItsOwnExpressionSaysDecidesAllTheSame) {
  happened("docker.die", base::millis(-5));
  for (int i = 0; i < 11; ++i) running(0);
  pass(base::seconds(5));
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_THAT(why_, HasSubstr("running == 1 does not hold"));
}

TEST_F(VerificationTest, ASeriesAlertThatBeganBeforeTheActAndFiresAfterItIsEvidence) {
  install(std::string(kMetric) + "      - { alert: Slow, expr: delay > 1, for: 10s }\n");
  const auto both = [&](double svc) {
    pass(base::seconds(5));
    batch({sample("svc", svc, {{"id", "1"}}), sample("delay", 2, {{"id", "1"}})});
  };
  both(0);
  verify(engine_->alerts().at(0));
  both(1);
  EXPECT_TRUE(waits());
  both(1);
  EXPECT_EQ(answer(), Verified::kNotHeld);
  EXPECT_EQ(why_, "Slow fired for the same target");
}

TEST_F(VerificationTest, TwoOfOneAlertAreEachAnswered) {
  install(kMetric);
  const model::Alert alert = fired();
  int held = 0;
  for (int i = 0; i < 2; ++i)
    engine_->verify(alert, loop_.clock().wall(), base::seconds(5), base::minutes(1),
                    [&](Verified verified, const std::string&) { held += verified == Verified::kHeld ? 1 : 0; });
  for (int i = 0; i < 3; ++i) svc(1);
  EXPECT_EQ(held, 2);
}

TEST_F(VerificationTest, WhoAsksFromItsAnswerIsServed) {
  install(kMetric);
  const model::Alert alert = fired();
  std::vector<Verified> answers;
  engine_->verify(alert, loop_.clock().wall(), base::seconds(1), base::minutes(1), [&](Verified first, std::string) {
    answers.push_back(first);
    engine_->verify(alert, loop_.clock().wall(), base::seconds(1), base::seconds(2),
                    [&](Verified second, std::string) { answers.push_back(second); });
  });
  for (int i = 0; i < 2; ++i) svc(1);
  pass(base::seconds(5));
  EXPECT_THAT(answers, testing::ElementsAre(Verified::kHeld, Verified::kUnknown));
}

TEST_F(VerificationTest, AClockThatIsSetNeitherHastensNorEndsIt) {
  install(kMetric);
  verify(fired());
  svc(1);
  loop_.manual_clock().step_wall(loop_.clock().wall() + base::hours(1));
  EXPECT_TRUE(waits());
  svc(1);
  EXPECT_TRUE(waits());
  svc(1);
  EXPECT_EQ(answer(), Verified::kHeld);
}

}  // namespace
}  // namespace reeve::rule
