/// \file
/// How do the parts of the rule stage play together? The one implementation of rule::Engine.
///
/// Core thread. engine.cpp: what comes in; install.cpp: sets and restored alerts; ticks.cpp: the clock.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "rule/arrival.h"
#include "rule/event_evaluation.h"
#include "rule/verification.h"
#include "rule/work.h"

namespace reeve::rule {

class EngineImpl : public Engine {
 public:
  EngineImpl(series::Head& head, Ports ports, base::Loop& loop, base::Random& random, Settings settings);
  ~EngineImpl() override;

  std::vector<std::string> install(RuleSet set) override;
  const RuleSet& rules() const override { return set_; }
  void start() override;
  void stop() override;
  void tick(base::Time at) override;
  void on_batch(const model::Batch& batch) override;
  void on_event(const model::Event& event) override;
  void on_outcome(const std::string& step) override;
  void restore(const std::vector<model::Alert>& alerts) override;
  base::Duration flapping_window() const override;
  void restore_flapping(const std::vector<model::Alert>& alerts, const std::vector<PastChange>& changes,
                        base::Time until) override;
  std::vector<model::Alert> alerts() const override;
  const Rule* find(const std::string& rule_id) const override;
  bool flapping(const model::Alert& alert) const override;
  std::optional<base::Duration> data_age(const model::Alert& alert) const override;
  void verify(const model::Alert& alert, base::Time since, base::Duration hold, base::Duration within,
              std::function<void(Verified, std::string why)> done) override;
  Counters counters() const override;

 private:
  using LiveRules = std::vector<std::unique_ptr<LiveRule>>;
  struct LiveGroup {
    const Group* group = nullptr;
    size_t first = 0, count = 0;  // of rules_
    base::Duration offset;
    base::Loop::Id timer = 0;
    bool ticking = false;  // a tick of it is still in the queue
    std::optional<base::Time> last;
  };

  // install.cpp
  void adopt(LiveRule& now, LiveRule& before);
  void drop(LiveRule& before, std::vector<std::string>& said);
  void end_alert(model::Alert alert, const LiveRule& live);
  void index();
  void require(const Rule& rule, base::Duration interval);
  void restore_one(const model::Alert& alert, Moment now);
  void restore_track(LiveRule& live, model::Alert alert);
  base::Duration pending_before(const model::Alert& alert, base::Duration interval) const;

  // ticks.cpp
  void arm(size_t group);
  void on_tick(size_t group);
  void begin_tick(LiveGroup& group, base::Time at);
  void evaluate(const Work& work);
  void problem(LiveRule& live, const std::string& text);
  void arm_keep();                ///< for whatever ends first
  void arm_keep(base::Boot due);  ///< at the latest then
  void on_keep();

  Moment now() const { return {loop_.clock().wall(), loop_.clock().boot()}; }
  Moment moment(base::Time at) const;
  const LiveRule* live(const std::string& rule_id) const;
  void change(const model::AlertChange& change, const LiveRule& live);
  void release(const std::function<bool(const EventTrack&)>& is_meant);
  void clear(const model::Alert& alert);
  bool verifying(const model::Alert& alert, base::Time at) const;
  void on_caused_end(const model::Event& event);
  void match(const model::Event& event);
  void on_target_end(const model::Event& event);
  bool has_outcome(const model::Event& event) const;
  void look_again(const std::vector<size_t>& rules);

  series::Head& head_;
  const Ports ports_;
  base::Loop& loop_;
  const Settings settings_;
  base::Duration default_interval_ = settings_.default_interval;
  Episodes episodes_;
  Surroundings around_;

  RuleSet set_;
  LiveRules rules_;
  std::vector<LiveGroup> groups_;
  std::unordered_map<std::string, size_t> by_id_;
  std::unordered_map<std::string, std::vector<size_t>> by_event_;  // event type to rules, each once
  Arrival arrival_;
  WorkQueue queue_;
  base::Live<Verification> verifications_;
  std::deque<std::string> outcomes_;                            // steps that lately had their outcome, newest last
  std::deque<std::pair<std::string, base::Time>> caused_ends_;  // targets where a step's effect lately ended an alert
  std::deque<model::Event> target_ends_;                        // lately, newest last
  base::Loop::Id keep_timer_ = 0;
  base::Boot keep_due_;
  bool started_ = false;
  Counters counters_;
};

}  // namespace reeve::rule
