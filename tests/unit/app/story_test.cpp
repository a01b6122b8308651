// The demo as it is told: what each entry of the ledger becomes, and when the second break comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/demo_story.h"
#include "base/manual_loop.h"

namespace reeve::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class Story : public testing::Test {
 protected:
  // No patient: nothing in this test is ever sent a signal.
  Story() : story({[] { return pid_t{0}; }, [this] { ++ended; }}, out) {}

  std::string tell(const std::string& kind, model::Value facts, const std::string& body = "") {
    out.str("");
    model::Entry entry;
    entry.seq = 7;
    entry.kind = kind;
    entry.subject = "proc/shop";
    entry.facts = std::move(facts);
    if (!body.empty()) entry.body = body;
    story.on_entry(entry);
    return out.str();
  }

  base::ManualLoop loop;
  std::ostringstream out;
  int ended = 0;
  DemoStory story;
};

TEST_F(Story, NothingIsToldBeforeTheEngineRuns) {
  EXPECT_EQ(tell("run.started", model::Value::map().set("runbook", "a/b")), "");
}

TEST_F(Story, AnEngineThatDoesNotStartSaysWhy) {
  story.on_started(base::invalid("reeve.yaml:1:1: no"), loop, 80);
  EXPECT_EQ(out.str(), "reeve.yaml:1:1: no\n");
  EXPECT_EQ(tell("run.started", model::Value::map()), "");
}

TEST_F(Story, EachEntryIsOneLineWithItsNumber) {
  story.on_started({}, loop, 8080);
  EXPECT_THAT(out.str(), HasSubstr("127.0.0.1:8080"));
  const model::Value none = model::Value::map();
  EXPECT_EQ(tell("alert.firing", none, R"({"labels":{"alertname":"ShopDown"}})"),
            "  0.0s  detect alert ShopDown fires [entry 7]\n");
  EXPECT_EQ(tell("alert.resolved", model::Value::map().set("fired", true)),
            "  0.0s  detect the alert is resolved [entry 7]\n");
  EXPECT_EQ(tell("alert.resolved", model::Value::map().set("fired", false)), "") << "it never fired";
  EXPECT_EQ(tell("decision", model::Value::map().set("verdict", "allow"), R"({"reason":"every rail allows it"})"),
            "  0.0s  decide allow: every rail allows it [entry 7]\n");
  EXPECT_EQ(tell("decision", model::Value::map().set("verdict", "defer")), "  0.0s  decide defer [entry 7]\n");
  EXPECT_EQ(tell("run.started", model::Value::map().set("runbook", "proc/restart")),
            "  0.0s  heal   runbook proc/restart starts [entry 7]\n");
  EXPECT_EQ(
      tell("step.intent", model::Value::map().set("path", "2").set("instance", "proc/shop").set("action", "restart")),
      "  0.0s  heal   step 2: shop restart on proc/shop, written down before it is done [entry 7]\n");
  EXPECT_EQ(tell("step.outcome", model::Value::map().set("path", "2").set("ok", true)),
            "  0.0s  heal   step 2 done [entry 7]\n");
  EXPECT_EQ(tell("step.outcome", model::Value::map().set("path", "2").set("ok", false)),
            "  0.0s  heal   step 2 failed [entry 7]\n");
  EXPECT_EQ(tell("lease.acquired", none), "");
}

TEST_F(Story, ARunThatSucceedsWithoutABreakIsNoHeal) {
  story.on_started({}, loop, 80);
  tell("run.ended", model::Value::map().set("result", "succeeded"));
  EXPECT_FALSE(story.healed_twice());
  EXPECT_THAT(out.str(), Not(HasSubstr("healed")));
}

TEST_F(Story, WithoutAHealItGivesUpAfterAWhileAndEndsTheEngineOnce) {
  story.on_started({}, loop, 80);
  loop.advance(base::seconds(54));
  EXPECT_EQ(ended, 0);
  loop.advance(base::seconds(10));
  EXPECT_THAT(out.str(), HasSubstr("no heal within 55 s: giving up"));
  EXPECT_EQ(ended, 1);
  EXPECT_FALSE(story.healed_twice());
}

TEST(Prove, SaysWhenThereIsNothingToProve) {
  std::ostringstream out;
  EXPECT_NE(prove(testing::TempDir() + "/reeve_no_such_state", out), 0);
  EXPECT_THAT(out.str(), HasSubstr("does not verify"));
}

}  // namespace
}  // namespace reeve::app
