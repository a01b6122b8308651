// When does the writer's thread work, and when does it copy the -wal file?
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "store/checkpointer.h"
#include "store/writer_thread.h"

namespace reeve::store {
namespace {

TEST(WriterThreadTest, BeginsWithAPassAndMakesOneAfterEachWake) {
  std::atomic<int> passes{0};
  std::promise<void> first, second;
  WriterThread thread("test", [&]() -> std::optional<base::Duration> {
    const int n = ++passes;
    if (n == 1) first.set_value();
    if (n == 2) second.set_value();
    return std::nullopt;
  });
  first.get_future().wait();
  thread.wake();
  second.get_future().wait();
  thread.stop();
  EXPECT_EQ(passes, 2);
  thread.wake();  // after the end: nothing
  EXPECT_EQ(passes, 2);
}

TEST(WriterThreadTest, AWakeDuringAPassIsNotLost) {
  std::promise<void> inside, go, again;
  int passes = 0;
  WriterThread thread("test", [&]() -> std::optional<base::Duration> {
    if (++passes == 1) {
      inside.set_value();
      go.get_future().wait();
    } else if (passes == 2) {
      again.set_value();
    }
    return std::nullopt;
  });
  inside.get_future().wait();
  thread.wake();
  go.set_value();
  again.get_future().wait();
}

TEST(WriterThreadTest, GoesOnByItselfAfterTheTimeItAskedFor) {
  std::promise<void> third;
  int passes = 0;
  WriterThread thread("test", [&]() -> std::optional<base::Duration> {
    if (++passes == 3) third.set_value();
    return passes < 3 ? std::optional(base::millis(1)) : std::nullopt;
  });
  third.get_future().wait();
  thread.stop();
  EXPECT_EQ(passes, 3);
}

struct CheckpointerTest : testing::Test {
  base::Boot now{1000000};
  CheckpointPolicy policy;
  Checkpointer checkpointer{now, policy};
  void pass(base::Duration d) { now = now + d; }
};

TEST_F(CheckpointerTest, HasNothingToDoAtFirst) {
  EXPECT_FALSE(checkpointer.due(true, now));
  EXPECT_FALSE(checkpointer.wait(now).has_value());
}

TEST_F(CheckpointerTest, IsDueAtIdleOnceAQuotaHasGathered) {
  checkpointer.on_commit(policy.quota_pages - 1, now);
  EXPECT_EQ(checkpointer.wait(now)->us, policy.at_least_every.us);
  pass(base::seconds(1));
  EXPECT_FALSE(checkpointer.due(true, now));
  checkpointer.on_commit(policy.quota_pages, now);
  EXPECT_FALSE(checkpointer.due(true, now));  // not idle for long enough
  EXPECT_EQ(checkpointer.wait(now)->us, policy.idle.us);
  pass(policy.idle);
  EXPECT_TRUE(checkpointer.due(true, now));
  EXPECT_FALSE(checkpointer.due(false, now));  // never in the hot path
  checkpointer.on_checkpoint(0, false, now);
  EXPECT_FALSE(checkpointer.due(true, now));
  EXPECT_EQ(checkpointer.pending_pages(), 0);
}

TEST_F(CheckpointerTest, IsDueAfterAMinuteAlsoUnderLoad) {
  checkpointer.on_commit(1, now);
  pass(policy.at_least_every - base::micros(1));
  EXPECT_FALSE(checkpointer.due(false, now));
  pass(base::micros(1));
  EXPECT_TRUE(checkpointer.due(false, now));
}

TEST_F(CheckpointerTest, IsDueAtOnceBeforeTheFileGrowsBeyondMeasure) {
  checkpointer.on_commit(policy.most_pages, now);
  EXPECT_TRUE(checkpointer.due(false, now));
}

TEST_F(CheckpointerTest, TriesAgainLaterWhatAReaderHeldOrAnErrorStopped) {
  checkpointer.on_commit(1000, now);
  pass(policy.idle);
  checkpointer.on_checkpoint(600, false, now);
  EXPECT_EQ(checkpointer.pending_pages(), 600);
  EXPECT_FALSE(checkpointer.due(true, now));
  EXPECT_EQ(checkpointer.wait(now)->us, policy.retry.us);
  pass(policy.retry);
  EXPECT_TRUE(checkpointer.due(true, now));
  checkpointer.on_checkpoint(0, true, now);
  EXPECT_EQ(checkpointer.pending_pages(), 600);
  EXPECT_FALSE(checkpointer.due(true, now));
}

TEST_F(CheckpointerTest, NoticesThatTheFileWasBegunAnew) {
  checkpointer.on_commit(1000, now);
  checkpointer.on_checkpoint(0, false, now);
  checkpointer.on_commit(10, now);
  EXPECT_EQ(checkpointer.pending_pages(), 10);
}

}  // namespace
}  // namespace reeve::store
