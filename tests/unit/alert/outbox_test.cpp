#include "alert/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

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

TEST(Outbox, AMessageThatIsRefusedPausesAlone) {
  Outbox outbox;
  const base::Boot now{0};
  outbox.add(parcel("bad"));
  outbox.add(parcel("good"));
  EXPECT_THAT(outbox.refused(*outbox.next(now).send, now, 0), testing::IsEmpty());
  Outbox::Next next = outbox.next(now);
  ASSERT_TRUE(next.send) << "the other one does not wait";
  EXPECT_EQ(next.send->key, "good");
  outbox.delivered("good");
  EXPECT_FALSE(outbox.next(now).send);
  EXPECT_EQ(outbox.next(now).wait, base::millis(500));
}

/// Refuses `key` again and again until the outbox gives it up or it was refused 20 times; `between` happens after each.
std::vector<std::string> refuse(Outbox& outbox, const std::function<void(base::Boot)>& between) {
  base::Boot now{0};
  for (int i = 0; i < 20; ++i, now = now + base::minutes(5)) {
    const Outbox::Next next = outbox.next(now);
    if (!next.send) return {"nothing to send"};
    std::vector<std::string> lost;
    for (const Parcel& one : outbox.refused(*next.send, now, 0)) lost.push_back(one.key);
    if (!lost.empty()) return lost;
    between(now);
  }
  return {};
}

TEST(Outbox, WhatIsRefusedWhileOthersAreTakenIsGivenUpWithWhatFollowsIt) {
  Outbox outbox;
  outbox.add(parcel("x/firing"));
  outbox.add(parcel("x/resolved", "x/firing"));
  int sent = 0;
  const auto lost = refuse(outbox, [&](base::Boot now) {
    outbox.add(parcel("good" + std::to_string(++sent)));
    const Outbox::Next next = outbox.next(now);
    ASSERT_TRUE(next.send);
    outbox.delivered(next.send->key);
  });
  EXPECT_THAT(lost, testing::ElementsAre("x/firing", "x/resolved"));
  EXPECT_EQ(sent, Outbox::kMostRefusals - 1);
  EXPECT_EQ(outbox.size(), 0U);
}

TEST(Outbox, OfAReceiverThatTakesNothingEverythingIsKept) {
  Outbox outbox;
  outbox.add(parcel("x/firing"));
  EXPECT_THAT(refuse(outbox, [](base::Boot) {}), testing::IsEmpty());
  EXPECT_TRUE(outbox.has("x/firing"));
  EXPECT_TRUE(outbox.in_trouble());
}

TEST(Outbox, WhatWasNotSentIsNoFailureOfTheReceiver) {
  Outbox outbox;
  const base::Boot now{0};
  outbox.add(parcel("early"));
  outbox.add(parcel("other"));
  outbox.postponed(*outbox.next(now).send, now, 0);
  EXPECT_EQ(outbox.failures(), 0);
  ASSERT_TRUE(outbox.next(now).send) << "the other one does not wait";
  EXPECT_EQ(outbox.next(now).wait, base::millis(500));
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
