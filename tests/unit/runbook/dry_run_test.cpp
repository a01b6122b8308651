// What a runbook would do: everything is read, nothing is changed.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using base::Fault;
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Dry : testing::Test {
  World world;
  Dry() {
    world.add("restart", ActionClass::kProbed, Effect::kChange);
    world.add("destroy", ActionClass::kOnce, Effect::kDestroy);
    world.add("inspect", ActionClass::kRead, Effect::kRead).effect = [](const Value& args) -> base::Result<Value> {
      if (args["id"].text() == "none") return base::Error{Fault::kNotFound, "no box none"};
      return Value::map().set("state", "exited");
    };
  }
  base::Result<Value> plan(const std::string& body, const std::string& declaration = "", Value params = Value::map()) {
    world.simple("box/dry", body, declaration);
    Candidate candidate = world.candidate("box/dry");
    candidate.params = std::move(params);
    candidate.dry = true;
    base::Result<Value> heard = base::invalid("nothing heard");
    world.runner->dry_run(candidate, [&heard](base::Result<Value> result) { heard = std::move(result); });
    world.advance(base::seconds(5));
    EXPECT_TRUE(world.memory->entries().empty());  // nothing is recorded, so nothing counts against a rail later
    EXPECT_THAT(world.actions.log, Not(Contains("effect restart")));
    EXPECT_THAT(world.actions.log, Not(Contains("effect destroy")));
    return heard;
  }
  static std::vector<std::string> steps(const Value& plan) {
    std::vector<std::string> out;
    for (const Value& step : plan["steps"].as_list())
      out.push_back(step["path"].text() + " " + step["action"].text() + " " + step["args"].text() + " on " +
                    base::join({step["targets"].as_list()[0].text()}, ","));
    return out;
  }
};

TEST_F(Dry, NamesTheChangesWithTheirTargetsAndGate) {
  const auto got = plan(R"(
    local st = box.inspect { id = "a" }
    if st.state == "exited" then box.restart { id = "a", dry_result = { ok = true } } end
    box.destroy { id = "b", dry_result = {} }
    return run:done("state was " .. st.state))");
  ASSERT_TRUE(got.ok()) << got.error().text;
  EXPECT_THAT(steps(*got),
              ElementsAre(R"(3 box.restart {"id":"a"} on box/one/a)", R"(4 box.destroy {"id":"b"} on box/one/b)"));
  const Value& first = (*got)["steps"].as_list()[0];
  EXPECT_EQ(first["class"].text(), "probed");
  EXPECT_EQ(first["effect"].text(), "change");
  EXPECT_EQ(first["preview"].text(), "restart box/one/a");
  EXPECT_EQ(first["gate"]["verdict"].text(), "allow");
  EXPECT_EQ((*got)["steps"].as_list()[1]["gate"]["verdict"].text(), "ask");
  EXPECT_EQ((*got)["ends"].text(), "done: state was exited");
  EXPECT_EQ((*got)["start"]["verdict"].text(), "allow");
  EXPECT_EQ((*got)["hash"].text().size(), 16u);
}

TEST_F(Dry, EndsWhereAResultWouldBeNeeded) {
  const auto got = plan("box.restart { id = 'a' } box.restart { id = 'b' }");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ((*got)["steps"].as_list().size(), 1u);
  EXPECT_EQ((*got)["ends"].text(), "the result of box.restart is not known before it is done (dry_result)");
}

TEST_F(Dry, TheArgumentsAreThoseOfALiveCall) {
  std::vector<std::string> seen;
  auto& action = world.add("drain", ActionClass::kProbed, Effect::kChange);
  action.spec.arguments.push_back({"timeout", "duration", false, ""});
  action.plan = [&seen](const Value& args) -> base::Result<model::Plan> {
    seen.push_back(model::to_json(args));
    model::Plan plan;
    plan.targets = {"box/one/a"};
    return plan;
  };
  const auto got = plan(R"(
    box.drain { dry_result = 1 }
    box.drain { timeout = "5s", dry_result = 1 }
    box.drain { dr_result = 1 })");
  ASSERT_TRUE(got.ok());
  EXPECT_THAT(seen, ElementsAre("{}", R"({"timeout":"5s"})"));
  EXPECT_EQ((*got)["steps"].as_list()[0]["args"].text(), "{}");
  EXPECT_EQ((*got)["ends"].text(), "failed: box/dry.lua:6: box.drain takes no argument \"dr_result\"");
}

// {} of Lua is an empty list and an empty map: the action's manifest says which is meant.
TEST_F(Dry, AnEmptyTableIsWhatTheActionWants) {
  auto& action = world.add("set", ActionClass::kIdempotent, Effect::kChange);
  action.spec.arguments = {
      {"env", "map", true, ""}, {"words", "list", false, ""}, {"more", "any", false, ""}, {"labels", "map", false, ""}};
  const auto got = plan(R"(
    box.set { env = {}, words = {}, more = {}, dry_result = 1 }
    box.set { env = { a = "b" }, labels = { "x" }, dry_result = 1 }
    return run:done "well")");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(model::to_json((*got)["steps"].as_list()[0]["args"]), R"({"env":{},"more":[],"words":[]})");
  EXPECT_EQ(model::to_json((*got)["steps"].as_list()[1]["args"]), R"({"env":{"a":"b"},"labels":["x"]})")
      << "a list that is not empty is one: the plugin refuses it";
}

TEST_F(Dry, SaysHowItEnds) {
  const std::pair<const char*, const char*> cases[] = {
      {"return run:done()", "done"},       {"run:fail 'no'", "failed"},          {"run:escalate 'see'", "escalated"},
      {"while true do end", "limit"},      {"box.restart { id = 'a' }", "open"}, {"box.restrat {}", "failed"},
      {"run:use('box', 'ten')", "failed"}, {"run:use('bix')", "failed"}};
  for (const auto& [body, result] : cases) EXPECT_EQ((*plan(body))["result"].text(), result) << body;
}

TEST_F(Dry, AnActionThatIsNotThereIsNamed) {
  EXPECT_EQ((*plan("box.restrat {}"))["ends"].text(),
            "failed: box/dry.lua:3: box has no action \"restrat\" (did you mean \"restart\"?)");
}

TEST_F(Dry, ALoopThatNoChangeEndsIsALimit) {
  const auto got = plan("while true do run:note 'again' end");
  ASSERT_TRUE(got.ok()) << got.error().text;
  EXPECT_EQ((*got)["ends"].text(), "limit: more than 10000 calls: does it turn in a loop?");
}

TEST_F(Dry, BranchesAreAnsweredOneByOne) {
  const auto got = plan(R"(
    local seen = {}
    run:each({ "a", "b", "c" }, { ramp = false }, function(id)
      seen[id] = box.inspect { id = id }.state
      box.restart { id = id, dry_result = {} }
    end)
    return run:done(seen.a .. seen.b .. seen.c))");
  ASSERT_TRUE(got.ok()) << got.error().text;
  EXPECT_EQ((*got)["ends"].text(), "done: exitedexitedexited");
  EXPECT_EQ((*got)["steps"].as_list().size(), 3u);
}

TEST_F(Dry, SaysWhomItWouldAskAndWhatItWouldWaitFor) {
  const auto got = plan(R"(
    run:note "begins"
    run:approve { "Really?", by = "sre" }
    run:wait { "quiet", expr = "rate(x[5m]) < 1" }
    run:wait { "checked", check = function() return false end }
    return run:done "end")");
  ASSERT_TRUE(got.ok());
  std::vector<std::string> notes;
  for (const Value& note : (*got)["notes"].as_list()) notes.push_back(note.text());
  EXPECT_THAT(notes, ElementsAre("begins", "a person would be asked: Really?", "it would wait for: quiet",
                                 "it would wait for: checked"));
  EXPECT_EQ((*got)["ends"].text(), "done: end");
}

TEST_F(Dry, AnExpressionThatIsWrongShows) {
  world.query = [](const std::string& expr) -> base::Result<Value> { return base::invalid("no PromQL: " + expr); };
  const auto got = plan("run:wait { 'x', expr = 'rate(' }");
  ASSERT_TRUE(got.ok());
  EXPECT_THAT((*got)["ends"].text(), HasSubstr("failed: box/dry.lua:3: no PromQL: rate("));
}

TEST_F(Dry, AReadThatFailsIsSeenByTheScript) {
  const auto got = plan("local ok, err = run:try(box.inspect, { id = 'none' }) return run:done(err.kind)");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ((*got)["ends"].text(), "done: not_found");
}

TEST_F(Dry, AnActionThatIsNotThereEndsIt) {
  world.actions.instances = {"box/one", "box/two"};
  auto got = plan("return run:done 'x'");
  ASSERT_TRUE(got.ok());
  EXPECT_THAT((*got)["ends"].text(), HasSubstr("has several instances"));
}

TEST_F(Dry, APlanThatFailsIsSeenByTheScript) {
  world.actions.all["restart"].plan = [](const Value&) -> base::Result<model::Plan> {
    return base::Error{Fault::kNotFound, "no such box"};
  };
  const auto got = plan("box.restart { id = 'zz' }");
  ASSERT_TRUE(got.ok());
  EXPECT_THAT((*got)["ends"].text(), HasSubstr("failed: box/dry.lua:3: no such box"));
  EXPECT_TRUE((*got)["steps"].as_list().empty());
}

TEST_F(Dry, TheSamePlanHasTheSameHashAndAnotherAnother) {
  const std::string declaration = "params = { id = p.string {} }";
  const std::string body = "box.restart { id = a.id }";
  const auto first = plan(body, declaration, Value::map().set("id", "a"));
  const auto again = plan(body, declaration, Value::map().set("id", "a"));
  const auto other = plan(body, declaration, Value::map().set("id", "b"));
  EXPECT_EQ((*first)["hash"], (*again)["hash"]);
  EXPECT_NE((*first)["hash"], (*other)["hash"]);
}

TEST_F(Dry, WrongParametersAndUnknownRunbooksAreErrors) {
  EXPECT_THAT(plan("", "params = { n = p.int {} }", Value::map().set("n", "x")).error().text,
              HasSubstr("parameter n: \"x\" is no number"));
  std::string heard;
  Candidate candidate = world.candidate("box/none");
  world.runner->dry_run(candidate, [&heard](base::Result<Value> result) { heard = result.error().text; });
  EXPECT_EQ(heard, "there is no runbook \"box/none\"");
}

TEST_F(Dry, AScriptThatRunsAwayEndsThePlan) {
  const auto got = plan("while true do end");
  ASSERT_TRUE(got.ok());
  EXPECT_THAT((*got)["ends"].text(), HasSubstr("limit: more than 5000000 instructions"));
}

TEST_F(Dry, AWorkerThatDiesIsAnError) {
  world.actions.all["inspect"].takes = base::seconds(30);
  world.simple("box/dry", "box.inspect { id = 'a' }");
  std::string heard;
  world.runner->dry_run(world.candidate("box/dry"),
                        [&heard](base::Result<Value> result) { heard = result.ok() ? "ok" : result.error().text; });
  world.advance(base::seconds(1));
  world.kill_worker();
  world.advance(base::seconds(1));
  EXPECT_THAT(heard, HasSubstr("the script worker ended"));
}

TEST_F(Dry, BesideALiveRunNeitherHearsOfTheOther) {
  world.simple("box/live", "box.restart { id = 'a' } return run:done 'lived'");
  world.consider("box/live");
  world.active[1] = false;
  world.simple("box/dry", "box.restart { id = 'a', dry_result = {} } return run:done 'dry'");
  base::Result<Value> heard = base::invalid("");
  world.runner->dry_run(world.candidate("box/dry", 2), [&heard](base::Result<Value> r) { heard = std::move(r); });
  world.active[2] = false;
  world.advance(base::seconds(30));
  EXPECT_EQ((*heard)["ends"].text(), "done: dry");
  EXPECT_EQ(world.result(), "succeeded: lived");
  EXPECT_EQ(std::count(world.actions.log.begin(), world.actions.log.end(), "effect restart"), 1);
}

}  // namespace
}  // namespace reeve::runbook
