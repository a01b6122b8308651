// How much a script may use, of each kind, and that nothing holds a limit back.
#include "unit/script/harness.h"

namespace reeve::script {
namespace {
using Items = std::vector<std::string>;

Limits small() {
  Limits limits;
  limits.steps = 200'000;
  limits.steps_of_match = 20'000;
  limits.memory = 4u << 20;
  limits.text = 64 << 10;
  return limits;
}

struct LimitCase {
  const char *body, *wanted;
};
class EachLimit : public testing::TestWithParam<LimitCase> {};
TEST_P(EachLimit, EndsTheScriptOrTheCall) {
  EXPECT_EQ(run_body(GetParam().body, small()), GetParam().wanted) << GetParam().body;
}

#define STEPS "limit: more than 200000 instructions between two calls"
#define MEMORY "limit: more than 4 MiB of memory"
#define MATCH "limit: a pattern took more than 20000 steps"
INSTANTIATE_TEST_SUITE_P(
    Steps, EachLimit,
    testing::Values(LimitCase{"for i = 1, 1e9 do end", STEPS}, LimitCase{"repeat until false", STEPS},
                    LimitCase{"while true do pcall(error) end", STEPS},
                    LimitCase{"local function f() return f() end f()", STEPS},
                    LimitCase{"while true do run:try(function() while true do end end) end", STEPS},
                    LimitCase{"while true do xpcall(error, function() while true do end end) end", STEPS},
                    LimitCase{"run:each({ 1, 2 }, function() while true do end end)", STEPS},
                    LimitCase{"setmetatable({}, { __index = function() while true do end end }).x()", STEPS},
                    LimitCase{"table.sort({ 2, 1 }, function() while true do end end)", STEPS},
                    LimitCase{"('x'):gsub('x', function() while true do end end)", STEPS},
                    LimitCase{"local t = {} for i = 1, 1000 do t[i] = i end while true do next(t, 5) pairs(t) end",
                              STEPS},
                    LimitCase{"while true do json.encode({ 1, 2, 3 }) end", STEPS},
                    LimitCase{"for i = 1, 150000 do end return 'within'", "within"}));

INSTANTIATE_TEST_SUITE_P(
    Memory, EachLimit,
    testing::Values(
        LimitCase{"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", MEMORY},
        LimitCase{"local s = ('x'):rep(60000) while true do s = s .. s end", MEMORY},
        LimitCase{"pcall(function() local s = ('x'):rep(60000) while true do s = s .. s end end)", MEMORY},
        LimitCase{"run:try(function() local s = ('x'):rep(60000) while true do s = s .. s end end) return 'no'",
                  MEMORY},
        LimitCase{"local s = ('x'):rep(60000) s = s .. s return #s .. ''", "120000"},
        LimitCase{"for i = 1, 150 do local s = ('x'):rep(60000) end return 'garbage is no use'", "garbage is no use"}));

INSTANTIATE_TEST_SUITE_P(
    Texts, EachLimit,
    testing::Values(LimitCase{"return #('x'):rep(65536) .. ''", "65536"},
                    LimitCase{"('x'):rep(65537)", "error: string.rep: the result is larger than 4 MiB"},
                    LimitCase{"local ok = pcall(string.rep, 'x', 1e6) return tostring(ok)", "false"},
                    LimitCase{"json.decode(('x'):rep(60000) .. ('x'):rep(60000))",
                              "error: json.decode: the text is larger than 4 MiB"}));

INSTANTIATE_TEST_SUITE_P(
    Patterns, EachLimit,
    testing::Values(LimitCase{"return tostring((('a'):rep(40)):find(('a-'):rep(40) .. 'b'))", MATCH},
                    LimitCase{"pcall(string.match, ('a'):rep(40), ('a-'):rep(40) .. 'b') return 'caught'", MATCH},
                    LimitCase{"for w in ('a'):rep(40):gmatch(('a-'):rep(40) .. 'b') do end", MATCH},
                    LimitCase{"(('a'):rep(40)):gsub(('a-'):rep(40) .. 'b', '')", MATCH},
                    LimitCase{"return tostring((('a'):rep(1000)):match('^a+$') ~= nil)", "true"}));

TEST(LimitOfDepth, ProtectedCallsNestFiveHundredTimes) {
  const std::string nested = "local function f(n) if n == 0 then return true end return (pcall(f, n - 1)) end ";
  EXPECT_EQ(run_body(nested + "return tostring(f(400))"), "true");
  EXPECT_EQ(run_body("local deepest = 0 local function f(n) deepest = n local ok = pcall(f, n + 1) return ok end f(1) "
                     "return tostring(deepest < 600)"),
            "true");
}

TEST(LimitOfSteps, IsCountedAnewAfterEachAnswer) {
  ScriptHarness script(ScriptHarness::body("for i = 1, 20 do for j = 1, 30000 do end run:note('x') end return 'all'"),
                       small());
  Items items = script.start();
  for (int i = 1; i <= 20; ++i) items = script.answer(std::to_string(i), "null");
  EXPECT_EQ(items, Items{R"(["ended","main","done","all",0])"});
}

TEST(LimitOfTime, AllTurnsTogetherHaveOneToo) {
  Limits limits;
  limits.steps = 1'000'000'000;
  limits.cpu = base::millis(80);
  ScriptHarness script(ScriptHarness::body("while true do for i = 1, 2000000 do end run:note 'x' end"), limits);
  Items items = script.start();
  int turns = 1;
  for (; turns < 200 && items[0].starts_with("[\"call\""); ++turns)
    items = script.answer(std::to_string(turns), "null");
  EXPECT_EQ(items[0], R"(["ended","main","limit","more than 80ms of CPU time in all",0])");
  EXPECT_GT(turns, 1);
}

TEST(LimitOfTime, OneTurnHasOneWhateverItsSteps) {
  Limits limits;
  limits.steps = 1'000'000'000'000;
  limits.turn = base::millis(60);
  EXPECT_EQ(run_body("while true do end", limits), "limit: more than 60ms of CPU time between two calls");
}

TEST(LimitOfARun, LeavesTheOthersAlone) {
  ScriptHarness good(ScriptHarness::body("run:note 'a' return 'well'"), small());
  good.start();
  EXPECT_EQ(run_body("while true do end", small()), STEPS);
  EXPECT_EQ(run_body("local t = {} while true do t[#t + 1] = {} end", small()).substr(0, 6), "limit:");
  EXPECT_EQ(good.answer("1", "null"), Items{R"(["ended","main","done","well",0])"});
}

TEST(LimitOfARun, WhatItAskedInThatTurnIsNotDone) {
  ScriptHarness script(
      ScriptHarness::body("run:all { function() run:note 'first' end, function() while true do end end }"), small());
  const Items items = script.start();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0], R"(["ended","main","limit","more than 200000 instructions between two calls",0])");
  EXPECT_EQ(script.answer("1/1/1", "null"), Items{});
}

TEST(LimitOfARun, UndosOfAKilledStateCannotRun) {
  ScriptHarness script(ScriptHarness::body("run:undo(function() run:note 'undone' end) while true do end"), small());
  EXPECT_EQ(script.start(), Items{R"(["ended","main","limit","more than 200000 instructions between two calls",1])"});
  EXPECT_EQ(script.clean_up(),
            Items{R"(["ended","cleanup","limit","more than 200000 instructions between two calls",1])"});
}

TEST(LimitOfARun, AnUndoThatLoopsEndsTheCleanUp) {
  ScriptHarness script(ScriptHarness::body("run:undo(function() while true do end end) error 'x'"), small());
  script.start();
  EXPECT_EQ(script.clean_up(),
            Items{R"(["ended","cleanup","limit","more than 200000 instructions between two calls",0])"});
}

}  // namespace
}  // namespace reeve::script
