// The engine against a worker that is no good: garbage, too much, too early, too late, dead at the worst moment.
#include <random>

#include "unit/script/pool_fixture.h"

namespace reeve::script {
namespace {
using base::Fault;
using model::Value;
using testing::ElementsAre;
using testing::IsEmpty;

struct HostileWorker : PoolTest {
  std::unique_ptr<Pool> scripts = pool(puppets);
  void begin(const std::vector<std::string>& runs) {
    for (const std::string& run : runs) scripts->start(start(run, ""));
    puppets.hello(puppets.states.size() - 1);
  }
  void say(const std::string& json) { puppets.say(puppets.states.size() - 1, model::parse_json(json).value()); }
  int killed() { return puppets.states.empty() ? 0 : puppets.states.back()->killed; }
  void die(int signal = 11) { puppets.states.back()->callbacks.on_exit({0, signal, ""}); }
};

TEST_F(HostileWorker, FramesThatMakeNoSenseKillIt) {
  for (const char* frame : {"[]", "{}", "null", "5", "\"turn\"", "[\"turn\"]", "[\"turn\",\"a\"]",
                            "[\"turn\",\"a\",[],1]", "[\"declared\",1]", "[\"hello\"]", "[\"hello\",\"1\"]",
                            "[\"hello\",1,2]", "[\"call\",\"a\",[]]", "[7]", "[[\"turn\"]]"}) {
    scripts = pool(puppets);
    begin({"a"});
    say(frame);
    EXPECT_EQ(killed(), 9) << frame;
    die(9);
    EXPECT_THAT(told.lines, ElementsAre("lost a blamed it sent a frame that makes no sense (two builds?)")) << frame;
    told.lines.clear();
  }
}

TEST_F(HostileWorker, BytesThatAreNoFrameKillIt) {
  begin({"a"});
  puppets.states[0]->callbacks.on_message("\xc1\xff");
  EXPECT_EQ(killed(), 9);
}

TEST_F(HostileWorker, ItemsThatMakeNoSenseAreNotHeardOf) {
  begin({"a"});
  say(R"(["turn","a",[["call","1","note"],["call"],[],7,null,["checked","1"],["ended","main"],["what","1","2","3","4"],
       ["call","1","note","x",{},1,2]]])");
  EXPECT_THAT(told.lines, IsEmpty());
  say(R"(["turn","a",{"not":"a list"}])");
  EXPECT_THAT(told.lines, IsEmpty());
  EXPECT_EQ(killed(), 0);
}

TEST_F(HostileWorker, ItemsOfTheWrongTypesAreHarmless) {
  begin({"a"});
  say(R"(["turn","a",[["call",1,2,3,4,"five"],["checked",1,2,3],["ended",1,2,3,"many"]]])");
  EXPECT_EQ(told.lines.size(), 3u);
}

TEST_F(HostileWorker, ItSpeaksForARunThatIsNotThere) {
  begin({"a"});
  say(R"(["turn","b",[["call","1","note","x",{},1]]])");
  say(R"(["turn","",[["call","1","note","x",{},1]]])");
  EXPECT_THAT(told.lines, IsEmpty());
}

TEST_F(HostileWorker, ItDeclaresWhatNobodyAsked) {
  begin({"a"});
  say(R"(["declared",99,{"kind":"runbook","table":{},"errors":[]}])");
  say(R"(["declared",-1,{}])");
  EXPECT_THAT(told.lines, IsEmpty());
}

TEST_F(HostileWorker, MoreAnswersThanQuestionsAreSurvived) {
  begin({"a"});
  for (int i = 0; i < 50; ++i) say(R"(["turn","a",[]])");
  scripts->check("a", "1", base::Time{});
  say(R"(["turn","a",[["checked","1",true,5]]])");
  EXPECT_THAT(told.lines, ElementsAre("checked 1 5"));
}

TEST_F(HostileWorker, TwoGreetingsAreOne) {
  begin({"a"});
  puppets.hello(0);
  EXPECT_EQ(puppets.states[0]->frames.size(), 1u);
  EXPECT_EQ(killed(), 0);
}

TEST_F(HostileWorker, AFloodOfCallsIsTheListenersBusiness) {
  begin({"a"});
  std::string items;
  for (int i = 1; i <= 10'000; ++i)
    items += (i == 1 ? "" : ",") + ("[\"call\",\"" + std::to_string(i) + "\",\"note\",\"x\",{},1]");
  say("[\"turn\",\"a\",[" + items + "]]");
  EXPECT_EQ(told.lines.size(), 10'000u);
}

TEST_F(HostileWorker, AListenerThatDropsTheRunHearsNoMoreOfIt) {
  begin({"a"});
  told.then = [this](const Call& call) { scripts->drop(call.run); };
  say(R"(["turn","a",[["call","1","note","x",{},1],["call","2","note","y",{},1],["ended","main","done","",0]]])");
  EXPECT_THAT(told.lines, ElementsAre("call a 1 note x"));
  EXPECT_FALSE(scripts->has("a"));
}

TEST_F(HostileWorker, AListenerThatStartsTheRunAnewIsServed) {
  begin({"a"});
  int times = 0;
  told.then = [this, &times](const Call&) {
    if (++times == 1) scripts->start(start("a", ""));
  };
  say(R"(["turn","a",[["call","1","note","x",{},1]]])");
  EXPECT_EQ(puppets.states[0]->frames.size(), 2u);
  EXPECT_TRUE(scripts->has("a"));
}

TEST_F(HostileWorker, OneThatDiesAgainAndAgainIsStartedEverMoreSlowly) {
  begin({"a"});
  std::vector<int64_t> waits;
  for (int i = 0; i < 6; ++i) {
    die();
    scripts->start(start("a", ""));
    const base::Boot since = loop.clock().boot();
    const size_t before = puppets.states.size();
    for (int step = 0; step < 100'000 && puppets.states.size() == before; ++step) loop.advance(base::millis(10));
    ASSERT_GT(puppets.states.size(), before);
    waits.push_back((loop.clock().boot() - since).ms());
    puppets.hello(puppets.states.size() - 1);
  }
  EXPECT_LT(waits.front(), 500);
  EXPECT_GT(waits.back(), waits.front() * 4);
}

TEST_F(HostileWorker, OneThatLivedLongIsStartedQuicklyAgain) {
  begin({"a"});
  for (int i = 0; i < 4; ++i) {
    say(R"(["turn","a",[]])");
    loop.advance(base::seconds(11));
    die();
    scripts->start(start("a", ""));
    loop.advance(base::millis(400));
    ASSERT_EQ(puppets.states.size(), static_cast<size_t>(i) + 2) << i;
    puppets.hello(puppets.states.size() - 1);
  }
}

TEST_F(HostileWorker, RunsThatWaitForANewWorkerLoseNothing) {
  begin({"a"});
  die();
  scripts->start(start("a", ""));
  scripts->start(start("b", ""));
  told.lines.clear();
  loop.advance(base::seconds(1));
  die();  // before its greeting
  EXPECT_THAT(told.lines, IsEmpty());
  loop.advance(base::seconds(2));
  puppets.hello(puppets.states.size() - 1);
  EXPECT_EQ(puppets.states.back()->frames.size(), 2u);
}

TEST_F(HostileWorker, ADroppedRunIsNotSentToANewWorker) {
  begin({"a"});
  die();
  scripts->start(start("a", ""));
  scripts->start(start("b", ""));
  scripts->drop("a");
  loop.advance(base::seconds(1));
  puppets.hello(puppets.states.size() - 1);
  ASSERT_EQ(puppets.states.back()->frames.size(), 1u);
  EXPECT_EQ(puppets.states.back()->frames[0].as_list()[1].text(), "b");
}

TEST_F(HostileWorker, WhatIsAskedOfALostRunGoesNowhere) {
  begin({"a"});
  die();
  scripts->answer("a", "1", Value(), base::Time{});
  scripts->check("a", "1", base::Time{});
  scripts->clean_up("a", base::Time{});
  scripts->drop("a");
  loop.advance(base::seconds(10));
  EXPECT_EQ(puppets.states.size(), 1u);
}

TEST_F(HostileWorker, OnlyTheFileThatKilledItIsGivenUp) {
  std::vector<std::string> heard;
  const auto hear = [&heard](const char* name) {
    return [&heard, name](base::Result<Declared> declared) {
      heard.push_back(std::string(name) + (declared.ok() ? " ok" : " " + declared.error().text));
    };
  };
  scripts->declare("one", hear("one"));
  scripts->declare("two", hear("two"));
  puppets.hello(0);
  say(R"(["declared",1,{"kind":"runbook","table":{},"places":{},"errors":[]}])");
  die();  // at work on two
  scripts->declare("three", hear("three"));
  loop.advance(base::seconds(1));
  puppets.hello(1);
  const Value::List& frame = puppets.states[1]->frames.at(0).as_list();
  say("[\"declared\"," + frame[1].text() + R"(,{"kind":"test","table":{},"errors":[]}])");
  EXPECT_THAT(heard, ElementsAre("one ok", "two the script worker died while reading this file: killed by signal 11",
                                 "three ok"));
}

TEST_F(HostileWorker, ADeclareThatIsNotToBlameIsTriedAgain) {
  std::string heard;
  scripts->start(start("a", ""));
  scripts->declare("one", [&heard](base::Result<Declared> declared) { heard = declared.ok() ? "ok" : "error"; });
  puppets.hello(0);
  die();  // at work on a
  loop.advance(base::seconds(1));
  ASSERT_EQ(puppets.states.size(), 2u);
  puppets.hello(1);
  ASSERT_EQ(puppets.states[1]->frames.size(), 1u);
  say("[\"declared\"," + puppets.states[1]->frames[0].as_list()[1].text() + R"(,{"kind":"runbook","errors":[]}])");
  EXPECT_EQ(heard, "ok");
}

TEST_F(HostileWorker, FindingsOfADeclareAreJoinedWithTheirPlaces) {
  std::string heard;
  scripts->declare("x", [&heard](base::Result<Declared> declared) { heard = declared.error().text; });
  puppets.hello(0);
  say(R"(["declared",1,{"errors":[{"file":"p/x.lua","line":3,"col":7,"text":"bad"},{"text":"no place"},7]}])");
  EXPECT_EQ(heard, "p/x.lua:3:7: bad\nno place\n");
}

TEST_F(HostileWorker, RandomFramesNeverDoMoreThanKillIt) {
  std::mt19937 chance(3);
  const std::vector<std::string> seeds{R"(["turn","a",[["call","1","note","x",{"a":1},1]]])",
                                       R"(["turn","a",[["ended","main","done","",0]]])",
                                       R"(["turn","a",[["checked","1",false,{"kind":"timeout","message":"m"}]]])",
                                       R"(["declared",1,{"kind":"runbook","table":{},"errors":[]}])", R"(["hello",1])"};
  int kills = 0;
  for (int round = 0; round < 3000; ++round) {
    if (round % 20 == 0 || killed() != 0) {
      kills += puppets.states.empty() || killed() == 0 ? 0 : 1;
      scripts = pool(puppets);
      begin({"a"});
    }
    std::string frame = model::to_msgpack(model::parse_json(seeds[chance() % seeds.size()]).value());
    for (unsigned n = chance() % 4; n > 0; --n) frame[chance() % frame.size()] = static_cast<char>(chance());
    puppets.states.back()->callbacks.on_message(frame);
  }
  EXPECT_GT(kills, 100);
  EXPECT_GT(told.lines.size(), 100u);
}

}  // namespace
}  // namespace reeve::script
