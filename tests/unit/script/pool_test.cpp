// The engine's side: one worker, its deadline, its death, its rest. A scripted process stands in for the worker where
// it must misbehave.
#include "unit/script/pool_fixture.h"

namespace reeve::script {
namespace {
using testing::ElementsAre;

TEST_F(PoolTest, RunsAScriptFromStartToEnd) {
  const auto scripts = pool(*real);
  scripts->start(start("r1", "local v = run:try(function() return 1 end) run:note(tostring(now())) return 'fine'"));
  loop.run();
  EXPECT_THAT(told.lines, ElementsAre("call r1 1 note 5.0"));
  scripts->answer("r1", "1", model::Value(), base::Time{6'000'000});
  loop.run();
  EXPECT_EQ(told.lines.back(), "ended r1 main done fine");
  EXPECT_TRUE(scripts->has("r1"));
  scripts->drop("r1");
  EXPECT_EQ(scripts->runs(), 0u);
}

TEST_F(PoolTest, InterleavesManyRuns) {
  const auto scripts = pool(*real);
  told.then = [&](const Call& call) { scripts->answer(call.run, call.path, model::Value(), base::Time{}); };
  for (int i = 0; i < 50; ++i)
    scripts->start(start("r" + std::to_string(i), "for i = 1, 10 do run:note('n' .. i) end"));
  loop.run();
  EXPECT_EQ(std::count_if(told.lines.begin(), told.lines.end(), [](const auto& l) { return l.starts_with("ended"); }),
            50);
  EXPECT_EQ(told.lines.size(), 550u);
}

TEST_F(PoolTest, AsksAChecksFunctionAgainAndAgain) {
  const auto scripts = pool(*real);
  scripts->start(start("r1", "return run:wait { 'x', check = function() return now() > 7 and 'late' end }"));
  loop.run();
  scripts->check("r1", "1", base::Time{6'000'000});
  loop.run();
  scripts->check("r1", "1", base::Time{8'000'000});
  loop.run();
  scripts->answer("r1", "1", model::Value("late"), base::Time{8'000'000});
  loop.run();
  EXPECT_THAT(told.lines,
              ElementsAre("call r1 1 wait x", "checked 1 false", "checked 1 late", "ended r1 main done late"));
}

TEST_F(PoolTest, DeclaresAFileOrSaysWhatIsWrong) {
  const auto scripts = pool(*real);
  std::string heard;
  scripts->declare(bundle("return 1"), [&](base::Result<Declared> declared) { heard = declared->table.text(); });
  loop.run();
  EXPECT_EQ(heard, R"({"title":"t"})");
  scripts->declare(bundle("prnt(1)\n  retrun"),
                   [&](base::Result<Declared> declared) { heard = declared.error().text; });
  loop.run();
  EXPECT_EQ(heard, "pack/test.lua:4:1: syntax error near 'end'");
}

TEST_F(PoolTest, StartsTheWorkerAtTheFirstUseWithItsLimits) {
  const auto scripts = pool(puppets);
  EXPECT_TRUE(puppets.commands.empty());
  scripts->start(start("r1", ""));
  ASSERT_EQ(puppets.commands.size(), 1u);
  EXPECT_THAT(puppets.commands[0].argv, ElementsAre("/bin/reeve-child", "script"));
  EXPECT_TRUE(puppets.commands[0].limits.seccomp_script && puppets.commands[0].limits.no_network);
  EXPECT_TRUE(puppets.states[0]->frames.empty());  // nothing is said before the greeting
  puppets.hello(0);
  ASSERT_EQ(puppets.states[0]->frames.size(), 1u);
  EXPECT_EQ(puppets.states[0]->frames[0].as_list()[0].text(), "start");
  EXPECT_EQ(scripts->pid(), 77);
}

TEST_F(PoolTest, ADeadWorkersRunsAreLostAndTheBusyOneIsBlamed) {
  const auto scripts = pool(puppets);
  for (const char* run : {"a", "b", "c"}) scripts->start(start(run, ""));
  puppets.hello(0);
  puppets.say(0, turn("a", R"([["call","1","note","x",{},1]])"));
  puppets.states[0]->callbacks.on_exit({0, 11, ""});
  EXPECT_THAT(told.lines, ElementsAre("call a 1 note x", "lost a killed by signal 11",
                                      "lost b blamed killed by signal 11", "lost c killed by signal 11"));
  scripts->start(start("a", ""));
  EXPECT_EQ(puppets.states.size(), 1u);  // after a crash the next one waits
  loop.advance(base::millis(200));
  ASSERT_EQ(puppets.states.size(), 2u);
  puppets.hello(1);
  EXPECT_EQ(puppets.states[1]->frames.size(), 1u);
}

TEST_F(PoolTest, ALateWorkerIsKilled) {
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  scripts->start(start("b", ""));
  puppets.hello(0);
  loop.advance(base::seconds(4));
  puppets.say(0, turn("a", "[]"));
  loop.advance(base::seconds(4));
  EXPECT_EQ(puppets.states[0]->killed, 0);  // a's answer began b's time
  loop.advance(base::seconds(2));
  EXPECT_EQ(puppets.states[0]->killed, 9);
  puppets.states[0]->callbacks.on_exit({0, 9, ""});
  EXPECT_EQ(told.lines.back(), "lost b blamed no answer within 5s");
}

TEST_F(PoolTest, AWorkerThatNeverGreetsIsKilled) {
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  loop.advance(base::seconds(6));
  EXPECT_EQ(puppets.states[0]->killed, 9);
  puppets.states[0]->callbacks.on_exit({0, 9, ""});
  EXPECT_TRUE(told.lines.empty());  // it never had the run: the next worker gets it
  loop.advance(base::seconds(1));
  ASSERT_EQ(puppets.states.size(), 2u);
  puppets.hello(1);
  EXPECT_EQ(puppets.states[1]->frames.size(), 1u);
}

TEST_F(PoolTest, AnotherBuildsWorkerIsRefused) {
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  puppets.say(0, model::Value::list().push("hello").push(kProtocolVersion + 1));
  EXPECT_EQ(puppets.states[0]->killed, 9);
}

TEST_F(PoolTest, WithoutProcessesItTriesAgainWithBackOff) {
  puppets.refuse = true;
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  base::Result<Declared> declared = base::invalid("not asked");
  scripts->declare("x", [&](base::Result<Declared> d) { declared = std::move(d); });
  loop.advance(base::seconds(1));
  EXPECT_EQ(declared.error().fault, base::Fault::kUnavailable);
  EXPECT_GE(puppets.commands.size(), 3u);
  EXPECT_LE(puppets.commands.size(), 6u);
  puppets.refuse = false;
  loop.advance(base::seconds(30));
  ASSERT_EQ(puppets.states.size(), 1u);
  puppets.hello(0);
  EXPECT_EQ(puppets.states[0]->frames.size(), 1u);
}

TEST_F(PoolTest, AFileThatKillsTheWorkerIsNotReadForEver) {
  const auto scripts = pool(puppets);
  base::Result<Declared> declared = base::invalid("not asked");
  scripts->declare("x", [&](base::Result<Declared> d) { declared = std::move(d); });
  puppets.hello(0);
  puppets.states[0]->callbacks.on_exit({0, 11, ""});
  EXPECT_EQ(declared.error().text, "the script worker died while reading this file: killed by signal 11");
}

TEST_F(PoolTest, AnIdleWorkerLeaves) {
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  puppets.hello(0);
  puppets.say(0, turn("a", R"([["ended","main","done","",0]])"));
  loop.advance(base::minutes(6));
  EXPECT_FALSE(puppets.states[0]->gone);  // the run's state is still needed
  scripts->drop("a");
  loop.advance(base::minutes(6));
  EXPECT_TRUE(puppets.states[0]->gone);
  scripts->start(start("b", ""));
  EXPECT_EQ(puppets.states.size(), 2u);
}

TEST_F(PoolTest, ADroppedRunIsNotHeardOfAgain) {
  const auto scripts = pool(puppets);
  scripts->start(start("a", ""));
  puppets.hello(0);
  scripts->drop("a");
  puppets.say(0, turn("a", R"([["call","1","note","x",{},1]])"));
  EXPECT_TRUE(told.lines.empty());
}

}  // namespace
}  // namespace reeve::script
