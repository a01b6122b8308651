/// \file
/// What do the tests of the rule engine share? An engine on a virtual clock, fed by hand, whose transitions are a list
/// of words.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/manual_loop.h"
#include "rule/rule.h"

namespace reeve::rule {

class FixedRandom : public base::Random {
 public:
  void fill(uint8_t* bytes, size_t count) override { std::fill_n(bytes, count, ++count_); }

 private:
  uint8_t count_ = 0;
};

class EngineTest : public testing::Test {
 protected:
  static constexpr base::Time kStart{1'700'000'000'000'000};

  EngineTest() { make(); }

  void make(Settings settings = {.external_labels = {},
                                 .external_url = "http://reeve",
                                 .default_interval = base::seconds(10),
                                 .builtin = false}) {
    Ports ports;
    ports.on_change = [this](const model::AlertChange& change, const Rule& rule) {
      changes_.push_back(rule.name + " " + model::alert_state_name(change.from) + " -> " +
                         model::alert_state_name(change.alert.state));
      last_ = change.alert;
    };
    ports.target_of = [](const model::Labels& labels) {
      return labels.has("id") ? "docker/local/" + std::string(labels.get("id")) : std::string();
    };
    ports.muted = [this](const std::string& target) { return muted_.contains(target); };
    ports.on_problem = [this](const std::string& id, const std::string& text) {
      problems_.push_back(id + ": " + text);
    };
    engine_ = make_engine(head_, std::move(ports), loop_, random_, std::move(settings));
  }

  std::vector<std::string> install(const std::string& rules, const std::string& group = "") {
    auto set = read("groups:\n  - name: g\n" + group + "    rules:\n" + rules, "r.yaml", base::seconds(10));
    EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().text);
    return set.ok() ? engine_->install(*std::move(set)) : std::vector<std::string>{};
  }

  static model::Sample sample(const std::string& name, double value, model::Labels labels = {}) {
    labels.set(model::kNameLabel, name);
    if (!labels.has("job")) labels.set("job", "host");
    if (!labels.has("instance")) labels.set("instance", "a");
    return {labels, value, {}};
  }
  /// A collect of host/a that began a millisecond ago.
  void batch(std::vector<model::Sample> samples, bool ok = true) {
    loop_.advance(base::millis(1));
    model::Batch batch;
    batch.instance = "host/a";
    batch.started = loop_.clock().wall() - base::millis(1);
    batch.ok = ok;
    batch.samples = std::move(samples);
    head_.append(batch);
    engine_->on_batch(batch);
  }
  /// Time goes on by a millisecond first, so that a batch follows what was before.
  void up(double value) { batch({sample("up", value)}); }
  void tick() { engine_->tick(loop_.clock().wall()); }
  void pass(base::Duration time) { loop_.advance(time); }

  model::Event event(const std::string& type, model::Value fields = model::Value::map(), std::string id = "3f2a") {
    model::Event out;
    out.id = "7." + std::to_string(next_event_++);
    out.type = type;
    out.instance = "docker/local";
    out.labels = {{"job", "docker"}, {"instance", "local"}, {"id", id}, {"name", "web"}};
    out.fields = std::move(fields);
    out.at = loop_.clock().wall();
    out.target = "docker/local/" + id;
    return out;
  }
  model::Event die(int exit_code = 137) { return event("docker.die", model::Value::map().set("exit_code", exit_code)); }

  std::vector<std::string> changes() { return std::exchange(changes_, {}); }
  model::Alert only_alert() {
    const std::vector<model::Alert> alerts = engine_->alerts();
    EXPECT_EQ(alerts.size(), 1u);
    return alerts.empty() ? model::Alert{} : alerts[0];
  }
  /// The value of a series now; "none" and "stale" are words.
  std::string series(const std::string& selector) {
    const auto expr = promql::parse(selector);
    EXPECT_TRUE(expr.ok());
    const auto found = head_.select(expr->selectors().at(0).matchers);
    if (!found.ok() || found->empty()) return "none";
    series::Point point;
    if (!found->front()->last(0, loop_.clock().wall().ms(), point)) return "none";
    return model::is_stale(point.value) ? "stale" : base::format_number(point.value);
  }

  base::ManualLoop loop_{kStart};
  series::Head head_;
  FixedRandom random_;
  std::set<std::string> muted_;
  std::vector<std::string> changes_, problems_;
  model::Alert last_;
  std::unique_ptr<Engine> engine_;
  int next_event_ = 0;
};

}  // namespace reeve::rule
