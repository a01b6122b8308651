// Arrivals bring an alert's change forward, they do not change it: whatever the samples, after each tick an engine that
// is asked on arrival too says what one says that only ticks. (Not so `reset`: what was cool between two ticks has
// ended.)
#include <random>

#include "unit/rule/engine_fixture.h"

namespace reeve::rule {
namespace {

class Side {
 public:
  Side(base::ManualLoop& loop, bool arrivals) : loop_(loop) {
    Ports ports;
    ports.on_change = [this](const model::AlertChange& change, const Rule&) {
      told_ += change.alert.labels.text() + " " + model::alert_state_name(change.from) + ">" +
               model::alert_state_name(change.alert.state) + "\n";
      const std::string key = change.alert.rule_id + change.alert.key;
      EXPECT_EQ(change.from, states_[key]) << "a change that does not follow the one before: " << told_;
      const bool over = change.alert.state == model::AlertState::kResolved;
      states_[key] = over ? model::AlertState::kInactive : change.alert.state;
      EXPECT_GE(change.alert.episode, episodes_[key]);
      episodes_[key] = change.alert.episode;
    };
    engine_ = make_engine(
        head_, std::move(ports), loop_, random_,
        {.external_labels = {}, .external_url = {}, .default_interval = base::seconds(10), .builtin = false});
    const std::string text = std::string("groups:\n  - name: g\n") + (arrivals ? "" : "    evaluate: tick\n") + kRules;
    engine_->install(*read(text, "r.yaml", base::seconds(10)));
  }
  void take(const model::Batch& batch) {
    head_.append(batch);
    engine_->on_batch(batch);
  }
  std::set<std::string> tick() {
    engine_->tick(loop_.clock().wall());
    return firing();
  }
  /// Labels of the alerts that fire; only those of `names`, if any.
  std::set<std::string> firing(const std::set<std::string>& names = {}) const {
    std::set<std::string> out;
    for (const model::Alert& alert : engine_->alerts()) {
      const bool meant = names.empty() || names.contains(std::string(alert.labels.get("alertname")));
      if (meant && alert.state == model::AlertState::kFiring) out.insert(alert.labels.text());
    }
    return out;
  }
  const Engine& engine() const { return *engine_; }

 private:
  static constexpr const char* kRules =
      "    rules:\n"
      "      - { record: 'sum:x', expr: sum by (job) (x) }\n"
      "      - { alert: Low, expr: x < 3 }\n"
      "      - { alert: Ratio, expr: x / on (n) y > 1 }\n"
      "      - { alert: Either, expr: x > 8 or y > 8 }\n"
      "      - { alert: Only, expr: x > 5 unless on (n) y > 5 }\n"
      "      - { alert: Rising, expr: 'delta(x[30s]) > 2' }\n"
      "      - { alert: Total, expr: 'sum:x > 20' }\n"
      "      - { alert: Gone, expr: 'absent(y{n=\"1\"})' }\n"
      "      - { alert: Often, expr: x > 4, needs: 2 of 3 }\n";

  base::ManualLoop& loop_;
  series::Head head_;
  FixedRandom random_;
  std::map<std::string, model::AlertState> states_;
  std::map<std::string, uint64_t> episodes_;
  std::string told_;
  std::unique_ptr<Engine> engine_;
};

TEST(ArrivalProperty, AfterEachTickBothSayTheSame) {
  // What these say depends on the newest samples alone, so they are right after each batch.
  const std::set<std::string> kAtOnce = {"Low", "Ratio", "Either", "Only"};
  size_t alerts = 0, arrivals = 0;
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 chance{seed};
    const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(chance); };
    base::ManualLoop loop{base::Time{1'700'000'000'000'000}};
    Side both(loop, true), ticks(loop, false), always(loop, false);
    for (int step = 0; step < 60; ++step) {
      model::Batch batch;
      batch.instance = "host/" + std::string(below(2) ? "a" : "b");
      batch.ok = below(8) != 0;
      loop.advance(base::millis(1 + below(9000)));
      batch.started = loop.clock().wall() - base::millis(1);
      for (int n = 0; batch.ok && n < 3; ++n) {
        for (const char* name : {"x", "y"}) {
          if (below(5) == 0) continue;
          batch.samples.push_back({{{"__name__", name},
                                    {"job", "host"},
                                    {"instance", batch.instance.substr(5)},
                                    {"n", batch.instance.substr(5) + std::to_string(n)}},
                                   static_cast<double>(below(12)),
                                   {}});
        }
      }
      both.take(batch), ticks.take(batch), always.take(batch);
      always.tick();
      ASSERT_EQ(both.firing(kAtOnce), always.firing(kAtOnce)) << "right after the batch of step " << step;
      if (below(3)) continue;
      loop.advance(base::millis(1));
      const std::set<std::string> seen = both.tick();
      ASSERT_EQ(seen, ticks.tick()) << "at step " << step;
      alerts += seen.size();
    }
    arrivals += both.engine().counters().arrivals;
    EXPECT_EQ(ticks.engine().counters().arrivals, 0u);
  }
  EXPECT_GT(alerts, 1000u);
  EXPECT_GT(arrivals, 1000u);
}

}  // namespace
}  // namespace reeve::rule
