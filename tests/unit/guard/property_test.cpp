// Random worlds: whatever the gate allows must keep the promises, computed here a second time from the plain history.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "guard/guard.h"

namespace reeve::guard {
namespace {

struct Past {
  base::Boot at;
  std::string target;
};

class World {
 public:
  explicit World(unsigned seed) : chance_(seed) {
    settings_.concurrency = 3;
    settings_.cool_down = base::minutes(2);
    settings_.rate = 6;
  }

  void step() {
    now_ = now_ + base::seconds(static_cast<int64_t>(chance_() % 40));
    if (chance_() % 3 == 0) finish_one();
    Act act;
    act.runbook = "x/heal";
    act.run = "run" + std::to_string(++runs_);
    act.mode = "auto";
    act.targets = {"t/" + std::to_string(chance_() % 8)};
    act.data_age = base::seconds(static_cast<int64_t>(chance_() % 60));
    act.stale_after = base::seconds(30);
    act.group = "g";
    for (int i = 0; i < 8; ++i) {
      act.members.push_back("t/" + std::to_string(i));
      if (chance_() % 2) act.healthy.push_back(act.members.back());
    }
    const model::Decision decision = gate(state_, act, settings_, now_);
    ASSERT_FALSE(decision.reason.empty());
    if (decision.verdict != model::Verdict::kAllow) return;
    act.point = Point::kStep;
    if (gate(state_, act, settings_, now_).verdict != model::Verdict::kAllow) return;
    ++allowed_;
    check(act);
    record(act);
  }

  int allowed() const { return allowed_; }

 private:
  void check(const Act& act) {
    const std::string& target = act.targets[0];
    ASSERT_LE(*act.data_age, *act.stale_after) << "acted on stale data";
    ASSERT_EQ(busy_.count(target), 0U) << "two acts on one target";
    ASSERT_LT(busy_.size(), 3U) << "over the concurrency limit";
    for (const Past& past : past_) {
      if (past.target == target) {
        ASSERT_GE(now_ - past.at, base::minutes(2)) << "inside the cool-down";
      }
    }
    const auto recent =
        std::count_if(past_.begin(), past_.end(), [&](const Past& past) { return now_ - past.at <= base::minutes(1); });
    ASSERT_LT(recent, 6) << "over the rate";
    const std::set<std::string> healthy(act.healthy.begin(), act.healthy.end());
    if (healthy.count(target)) {
      ASSERT_GE(healthy.size() - 1, 4U) << "below the floor";
    }
  }

  void record(const Act& act) {
    model::Value targets = model::Value::list().push(act.targets[0]);
    model::Entry entry;
    entry.run = act.run;
    entry.subject = act.targets[0];
    entry.kind = "run.started";
    entry.facts.set("runbook", act.runbook).set("targets", targets).set("group", act.group);
    state_.apply(entry, now_);
    entry.kind = "lease.acquired";
    state_.apply(entry, now_);
    entry.kind = "step.intent";
    entry.facts.set("lost", lost(act));
    state_.apply(entry, now_);
    past_.push_back({now_, act.targets[0]});
    busy_[act.targets[0]] = act.run;
  }

  static model::Value lost(const Act& act) {
    model::Value out = model::Value::list();
    for (const std::string& member : act.healthy)
      if (member == act.targets[0]) out.push(member);
    return out;
  }

  void finish_one() {
    if (busy_.empty()) return;
    model::Entry entry;
    entry.kind = "run.ended";
    entry.run = busy_.begin()->second;
    entry.facts.set("result", "succeeded");
    state_.apply(entry, now_);
    busy_.erase(busy_.begin());
  }

  std::mt19937 chance_;
  State state_;
  Settings settings_;
  base::Boot now_{base::hours(50).us};
  int runs_ = 0, allowed_ = 0;
  std::vector<Past> past_;
  std::map<std::string, std::string> busy_;
};

TEST(GateProperty, NeverBreaksAPromiseInRandomWorlds) {
  int allowed = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    World world(seed);
    for (int i = 0; i < 100; ++i) {
      world.step();
      if (HasFatalFailure()) return;
    }
    allowed += world.allowed();
  }
  EXPECT_GT(allowed, 2000) << "a gate that allows nothing proves nothing";
}

}  // namespace
}  // namespace reeve::guard
