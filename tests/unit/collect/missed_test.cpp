// What happened while nobody listened: each event is in the ledger exactly once, seen or recovered.
#include <gtest/gtest.h>

#include <random>

#include "model/json.h"
#include "unit/collect/world.h"

namespace reeve::collect {
namespace {

using model::Value;
using testing::EngineLife;
using testing::Tables;
using testing::World;

// "die a 137 recovered", without states.
std::vector<std::string> lines_of(const std::vector<model::Event>& events) {
  std::vector<std::string> out;
  for (const model::Event& event : events) {
    if (event.type == "box.state") continue;
    std::string line = event.type.substr(4) + " " + event.target.substr(4);
    for (const auto& [name, value] : event.fields.as_map()) line += " " + value.text();
    out.push_back(line + (event.recovered ? " recovered" : ""));
  }
  return out;
}
using Lines = std::vector<std::string>;

TEST(Missed, WhatWasBeforeTheEngineIsOnlyTakenNoteOf) {
  World world(100);
  world.start("a");
  world.die("a", 1);
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  EXPECT_EQ(lines_of(life.ledger), Lines{});
  EXPECT_EQ(life.ledger.size(), 1U) << "its state";
  world.start("a");
  life.stream();
  EXPECT_EQ(lines_of(life.ledger), Lines{"start a"});
}

TEST(Missed, TheSourceStillHasItSoNothingIsRecovered) {
  World world(100);
  world.start("a");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
  }
  world.die("a", 137);
  world.start("a");
  world.health("a", "healthy");
  EngineLife life(world, tables);
  life.open();
  EXPECT_EQ(lines_of(life.ledger), (Lines{"die a 137", "start a", "health a healthy"}));
}

TEST(Missed, TheSourceHasForgottenSoTheStateGivesItBack) {
  World world(1);
  world.start("a");
  world.start("b");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
  }
  world.die("a", 137, true);
  world.start("a");
  world.health("a", "unhealthy");
  world.die("b", 3);
  world.start("c");
  world.note("b");
  EngineLife life(world, tables);
  life.open();
  EXPECT_EQ(lines_of(life.ledger), (Lines{"note b", "oom a recovered", "die a 137 recovered", "start a recovered",
                                          "health a unhealthy recovered", "die b 3 recovered", "start c recovered"}));
  // Once more: all is known now.
  EngineLife again(world, tables);
  again.open();
  EXPECT_EQ(lines_of(again.ledger), Lines{});
}

TEST(Missed, AKillForLackOfMemoryIsGivenBackBeforeTheDeath) {
  World world(1);
  world.start("a");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
  }
  world.die("a", 137, true);
  world.note("a");
  EngineLife life(world, tables);
  life.open();
  EXPECT_EQ(lines_of(life.ledger), (Lines{"note a", "oom a recovered", "die a 137 recovered"}));
}

TEST(Missed, ASeenKillForLackOfMemoryIsNotGivenBackAgain) {
  World world(100);
  world.start("a");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
    world.die("a", 137, true);
    life.stream();
  }
  EngineLife life(world, tables);
  life.open();
  EXPECT_EQ(lines_of(life.ledger), Lines{}) << "the death is later than the kill, which is known all the same";
}

// What a healed container shows: it runs, and its state still says why it ended before.
TEST(Missed, AKillForLackOfMemoryThatWasHealedIsNotGivenBackEachTime) {
  for (const size_t remembers : {0U, 100U}) {
    World world(remembers);
    world.start("a");
    Tables tables;
    {
      EngineLife life(world, tables);
      life.open();
      world.die("a", 137, true);
      world.start("a");
      life.stream();
    }
    for (int opened = 0; opened < 3; ++opened) {
      EngineLife life(world, tables);
      life.open();
      life.open();
      EXPECT_EQ(lines_of(life.ledger), Lines{}) << opened;
    }
  }
}

TEST(Missed, AKillForLackOfMemoryIsGivenBackOnceThoughItWasHealedMeanwhile) {
  World world(0);
  world.start("a");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
  }
  world.die("a", 137, true);
  world.start("a");
  EngineLife first(world, tables);
  first.open();
  EXPECT_EQ(lines_of(first.ledger), (Lines{"oom a recovered", "die a 137 recovered", "start a recovered"}));
  EngineLife second(world, tables);
  second.open();
  EXPECT_EQ(lines_of(second.ledger), Lines{});
  // The next one is another.
  world.die("a", 137, true);
  world.start("a");
  second.open();
  EXPECT_EQ(lines_of(second.ledger), (Lines{"oom a recovered", "die a 137 recovered", "start a recovered"}));
}

TEST(Missed, AKillForLackOfMemoryWhoseEndAloneWasMissedIsNotGivenBackAgain) {
  World world(0);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  world.die("a", 137, true);
  life.take({world.history[1]});  // the kill; the engine ends before it hears of the death
  world.start("a");
  EngineLife again(world, tables);
  again.open();
  EXPECT_EQ(lines_of(again.ledger), (Lines{"die a 137 recovered", "start a recovered"}));
}

TEST(Missed, ARecoveredEventSaysWhatTheRealOneWouldHave) {
  World world(0);
  world.start("a");
  Tables tables;
  {
    EngineLife life(world, tables);
    life.open();
  }
  world.die("a", 42);
  EngineLife life(world, tables);
  life.open();
  ASSERT_GE(life.ledger.size(), 1U);
  const model::Event& event = life.ledger[0];
  EXPECT_EQ(event.type, "box.die");
  EXPECT_TRUE(event.recovered);
  EXPECT_EQ(event.target, "box/a");
  EXPECT_EQ(event.labels.text(), "{instance=\"local\", job=\"box\", name=\"a\"}");
  EXPECT_EQ(event.fields["exit_code"].as_int(), 42);
  EXPECT_EQ(event.at.ms(), base::Time{world.boxes["a"].finished_us}.ms());
  EXPECT_EQ(event.cursor, "") << "it moves no cursor";
  EXPECT_EQ(life.collector().counters()["recovered"].as_int(), 1);
}

TEST(Missed, ABrokenStreamOfTheSameEngineIsAGapToo) {
  World world(0);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  world.health("a", "healthy");
  life.stream();
  world.die("a", 9);  // the stream is broken here
  life.open();
  EXPECT_EQ(lines_of(life.ledger), (Lines{"health a healthy", "die a 9 recovered"}));
}

TEST(Missed, HealthBeginsAnewWithAStart) {
  World world(0);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  world.health("a", "healthy");
  life.stream();
  world.die("a", 1);
  world.start("a");
  world.health("a", "healthy");
  life.open();
  EXPECT_EQ(lines_of(life.ledger),
            (Lines{"health a healthy", "die a 1 recovered", "start a recovered", "health a healthy recovered"}));
}

TEST(Missed, AnUnchangedStateIsNotTold) {
  World world(10);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  const size_t before = life.ledger.size();
  life.open();
  EXPECT_EQ(life.ledger.size(), before);
  EXPECT_EQ(life.collector().counters()["states_unchanged"].as_int(), 1);
}

TEST(Missed, AReplayOfWhatIsKnownIsDropped) {
  World world(100);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  world.die("a", 1);
  life.stream();
  const size_t before = life.ledger.size();
  life.take({world.history.back(), world.history.front()});
  EXPECT_EQ(life.ledger.size(), before);
  EXPECT_EQ(life.collector().counters()["events_dropped"].as_int(), 2);
}

TEST(Missed, AnEndedTargetIsForgotten) {
  World world(100);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  world.die("a", 1);
  life.stream();
  EXPECT_FALSE(tables.rows("targets").empty());
  world.destroy("a");
  life.stream();
  EXPECT_TRUE(tables.rows("targets").empty());
  ASSERT_GE(life.ledger.size(), 2U);
  EXPECT_TRUE(life.ledger.back().ends_target);
  EXPECT_FALSE(life.ledger.front().ends_target);
}

TEST(Missed, AnIntakeOfManyIsSplitAndAcceptedOnce) {
  World world(100);
  Tables tables;
  EngineLife life(world, tables);
  std::vector<model::Event> many;
  for (int i = 0; i < 600; ++i) {
    world.note("a");
    many.push_back(world.history.back());
  }
  int accepted = 0;
  life.collector().take_events("box/local", many, [&] { ++accepted; });
  EXPECT_EQ(accepted, 1);
  ASSERT_EQ(tables.entries.size(), 3U);
  EXPECT_EQ(tables.entries[0].facts["count"].as_int(), 256);
  EXPECT_EQ(tables.entries[2].facts["count"].as_int(), 88);
  EXPECT_EQ(tables.rows("sources").at(0)["cursor"].as_string(), world.history.back().cursor);
}

TEST(Missed, TheEntryHoldsNoForeignTextInItsFacts) {
  World world(100);
  world.start("a");
  Tables tables;
  EngineLife life(world, tables);
  life.open();
  model::Event event = world.history.back();
  event.cursor = std::to_string(world.tick());
  event.fields.set("status", std::string(5000, 'x')).set("message", "drop table");
  event.type = "box.health";
  event.caused_by = "r1/2";
  life.take({event});
  const model::Entry& entry = tables.entries.back();
  EXPECT_EQ(entry.kind, "events.accepted");
  EXPECT_EQ(entry.subject, "box/local");
  const std::string facts = model::to_json(entry.facts);
  EXPECT_EQ(facts.find("drop table"), std::string::npos);
  EXPECT_EQ(facts.find("xxx"), std::string::npos) << facts;
  EXPECT_NE(facts.find("\"caused_by\":\"r1/2\""), std::string::npos);
  EXPECT_NE(entry.body->find("drop table"), std::string::npos) << "the body has it";
  EXPECT_EQ(project(model::Entry{}).size(), 0U);
}

// The world goes on at random, the engine dies and comes back at random, and the source forgets. Whatever the cut, no
// event is in the ledger twice, none is made up, and the last death and start of every box are always there.
TEST(Missed, EachIsThereExactlyOnceWhereverTheEngineDies) {
  int recovered = 0, seen = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto dice = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    World world(static_cast<size_t>(dice(8)));
    const auto happen = [&](int times) {
      for (int i = 0; i < times; ++i) {
        const std::string id(1, static_cast<char>('a' + dice(3)));
        const bool running = world.boxes[id].started_us > world.boxes[id].finished_us;
        if (!running) {
          world.start(id);
        } else if (dice(3) == 0) {
          world.health(id, dice(2) ? "healthy" : "unhealthy");
        } else {
          world.die(id, dice(256), dice(4) == 0);
        }
      }
    };
    happen(5);
    Tables tables;
    std::vector<model::Event> ledger;
    const size_t first = world.history.size();
    for (int life_number = 0; life_number < 6; ++life_number) {
      EngineLife life(world, tables);
      // The first gets at least as far as hearing of the source: what happened before is nobody's.
      if (dice(2)) life.entries_left = dice(8) + (life_number == 0 ? 1 : 0);
      life.open();
      happen(dice(4));
      if (dice(4)) life.stream();
      if (dice(3) == 0) {
        happen(dice(5));
        life.open();
      }
      life.dead = true;
      ledger.insert(ledger.end(), life.ledger.begin(), life.ledger.end());
      happen(dice(6));
    }
    EngineLife last(world, tables);
    last.open();
    ledger.insert(ledger.end(), last.ledger.begin(), last.ledger.end());

    // Each event of the ledger is one of the world, and none is there twice.
    std::set<const model::Event*> found;
    for (const model::Event& event : ledger) {
      if (event.type == "box.state") continue;
      (event.recovered ? recovered : seen) += 1;
      const model::Event* match = nullptr;
      for (size_t i = first; i < world.history.size() && !match; ++i) {
        const model::Event& real = world.history[i];
        const int64_t early = real.at.us - event.at.us;
        // A recovered one is dated by the state: one tick before, and a kill for lack of memory by the death after it.
        const bool same_time =
            event.recovered ? (event.type == "box.oom" ? early == -1000 : early == 1000) : early == 0;
        if (real.type == event.type && real.target == event.target && same_time) match = &real;
      }
      ASSERT_TRUE(match) << "seed " << seed << ": made up: " << model::to_json(event.to_value());
      ASSERT_TRUE(found.insert(match).second) << "seed " << seed << ": twice: " << model::to_json(event.to_value());
      EXPECT_EQ(match->fields, event.fields);
    }
    for (const auto& [id, box] : world.boxes) {
      for (const char* type : {"box.start", "box.die"}) {
        const model::Event* latest = nullptr;
        for (size_t i = first; i < world.history.size(); ++i)
          if (world.history[i].type == type && world.history[i].target == "box/" + id) latest = &world.history[i];
        EXPECT_TRUE(!latest || found.contains(latest))
            << "seed " << seed << ": lost: the last " << type << " of " << id;
      }
    }
  }
  EXPECT_GT(recovered, 300);
  EXPECT_GT(seen, 300);
}

}  // namespace
}  // namespace reeve::collect
