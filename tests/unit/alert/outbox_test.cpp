#include "alert/outbox.h"

#include <gtest/gtest.h>

#include "alert/told.h"

namespace reeve::alert {
namespace {

Parcel parcel(const std::string& key, const std::string& after = "") {
  return {key, after, "", 0, {}};
}

TEST(RetryDelay, DoublesUpToFiveMinutesAndKeepsHalf) {
  EXPECT_EQ(retry_delay(1, 0), base::millis(500));
  EXPECT_LT(retry_delay(1, 0.999999), base::seconds(1));
  EXPECT_EQ(retry_delay(5, 0), base::seconds(8));
  EXPECT_EQ(retry_delay(9, 0), base::seconds(128));
  EXPECT_EQ(retry_delay(10, 0), base::seconds(150));
  EXPECT_EQ(retry_delay(1'000'000, 0), base::seconds(150));
}

TEST(Outbox, IsBoundedAndTheOldestGivesWay) {
  Outbox outbox;
  for (size_t i = 0; i < Outbox::kMost + 3; ++i) outbox.add(parcel(std::to_string(i)));
  EXPECT_EQ(outbox.size(), Outbox::kMost);
  EXPECT_EQ(outbox.dropped(), 3u);
  EXPECT_EQ(outbox.next({}).send->key, "3");
}

TEST(Outbox, KeepsOrderAndHoldsBackWhatFollows) {
  Outbox outbox;
  outbox.add(parcel("x/firing"));
  outbox.add(parcel("x/resolved", "x/firing"));
  outbox.add(parcel("y/firing"));
  EXPECT_EQ(outbox.next({}).send->key, "x/firing");
  EXPECT_TRUE(outbox.has("x/firing"));
  EXPECT_EQ(outbox.next({}).send->key, "y/firing");
  EXPECT_FALSE(outbox.next({}).send);
  outbox.delivered("x/firing");
  EXPECT_FALSE(outbox.has("x/firing"));
  EXPECT_EQ(outbox.next({}).send->key, "x/resolved");
}

TEST(Outbox, AParcelThatIsAlwaysRefusedDoesNotHoldUpTheOthers) {
  Outbox outbox;
  base::Boot now{0};
  outbox.add(parcel("bad"));
  outbox.add(parcel("good"));
  outbox.failed(*outbox.next(now).send, now, 0, {});
  EXPECT_EQ(outbox.next(now).wait, base::millis(500));
  now = now + base::millis(500);
  Outbox::Next next = outbox.next(now);
  ASSERT_TRUE(next.send);
  EXPECT_EQ(next.send->key, "good");
  outbox.delivered("good");
  EXPECT_EQ(outbox.failures(), 0);
  next = outbox.next(now);
  ASSERT_TRUE(next.send) << "its own pause has passed";
  EXPECT_EQ(next.send->attempts, 1);
}

TEST(Outbox, AnEmptyOneHasNothingToDo) {
  Outbox outbox;
  EXPECT_FALSE(outbox.next({}).send);
  EXPECT_FALSE(outbox.next({}).wait);
}

TEST(Told, RemembersPairsAndForgetsTheOldest) {
  Told told;
  told.add("k", "r");
  told.add("k", "r");
  EXPECT_TRUE(told.has("k", "r"));
  EXPECT_FALSE(told.has("k", "s"));
  EXPECT_FALSE(told.has("", "kr"));
  for (size_t i = 1; i < Told::kMost; ++i) told.add(std::to_string(i), "r");
  EXPECT_TRUE(told.has("k", "r"));
  told.add("one more", "r");
  EXPECT_FALSE(told.has("k", "r"));
}

}  // namespace
}  // namespace reeve::alert
