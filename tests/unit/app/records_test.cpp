// What app's own entries tell, and what they keep out of their facts.
#include "app/records.h"

#include <gtest/gtest.h>

#include "model/json.h"

namespace reeve::app {
namespace {

// What was told belongs to the story of its run: `audit list --correlation`, `runs ID`. Its words are in the body.
TEST(Records, WhoWasToldCarriesRunAndCorrelationAndKeepsTheWordsInItsBody) {
  const base::Uuid story{1, 2, 3};
  const model::Entry told = delivered_entry({"message/ended/00ff", "webhook-1", "run-1", "denied by ada: why", story});
  EXPECT_EQ(told.kind, "operator.told");
  EXPECT_EQ(told.run, "run-1");
  EXPECT_EQ(told.correlation, story);
  EXPECT_EQ(model::to_json(told.facts), R"({"key":"message/ended/00ff","receiver":"webhook-1"})");
  EXPECT_EQ(told.body, R"({"text":"denied by ada: why"})");
  EXPECT_FALSE(delivered_entry({"alert/r/k/1/firing", "webhook-1", "", "", story}).body);
}

}  // namespace
}  // namespace reeve::app
