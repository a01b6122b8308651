// What a script asks, in which order and under which path, and what comes back.
#include "unit/script/harness.h"

namespace reeve::script {
namespace {
using Items = std::vector<std::string>;

TEST(ScriptRun, AsksOneThingAtATimeAndEnds) {
  ScriptHarness script(R"(return runbook { title = "t" }, function(run, a)
    local d = run:use("docker", "local")
    local st = d.inspect { id = a.container }
    run:note("state is ${container}", { state = st.state })
    return run:done "healthy"
  end)",
                       {}, model::Value::map().set("container", "web"));
  EXPECT_EQ(script.start(), Items{R"(["call","1","use","docker",{"target":"local"},2])"});
  EXPECT_EQ(script.answer("1", R"({"instance":"docker/local"})"),
            Items{R"(["call","2","action","docker.inspect",{"args":{"id":"web"},"instance":"docker/local"},3])"});
  EXPECT_EQ(script.answer("2", R"({"state":"exited"})"),
            Items{R"(["call","3","note","state is web",{"values":{"state":"exited"}},4])"});
  EXPECT_EQ(script.answer("3", "null"), Items{R"(["ended","main","done","healthy",0])"});
}

TEST(ScriptRun, AnAnswerForAnotherPlaceIsNotTaken) {
  ScriptHarness script(ScriptHarness::body("run:note 'x'"));
  script.start();
  EXPECT_EQ(script.answer("2", "null"), Items{});
  EXPECT_EQ(script.answer("1", "null"), Items{R"(["ended","main","done","",0])"});
}

TEST(ScriptRun, ReservedArgumentsStandBesideTheOthers) {
  ScriptHarness script(
      ScriptHarness::body("local ec2 = run:use 'ec2' ec2.stop { id = 'i-1', wait = 'stopped', timeout = '8m' }"));
  script.start();
  EXPECT_EQ(
      script.answer("1", R"({"instance":"ec2/eu"})"),
      Items{
          R"(["call","2","action","ec2.stop",{"args":{"id":"i-1"},"instance":"ec2/eu","timeout":"8m","wait":"stopped"},2])"});
}

TEST(ScriptRun, AnUnknownActionIsNamedWithItsNeighbour) {
  ScriptHarness script(ScriptHarness::body("run:use('docker').restrat {}"));
  script.start();
  EXPECT_EQ(
      script.answer("1", R"({"instance":"docker/local","actions":["restart","stop"]})"),
      Items{
          R"x(["ended","main","failed","pack/test.lua:2: docker has no action \"restrat\" (did you mean \"restart\"?)",0])x"});
}

TEST(ScriptRun, AFailureEndsTheRunWithItsPlace) {
  ScriptHarness script(ScriptHarness::body("local d = run:use 'docker'\nd.stop { id = 'x' }"));
  script.start();
  script.answer("1", R"({"instance":"docker/local"})");
  EXPECT_EQ(script.fail("2", "not_found", "no container x"),
            Items{R"(["ended","main","failed","pack/test.lua:3: no container x",0])"});
}

TEST(ScriptRun, TryGivesTheErrorWithKindAndStep) {
  ScriptHarness script(ScriptHarness::body(R"(
    local d = run:use "docker"
    local ok, err = run:try(function() return d.stop { id = "x" } end)
    return tostring(ok) .. " " .. err.kind .. " " .. err.step .. " " .. err.message)"));
  script.start();
  script.answer("1", R"({"instance":"docker/local"})");
  EXPECT_EQ(script.fail("2", "not_found", "no container x"),
            Items{R"(["ended","main","done","false not_found 2 pack/test.lua:4: no container x",0])"});
}

TEST(ScriptRun, TryGivesTheValue) {
  ScriptHarness script(ScriptHarness::body(
      "local d = run:use 'docker' local ok, v = run:try(d.inspect, { id = 'x' }) return tostring(ok) .. v.state"));
  script.start();
  script.answer("1", R"({"instance":"docker/local"})");
  EXPECT_EQ(script.answer("2", R"({"state":"up"})"), Items{R"(["ended","main","done","trueup",0])"});
}

TEST(ScriptRun, NoPcallHoldsBackDone) {
  EXPECT_EQ(run_body("pcall(function() run:done 'over' end) return 'went on'"), "over");
  EXPECT_EQ(run_body("run:try(function() run:fail 'bad' end) return 'went on'"), "error: bad");
  ScriptHarness script(ScriptHarness::body("run:escalate 'look'"));
  EXPECT_EQ(script.start(), Items{R"(["ended","main","escalated","look",0])"});
}

TEST(ScriptRun, WhatIsToBeClosedIsClosedOnEveryWayOut) {
  for (const std::string way : {"run:done 'x'", "error 'x'", "run:fail 'x'"}) {
    ScriptHarness script(ScriptHarness::body(
        "local h <close> = setmetatable({}, { __close = function() run:note 'closed' end }) " + way));
    EXPECT_EQ(script.start(), Items{R"(["call","1","note","closed",{},2])"}) << way;
    EXPECT_EQ(script.answer("1", "null").size(), 1u) << way;
  }
}

TEST(ScriptRun, AWaitAsksItsCheckUntilItIsTold) {
  ScriptHarness script(ScriptHarness::body(R"(
    local d = run:use "docker"
    local v = run:wait { "healthy", every = "5s", timeout = "1m", check = function()
      local s = d.inspect { id = "x" }
      return s.health == "healthy" and s
    end }
    return v.health)"));
  script.start();
  EXPECT_EQ(script.answer("1", R"({"instance":"docker/local"})"),
            Items{R"(["call","2","wait","healthy",{"check":true,"every":"5s","timeout":"1m"},4])"});
  EXPECT_EQ(script.check("2"),
            Items{R"(["call","2?1","action","docker.inspect",{"args":{"id":"x"},"instance":"docker/local"},5])"});
  EXPECT_EQ(script.answer("2?1", R"({"health":"starting"})"), Items{R"(["checked","2",true,false])"});
  EXPECT_EQ(script.check("2").size(), 1u);
  EXPECT_EQ(script.answer("2?1", R"({"health":"healthy"})"), Items{R"(["checked","2",true,{"health":"healthy"}])"});
  EXPECT_EQ(script.answer("2", R"({"health":"healthy"})"), Items{R"(["ended","main","done","healthy",0])"});
}

TEST(ScriptRun, TheNextCallAfterAWaitCountsOn) {
  ScriptHarness script(ScriptHarness::body("run:wait { 'x', expr = 'up == 1', timeout = '1m' } run:note 'y'"));
  EXPECT_EQ(script.start(), Items{R"(["call","1","wait","x",{"expr":"up == 1","timeout":"1m"},2])"});
  EXPECT_EQ(script.answer("1", "true"), Items{R"(["call","2","note","y",{},2])"});
}

TEST(ScriptRun, AFailingCheckIsReported) {
  ScriptHarness script(ScriptHarness::body("run:wait { 'x', check = function() return nil + 1 end }"));
  script.start();
  const Items items = script.check("1");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_NE(items[0].find(R"(["checked","1",false,{"kind":"script","message":"pack/test.lua:2:)"), std::string::npos);
}

TEST(ScriptRun, UndoFunctionsRunLastFirst) {
  ScriptHarness script(ScriptHarness::body(R"(
    run:undo(function() run:note "first" end)
    run:undo(function() run:note "second" end)
    run:fail "broken")"));
  EXPECT_EQ(script.start(), Items{R"(["ended","main","failed","broken",2])"});
  EXPECT_EQ(script.clean_up(), Items{R"(["call","cleanup/1","note","second",{},4])"});
  EXPECT_EQ(script.answer("cleanup/1", "null"), Items{R"(["call","cleanup/2","note","first",{},3])"});
  EXPECT_EQ(script.answer("cleanup/2", "null"), Items{R"(["ended","cleanup","done","",0])"});
}

TEST(ScriptRun, AFailingUndoDoesNotStopTheOthers) {
  ScriptHarness script(ScriptHarness::body(R"(
    run:undo(function() run:note "first" end)
    run:undo(function() error("no way", 0) end)
    run:note "working")"));
  script.start();
  EXPECT_EQ(script.clean_up(), Items{R"(["call","cleanup/1","note","first",{},3])"});  // in the middle of a call
  EXPECT_EQ(script.answer("cleanup/1", "null"), Items{R"(["ended","cleanup","failed","no way",0])"});
}

TEST(ScriptRun, BranchesAskSideBySideAndComeBackInOrder) {
  ScriptHarness script(ScriptHarness::body(R"(
    local out = run:each({ "web-1", "web-2", "web-3" }, { max = 2 }, function(host)
      run:note(host)
      return host .. "!"
    end)
    return table.concat(out, ","))"));
  EXPECT_EQ(script.start(), Items{R"(["call","1/web-1/1","note","web-1",{},4])"});
  EXPECT_EQ(script.answer("1/web-1/1", "null"),
            (Items{R"(["call","2/web-2/1","note","web-2",{},4])", R"(["call","2/web-3/1","note","web-3",{},4])"}));
  EXPECT_EQ(script.answer("2/web-3/1", "null"), Items{});
  EXPECT_EQ(script.answer("2/web-2/1", "null"), Items{R"(["ended","main","done","web-1!,web-2!,web-3!",0])"});
}

TEST(ScriptRun, AFailingBranchFailsTheWholeUnlessThereIsABudget) {
  const std::string body = "run:note(h) if h == 'b' then error('broke', 0) end";
  ScriptHarness strict(
      ScriptHarness::body("run:each({ 'a', 'b', 'c' }, { ramp = false }, function(h) " + body + " end)"));
  EXPECT_EQ(strict.start().size(), 3u);
  for (const char* path : {"1/a/1", "1/b/1"}) EXPECT_EQ(strict.answer(path, "null"), Items{});
  EXPECT_EQ(strict.answer("1/c/1", "null"),
            Items{R"(["ended","main","failed","pack/test.lua:2: 1 of 3 failed, first b: broke",0])"});
  ScriptHarness lenient(
      ScriptHarness::body("local ok, bad = run:each({ 'a', 'b' }, { ramp = false, stop_after = 2 }, function(h) " +
                          body + " end) return #bad .. bad[1].key"));
  lenient.start();
  lenient.answer("1/a/1", "null");
  EXPECT_EQ(lenient.answer("1/b/1", "null"), Items{R"(["ended","main","done","1b",0])"});
}

TEST(ScriptRun, AllRunsFunctionsSideBySide) {
  ScriptHarness script(ScriptHarness::body(
      "local out = run:all { function() run:note 'a' return 1 end, function() run:note 'b' return 2 end } "
      "return tostring(out[1] + out[2])"));
  EXPECT_EQ(script.start().size(), 2u);
  EXPECT_EQ(script.answer("1/2/1", "null"), Items{});
  EXPECT_EQ(script.answer("1/1/1", "null"), Items{R"(["ended","main","done","3",0])"});
}

TEST(ScriptRun, NowIsTheTimeOfTheLastAnswer) {
  ScriptHarness script(ScriptHarness::body("local t = now() run:note 'x' return now() - t .. ''"));
  script.start();
  EXPECT_EQ(script.answer("1", "null", 1042.5), Items{R"(["ended","main","done","42.5",0])"});
}

struct Mistake {
  const char* body;
  const char* message;
};
class Mistakes : public testing::TestWithParam<Mistake> {};
TEST_P(Mistakes, AreNamed) {
  EXPECT_EQ(run_body(GetParam().body), GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Run, Mistakes,
    testing::Values(
        Mistake{"run:wait { 'x', evry = '5s', expr = 'up' }",
                "error: run:wait: unknown key \"evry\" (did you mean \"every\"?)"},
        Mistake{"run:wait { 'x' }", "error: run:wait needs expr or check, one of the two"},
        Mistake{"run:each({}, function() end)", "error: run:each: an empty list is an error: nothing was selected"},
        Mistake{"run:each({ 'a', 'a' }, function() end)", "error: run:each: two items have the key a"},
        Mistake{"run:nota 'x'", "error: run has no \"nota\" (did you mean \"note\"?)"},
        Mistake{"run:mute { for_ = '5m' }", "error: run:mute is not yet supported"},
        Mistake{"run.id = 1", "error: run cannot be changed"},
        Mistake{"run:undo 'x'", "error: run:undo takes a function"},
        Mistake{"table.sort({ 1, 2 }, function() run:note 'x' end)",
                "error: a call of run or of a plugin cannot stand inside a sort or gsub function"},
        Mistake{"('x'):gsub('x', function() run:note 'x' end)",
                "error: a call of run or of a plugin cannot stand inside a sort or gsub function"},
        Mistake{"run:note('x', { f = next })", "error: an argument holds a function"},
        Mistake{"local t = {} t.t = t run:note('x', t)", "error: an argument is nested more than 32 levels deep"}));

TEST(ScriptRun, TheTopLevelHasNoActions) {
  ScriptHarness script("local r = run return runbook {}, function() end");
  EXPECT_EQ(script.start(), Items{R"(["ended","main","failed","pack/test.lua:1: undefined name \"run\"",0])"});
}

TEST(ScriptRun, TheSameScriptAsksTheSameInEveryLife) {
  const std::string text = ScriptHarness::body(R"(
    local t = { z = 1, a = 2, [3] = 4 }
    for k, v in pairs(t) do run:note(tostring(k) .. tostring(v) .. math.random(100) .. tostring({}) .. now()) end)");
  Items first, second;
  for (Items* all : {&first, &second}) {
    ScriptHarness script(text);
    *all = script.start();
    for (const char* path : {"1", "2", "3"})
      for (const std::string& item : script.answer(path, "null")) all->push_back(item);
  }
  EXPECT_EQ(first.size(), 4u);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace reeve::script
