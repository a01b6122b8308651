// Handles, callbacks and timers under random use, against the plainest tables there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/live.h"
#include "base/manual_loop.h"

namespace reeve::base {
namespace {

struct Thing {
  explicit Thing(int n) : number(n) { ++alive; }
  ~Thing() { --alive; }
  void on_answer(int answer) { answers.push_back(answer); }
  int number;
  std::vector<int> answers;
  static inline int alive = 0;
};

TEST(LiveRandom, OldHandlesNeverFindNewThings) {
  std::mt19937 random(5);
  Live<Thing> live;
  std::map<int, Handle> present;
  std::vector<Handle> gone;
  int next = 0;
  for (int step = 0; step < 20000; ++step) {
    if (present.empty() || random() % 2) {
      present[next] = live.add(std::make_unique<Thing>(next));
      ++next;
    } else {
      auto victim = std::next(present.begin(), static_cast<std::ptrdiff_t>(random() % present.size()));
      live.erase(victim->second);
      live.erase(victim->second);
      gone.push_back(victim->second);
      present.erase(victim);
    }
    ASSERT_EQ(live.size(), present.size());
    ASSERT_EQ(Thing::alive, static_cast<int>(present.size()));
    if (step % 97) continue;
    for (const auto& [number, handle] : present) {
      ASSERT_NE(live.find(handle), nullptr);
      ASSERT_EQ(live.find(handle)->number, number);
    }
    for (const Handle& handle : gone) ASSERT_EQ(live.find(handle), nullptr);
    std::set<int> seen;
    live.each([&](Handle handle, Thing& thing) {
      EXPECT_EQ(live.find(handle), &thing);
      seen.insert(thing.number);
    });
    ASSERT_EQ(seen.size(), present.size());
  }
}

TEST(LiveRandom, AHandleOfNothingFindsNothing) {
  Live<Thing> live;
  live.add(std::make_unique<Thing>(1));
  EXPECT_EQ(live.find({}), nullptr);
  EXPECT_EQ(live.find({0, 2}), nullptr);
  EXPECT_EQ(live.find({7, 1}), nullptr);
  EXPECT_FALSE(Handle{});
  live.erase({});
  EXPECT_EQ(live.size(), 1u);
}

TEST(LiveRandom, ALateAnswerIsCountedAndDoesNotReachTheSuccessor) {
  Live<Thing> live;
  const Handle first = live.add(std::make_unique<Thing>(1));
  const auto callback = live.on(first, &Thing::on_answer);
  callback(5);
  EXPECT_EQ(live.find(first)->answers, std::vector<int>{5});
  live.erase(first);
  const Handle second = live.add(std::make_unique<Thing>(2));
  EXPECT_EQ(second.slot, first.slot) << "the same place";
  callback(6);
  EXPECT_TRUE(live.find(second)->answers.empty());
  EXPECT_EQ(live.dropped(), 1u);
}

// A thing whose last act is to end itself, while it starts its successor in the same table.
struct Phoenix {
  Live<Phoenix>* live;
  Handle self;
  int generation;
  void on_burn(int n) {
    if (n > 0) {
      auto next = std::make_unique<Phoenix>();
      next->live = live;
      next->generation = generation + 1;
      Phoenix* raw = next.get();
      raw->self = live->add(std::move(next));
      raw->on_burn(n - 1);
    }
    live->erase(self);
  }
};

TEST(LiveRandom, AThingMayEndItselfAndStartOthers) {
  Live<Phoenix> live;
  auto first = std::make_unique<Phoenix>();
  first->live = &live;
  first->generation = 0;
  Phoenix* raw = first.get();
  raw->self = live.add(std::move(first));
  live.on(raw->self, &Phoenix::on_burn)(100);
  EXPECT_EQ(live.size(), 0u);
}

TEST(ManualLoopRandom, TimersRunInOrderOfTimeThenOfAsking) {
  std::mt19937 random(6);
  ManualLoop loop;
  std::vector<std::pair<int64_t, int>> want, got;  // when, which
  std::map<int, Loop::Id> ids;
  for (int i = 0; i < 500; ++i) {
    const int64_t at_ms = static_cast<int64_t>(random() % 1000);
    want.emplace_back(at_ms, i);
    const Boot start = loop.clock().boot();
    ids[i] = loop.after(millis(at_ms), [&, i, start] { got.emplace_back((loop.clock().boot() - start).ms(), i); });
  }
  for (int i = 0; i < 500; i += 7) {
    loop.cancel(ids[i]);
    loop.cancel(ids[i]);
    std::erase_if(want, [&](const auto& item) { return item.second == i; });
  }
  std::stable_sort(want.begin(), want.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (int i = 0; i < 20; ++i) loop.advance(millis(60));
  EXPECT_EQ(got, want);
}

TEST(ManualLoopRandom, ATimerMayAskForMoreAndForCancelling) {
  ManualLoop loop;
  std::vector<int64_t> ticks;
  const Boot start = loop.clock().boot();
  Loop::Id never = 0;
  std::function<void()> tick = [&] {
    ticks.push_back((loop.clock().boot() - start).ms());
    loop.cancel(never);
    if (ticks.size() < 5) loop.after(millis(10), tick);
  };
  loop.after(millis(10), tick);
  never = loop.after(millis(25), [] { FAIL() << "was cancelled"; });
  loop.advance(seconds(1));
  EXPECT_EQ(ticks, (std::vector<int64_t>{10, 20, 30, 40, 50}));
  EXPECT_EQ((loop.clock().boot() - start).ms(), 1000);
}

TEST(ManualLoopRandom, TasksRunBeforeTimersThatAreDue) {
  ManualLoop loop;
  std::string order;
  loop.after(millis(0), [&] { order += "t"; });
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
  });
  loop.post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "abct");
  loop.post([&] { order += "x"; });
  loop.stop();
  loop.run();
  EXPECT_EQ(order, "abct") << "what waits at the stop is dropped";
}

TEST(ManualLoopRandom, OnlyTheWatchedDescriptorAndInterestIsCalled) {
  ManualLoop loop;
  std::string seen;
  const Loop::Id reads = loop.watch(3, Interest::kRead, [&] { seen += "r"; });
  loop.watch(3, Interest::kWrite, [&] { seen += "w"; });
  loop.watch(4, Interest::kRead, [&] { seen += "4"; });
  loop.ready(3, Interest::kRead);
  loop.ready(4, Interest::kRead);
  loop.ready(5, Interest::kRead);
  EXPECT_EQ(seen, "r4");
  loop.unwatch(reads);
  loop.unwatch(reads);
  loop.ready(3, Interest::kRead);
  loop.ready(3, Interest::kWrite);
  EXPECT_EQ(seen, "r4w");
}

}  // namespace
}  // namespace reeve::base
