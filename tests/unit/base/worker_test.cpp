#include "base/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "base/asio_loop.h"

namespace reeve::base {
namespace {

TEST(Worker, RunsJobsInOrderOnItsThreadAndTheirAnswersOnTheCore) {
  AsioLoop loop(system_clock());
  Worker worker("test", loop, 100);
  std::vector<int> answers;
  loop.post([&] {
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(worker.submit([&, i]() -> Task {
        EXPECT_FALSE(on_core());
        return [&, i] {
          EXPECT_TRUE(on_core());
          answers.push_back(i);
          if (i == 49) loop.stop();
        };
      }));
    }
  });
  loop.run();
  ASSERT_EQ(answers.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(answers[static_cast<size_t>(i)], i);
}

TEST(Worker, RefusesWhatItsQueueCannotHoldAndCountsIt) {
  AsioLoop loop(system_clock());
  std::promise<void> begun, release;
  Worker worker("test", loop, 2);
  worker.submit([&]() -> Task {
    begun.set_value();
    release.get_future().wait();
    return {};
  });
  begun.get_future().wait();
  const auto nothing = []() -> Task { return {}; };
  EXPECT_TRUE(worker.submit(nothing));
  EXPECT_TRUE(worker.submit(nothing));
  EXPECT_FALSE(worker.submit(nothing));
  EXPECT_EQ(worker.waiting(), 2U);
  EXPECT_EQ(worker.refused(), 1U);
  release.set_value();
}

TEST(Worker, EndsAfterTheRunningJobAndDropsTheRest) {
  AsioLoop loop(system_clock());
  std::atomic<int> ran = 0;
  std::promise<void> begun;
  {
    Worker worker("a name much longer than fifteen letters", loop, 10);
    worker.submit([&]() -> Task {
      ++ran;
      begun.set_value();
      while (worker.waiting() < 2) std::this_thread::yield();
      return {};
    });
    begun.get_future().wait();
    worker.submit([&]() -> Task { return ++ran, Task(); });
    worker.submit([&]() -> Task { return ++ran, Task(); });
  }
  EXPECT_GE(ran, 1);
  EXPECT_LE(ran, 3);
}

}  // namespace
}  // namespace reeve::base
