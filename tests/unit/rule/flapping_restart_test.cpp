// An alert that changes its state too often is known for it after a restart.
#include "rule/records.h"
#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

using testing::IsEmpty;

class FlappingRestart : public EngineTest {
 protected:
  static constexpr const char* kRule = "      - { alert: Down, expr: svc == 0, flapping: { high: 30, low: 20 } }\n";

  /// A tick of every 10 s, at which the service is down or up. What changes becomes an entry without its body.
  void ticks(const std::string& states) {
    for (const char state : states) {
      pass(base::seconds(10) - base::millis(1));
      batch({sample("svc", state == 'd' ? 0 : 1)});
      tick();
      for (const std::string& change : changes()) keep(change);
      last_seen = loop_.clock().wall();
    }
  }
  void keep(const std::string& change) {
    model::Entry entry;
    entry.at = loop_.clock().wall();
    entry.kind = change.ends_with("firing") ? "alert.firing" : "alert.resolved";
    entry.facts.set("rule_id", last_.rule_id).set("key", last_.key).set("fired", true);
    past.push_back(past_change_of(entry));
  }
  bool flaps() { return engine_->flapping(last_); }
  void restart(base::Duration down = base::hours(3)) {
    make();
    install(kRule);
    pass(down);
    engine_->restore({last_});
    engine_->restore_flapping({last_}, past, last_seen);
  }

  std::vector<PastChange> past;
  base::Time last_seen;
};

TEST_F(FlappingRestart, WhatFlappedFlapsOnWhetherItFiresOrNot) {
  for (const char* states : {"dududududududududud", "dudududududududududu"}) {
    make();
    past.clear();
    install(kRule);
    ticks(states);
    ASSERT_TRUE(flaps()) << states;
    restart();
    EXPECT_TRUE(flaps()) << states;
    ticks("u");
    EXPECT_TRUE(flaps()) << states;
    ticks("uuuuuuuuuuuuuuuuuuuu");
    EXPECT_FALSE(flaps()) << "it is quiet again";
  }
}

TEST_F(FlappingRestart, WhatWasQuietIsQuiet) {
  install(kRule);
  ticks("ddddddddddddddddddddduuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu");
  ASSERT_FALSE(flaps());
  restart();
  EXPECT_FALSE(flaps());
}

TEST_F(FlappingRestart, BetweenTheThresholdsItIsWhatItWas) {
  install(kRule);
  ticks("dudududududududududu");
  ASSERT_TRUE(flaps());
  int on = 0;
  while (flaps()) {  // each of its last ticks is told the same after a restart
    restart(base::seconds(0));
    ASSERT_TRUE(flaps()) << on;
    ticks("u");
    ++on;
  }
  EXPECT_GT(on, 5);
}

TEST_F(FlappingRestart, AnotherMeaningKnowsNothingOfIt) {
  install(kRule);
  ticks("dudududududududud");
  last_.meaning = "another";
  restart();
  EXPECT_FALSE(flaps());
}

TEST_F(FlappingRestart, WithoutSuchARuleNoPastIsAskedFor) {
  install("      - { alert: Down, expr: svc == 0 }\n");
  EXPECT_EQ(engine_->flapping_window(), base::Duration{});
  install(kRule);
  EXPECT_EQ(engine_->flapping_window(), base::seconds(410));
  engine_->restore_flapping({}, {{"gone", "k", {}, false, true}}, {});
  EXPECT_THAT(engine_->alerts(), IsEmpty());
}

}  // namespace
}  // namespace reeve::rule
