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

}  // namespace
}  // namespace reeve::rule
