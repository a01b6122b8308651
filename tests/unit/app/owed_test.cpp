// What people were not told when the last engine ended, and which of it is told by the next.
#include "app/owed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alert/payload.h"
#include "app/records.h"
#include "rule/records.h"

namespace reeve::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const base::Time kNow = base::time_from_ms(1'700'000'000'000);

Today today() {
  return {kNow, {"pager", "chat"}, {"a1"}, {"r1"}};
}

TEST(Owed, IsToldWhileSomebodyCanStillActOnIt) {
  const base::Time lately = kNow - base::hours(1);
  EXPECT_EQ(why_not({"escalation", "r0", "", "pager", lately}, today()), "") << "a run that ended badly";
  EXPECT_EQ(why_not({"approval", "r1", "a1", "pager", lately}, today()), "");
  EXPECT_EQ(why_not({"parked", "r1", "", "chat", lately}, today()), "");
  EXPECT_EQ(why_not({"approval", "r1", "", "pager", lately}, today()), "") << "an answer is no question";
}

TEST(Owed, IsForgivenWhereItWouldOnlyDisturb) {
  const base::Time lately = kNow - base::hours(1);
  EXPECT_EQ(why_not({"escalation", "r0", "", "pager", kNow - base::hours(25)}, today()), "late");
  EXPECT_EQ(why_not({"escalation", "r0", "", "gone", lately}, today()), "no_receiver");
  EXPECT_EQ(why_not({"approval", "r1", "a2", "pager", lately}, today()), "answered");
  EXPECT_EQ(why_not({"parked", "r0", "", "chat", lately}, today()), "over");
}

model::Entry resolved(uint64_t seq, uint64_t episode, bool fired = true) {
  model::Entry out;
  out.kind = "alert.resolved";
  out.seq = seq;
  out.facts.set("rule_id", "x").set("key", "k").set("episode", episode).set("fired", fired);
  return out;
}
std::string key(uint64_t episode, model::AlertState state) {
  return alert::delivery_key(rule::alert_of(resolved(0, episode)), state);
}

TEST(Owed, AnEndIsForWhomWasToldTheBegin) {
  using enum model::AlertState;
  const std::vector<model::Entry> ends{resolved(1, 1), resolved(2, 2), resolved(3, 3), resolved(4, 4, false)};
  const ToldPairs told{{key(1, kFiring), "pager"}, {key(1, kResolved), "pager"}, {key(2, kFiring), "pager"},
                       {key(2, kFiring), "chat"},  {key(2, kResolved), "chat"},  {key(4, kFiring), "pager"}};
  EXPECT_THAT(untold_ends(ends, told, {"pager", "chat"}), ElementsAre(2));
  EXPECT_THAT(untold_ends(ends, told, {"chat"}), IsEmpty()) << "who is no receiver any more is owed nothing";
}

TEST(Owed, HasARowForEachReceiverUntilItArrivesOrNeverWill) {
  alert::OnItsWay message{"message/escalation/1", {"pager", "chat"}, "escalation", "r1", "", {}};
  message.what.set("text", "a name stands in it");
  const model::Entry owed = owed_entry(message);
  EXPECT_FALSE(owed.facts.has("text")) << "words are no facts";
  const auto rows = project(owed);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].table, "owed");
  EXPECT_EQ(rows[1].key["receiver"].as_string(), "chat");
  const auto told = project(delivered_entry({message.key, "pager", "r1", "text", {}}));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_TRUE(told[1].erase);
  EXPECT_EQ(told[1].key["receiver"].as_string(), "pager");
  const auto never = project(untold_entry(message.key, "chat", "r1", "late", ""));
  ASSERT_THAT(never, SizeIs(1));
  EXPECT_TRUE(never[0].erase);
}

}  // namespace
}  // namespace reeve::app
