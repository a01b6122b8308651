// The engine is killed at every durable point and at random moments; requests on their way arrive all the same, or not.
// Whatever happens, nothing of class probed or once happens twice, and the same end is reached.
#include <random>
#include <set>

#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using model::ActionClass;
using model::Effect;
using model::Value;

constexpr const char* kScript = R"(
  run:undo(function() box.scale { id = "undo" } end)
  local st = box.inspect { id = "a" }
  run:note("state " .. st.state)
  box.scale { id = "a" }
  box.restart { id = "a" }
  run:wait { "up", every = "1s", timeout = "2m", check = function() return box.inspect { id = "a" }.state == "up" end }
  local ok, err = run:try(box.restart, { id = "b" })
  box.keyed { id = "a" }
  @last@
  return run:done("restarted " .. tostring(ok)))";

/// A world whose targets count; requests take 2 s to arrive, which `settles` of 5 s covers.
struct Box {
  World world;
  std::map<std::string, int> done;  ///< "restart a" -> how often it happened

  explicit Box(const std::string& last = "") {
    const auto act = [this](const std::string& name) {
      return [this, name](const Value& args) -> base::Result<Value> {
        ++done[name + " " + args["id"].text()];
        return Value::map().set("n", 1);
      };
    };
    const auto add = [&](const std::string& name, ActionClass cls) -> FakeAction& {
      FakeAction& action = world.add(name, cls, Effect::kChange);
      action.effect = act(name);
      action.takes = base::millis(2000);
      action.plan = [this, name](const Value& args) -> base::Result<model::Plan> {
        model::Plan plan;
        plan.targets = {"box/one/" + args["id"].text()};
        plan.baseline = std::to_string(done[name + " " + args["id"].text()]);
        return plan;
      };
      return action;
    };
    FakeAction& restart = add("restart", ActionClass::kProbed);
    restart.spec.settles = base::seconds(5);
    restart.spec.has_probe = true;
    restart.probe = [this](const Value& args, const std::string& baseline) -> base::Result<model::ProbeAnswer> {
      const bool happened = done["restart " + args["id"].text()] > std::stoi(baseline);
      return happened ? model::ProbeAnswer::kDone : model::ProbeAnswer::kNotStarted;
    };
    add("scale", ActionClass::kIdempotent);
    add("keyed", ActionClass::kKeyed);
    add("mail", ActionClass::kOnce);
    world.add("inspect", ActionClass::kRead, Effect::kRead).effect = [this](const Value&) -> base::Result<Value> {
      return Value::map().set("state", done["restart a"] > 0 ? "up" : "exited");
    };
    std::string script = kScript;
    script.replace(script.find("@last@"), 6, last);
    world.simple("box/heal", script);
    world.consider("box/heal");
    world.active[1] = false;
  }

  void finish() {
    for (int i = 0; i < 400 && !world.runner->runs().empty() && world.parked() != "in_doubt"; ++i)
      world.advance(base::seconds(1));
  }

  void check(const std::string& what) {
    SCOPED_TRACE(what);
    for (const auto& [name, times] : done) {
      if (!name.starts_with("scale") && !name.starts_with("keyed")) {
        EXPECT_LE(times, 1) << name;
      }
    }
    std::map<std::string, int> intents, outcomes;
    std::set<std::string> doubted;
    for (const auto& entry : world.memory->entries()) {
      const std::string path = entry.facts["path"].text();
      if (entry.kind == "step.intent") ++intents[path];
      if (entry.kind == "step.outcome") ++outcomes[path];
      if (entry.kind == "step.in_doubt") doubted.insert(path);
    }
    for (const auto& [path, count] : intents) {
      EXPECT_EQ(count, 1) << path;
      EXPECT_TRUE(outcomes[path] == 1 || doubted.contains(path)) << path;
      EXPECT_LE(outcomes[path], 1) << path;
    }
    if (!world.runner->runs().empty()) return;
    EXPECT_EQ(world.result(), "succeeded: restarted true") << testing::PrintToString(world.story());
    EXPECT_EQ(done["restart a"], 1);
    EXPECT_EQ(done["restart b"], 1);
    EXPECT_GE(done["keyed a"], 1);
    EXPECT_EQ(done.count("scale undo"), 0u);
    EXPECT_TRUE(world.memory->reader()->rows("leases").value().empty());
  }
};

/// The seqs at which a run without a crash was durable.
std::vector<uint64_t> commits_of(const std::string& last) {
  Box box(last);
  std::set<uint64_t> seqs;
  for (int i = 0; i < 500'000 && !box.world.runner->runs().empty(); ++i) {
    box.world.advance(base::micros(200));
    seqs.insert(box.world.memory->head().seq);
  }
  box.check("without a crash");
  return {seqs.begin(), seqs.end()};
}

/// Runs until `seq` is durable, lets nothing later become so for `more`, and kills the engine.
void run_until(Box& box, uint64_t seq, base::Duration more) {
  for (int i = 0; i < 500'000 && box.world.memory->head().seq < seq; ++i) box.world.advance(base::micros(200));
  box.world.memory->hold();
  box.world.advance(more);
}

TEST(Crash, AtEveryCommitWithRequestsThatArriveOrNot) {
  const std::vector<uint64_t> commits = commits_of("");
  EXPECT_GE(commits.size(), 12u);
  for (const uint64_t seq : commits) {
    for (const int64_t more : {0, 1, 500, 2100, 4100, 9000}) {
      for (const bool arrive : {true, false}) {
        Box box;
        run_until(box, seq, base::millis(more));
        box.world.kill(arrive);
        box.world.memory->release();
        box.world.start_engine();
        box.finish();
        EXPECT_TRUE(box.world.runner->runs().empty()) << box.world.parked();
        box.check("after entry " + std::to_string(seq) + " + " + std::to_string(more) + " ms" +
                  (arrive ? " arriving" : ""));
      }
    }
  }
}

TEST(Crash, AStepOfClassOnceIsNeverRepeatedAndSaysSo) {
  const std::string last = "box.mail { id = 'x' }";
  for (const uint64_t seq : commits_of(last)) {
    for (const int64_t more : {0, 1, 500, 2100, 4100}) {
      for (const bool arrive : {true, false}) {
        Box box(last);
        run_until(box, seq, base::millis(more));
        box.world.kill(arrive);
        box.world.memory->release();
        box.world.start_engine();
        box.finish();
        const std::string what = "after entry " + std::to_string(seq) + " + " + std::to_string(more) + " ms";
        box.check(what);
        if (box.world.runner->runs().empty()) continue;
        ASSERT_EQ(box.world.parked(), "in_doubt") << what;
        EXPECT_TRUE(box.world.runner->settle(box.world.runner->runs()[0].id, "", "happened", "uid:0").ok());
        box.finish();
        box.check(what + ", settled");
        EXPECT_TRUE(box.world.runner->runs().empty());
      }
    }
  }
}

TEST(Crash, AtRandomMomentsSeveralTimes) {
  std::mt19937 chance(11);
  for (int round = 0; round < 300; ++round) {
    Box box;
    const int kills = 1 + static_cast<int>(chance() % 4);
    for (int i = 0; i < kills; ++i) {
      box.world.advance(base::millis(chance() % (i == 0 ? 12'000 : 3'000)));
      if (chance() % 3 == 0) box.world.kill_worker();
      if (chance() % 2 == 0) {
        box.world.memory->hold();
        box.world.advance(base::millis(chance() % 3'000));
      }
      box.world.kill(chance() % 2 == 0);
      box.world.memory->release();
      box.world.start_engine();
    }
    box.finish();
    if (!box.world.runner->runs().empty()) {
      ASSERT_EQ(box.world.parked(), "quarantined");  // killed three times at one place
    }
    box.check("round " + std::to_string(round));
    if (testing::Test::HasFailure()) break;
  }
}

TEST(Crash, TheScriptWorkerAtRandomMoments) {
  std::mt19937 chance(13);
  for (int round = 0; round < 100; ++round) {
    Box box;
    for (int i = 0; i < 3; ++i) {
      box.world.advance(base::millis(chance() % 5'000));
      box.world.kill_worker();
    }
    box.finish();
    EXPECT_TRUE(box.world.runner->runs().empty()) << box.world.parked();
    box.check("round " + std::to_string(round));
    EXPECT_LE(box.done["scale a"], 1);  // the engine lived: nothing is repeated at all
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace reeve::runbook
