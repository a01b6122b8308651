#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "base/asio_loop.h"
#include "base/live.h"
#include "base/manual_loop.h"

namespace reeve::base {
namespace {

TEST(ManualLoop, RunsTimersInTheOrderOfTheirTime) {
  ManualLoop loop;
  std::string order;
  loop.after(seconds(2), [&] { order += "b"; });
  loop.after(seconds(1), [&] {
    order += "a";
    loop.post([&] { order += "p"; });
  });
  const auto never = loop.after(seconds(1), [&] { order += "x"; });
  loop.cancel(never);
  loop.advance(seconds(3));
  EXPECT_EQ(order, "apb");
}

TEST(ManualLoop, EachTimerSeesItsOwnMoment) {
  ManualLoop loop(Time{0});
  Time seen{};
  loop.after(seconds(5), [&] { seen = loop.clock().wall(); });
  loop.advance(minutes(1));
  EXPECT_EQ(seen, Time{5000000});
}

TEST(AsioLoop, TakesTasksFromOtherThreads) {
  AsioLoop loop(system_clock());
  bool on_core_thread = false;
  std::thread other([&] {
    loop.post([&] {
      on_core_thread = on_core();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_TRUE(on_core_thread);
  EXPECT_FALSE(on_core());
}

TEST(AsioLoop, WatchesADescriptorUntilToldNotTo) {
  AsioLoop loop(system_clock());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int seen = 0;
  Loop::Id watch = 0;
  watch = loop.watch(ends[0], Interest::kRead, [&] {
    char byte;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    if (++seen == 2) {
      loop.unwatch(watch);
      loop.after(millis(5), [&] { loop.stop(); });
      ASSERT_EQ(write(ends[1], "x", 1), 1);
    }
  });
  ASSERT_EQ(write(ends[1], "xx", 2), 2);
  loop.run();
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(close(ends[0]), 0) << "the descriptor stays the caller's";
  close(ends[1]);
}

TEST(AsioLoop, ACancelledTimerDoesNotRun) {
  AsioLoop loop(system_clock());
  bool ran = false;
  const auto timer = loop.after(millis(1), [&] { ran = true; });
  loop.cancel(timer);
  loop.after(millis(10), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
}

struct Asker {
  int answers = 0;
  void on_answer(int n) { answers += n; }
};

TEST(Live, DropsAnswersToWhatHasGone) {
  Live<Asker> live;
  const Handle first = live.add(std::make_unique<Asker>());
  const auto answer = live.on(first, &Asker::on_answer);
  answer(2);
  EXPECT_EQ(live.find(first)->answers, 2);
  live.erase(first);
  const Handle second = live.add(std::make_unique<Asker>());
  answer(3);
  EXPECT_EQ(live.find(second)->answers, 0) << "the slot is used again, the generation is not";
  EXPECT_EQ(live.dropped(), 1U);
  EXPECT_EQ(live.size(), 1U);
  EXPECT_EQ(live.find(Handle{}), nullptr);
}

Result<int> half(int n) {
  if (n % 2) return invalid("odd");
  return n / 2;
}
Result<int> quarter(int n) {
  REEVE_TRY(const int h, half(n));
  return half(h);
}

TEST(Result, PassesErrorsThrough) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().text, "odd");
  EXPECT_EQ(*half(8).and_then(half).transform([](int n) { return n + 1; }), 3);
  EXPECT_FALSE(half(3).and_then(half).ok());
  EXPECT_EQ(half(3).value_or(9), 9);
  for (const Fault fault : {Fault::kTransient, Fault::kUnknownOutcome, Fault::kInternal})
    EXPECT_EQ(fault_of(fault_name(fault)), fault);
}

TEST(ResultDeathTest, AValueThatIsNotThereIsABrokenPromise) {
  EXPECT_DEATH({ [[maybe_unused]] const int n = half(3).value(); }, "broken promise");
}

}  // namespace
}  // namespace reeve::base
