// What people are told of a run: is it over, or is somebody needed? And that a question needs no answer any more.
#include "unit/runbook/run_fixture.h"

namespace reeve::runbook {
namespace {
using testing::ElementsAre;

class ToldTest : public RunTest {
 protected:
  /// The id of a question that waits.
  std::string asks() {
    Candidate candidate = world.candidate("box/heal");
    candidate.mode = "approve";
    world.consider(candidate);
    return world.runner->approvals().as_list().at(0)["id"].text();
  }
  /// "approval over: approved by uid:0: ..." up to the question's own text.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const Ports::Message& message : world.told)
      out.push_back(message.kind + (message.over ? " over: " : ": ") + message.text.substr(0, message.text.find(':')));
    return out;
  }
};

TEST_F(ToldTest, AnApprovalEndsItsQuestionAndARunThatEndedWellIsOver) {
  const std::string id = asks();
  EXPECT_TRUE(world.runner->approve(id, "ada").ok());
  world.active[1] = false;
  world.advance(base::seconds(20));
  EXPECT_EQ(world.result(), "succeeded: restarted");
  EXPECT_THAT(told(), ElementsAre("approval: approval needed", "approval over: approved by ada",
                                  "ended over: box/heal succeeded"));
  EXPECT_EQ(world.told[0].approval, id);
  EXPECT_EQ(world.told[1].approval, id);
  EXPECT_EQ(world.told[1].since, world.told[0].since);
}

TEST_F(ToldTest, ADenialEndsItsQuestionAndIsNoGoodEnd) {
  EXPECT_TRUE(world.runner->deny(asks(), "ada", "not now").ok());
  EXPECT_THAT(told(),
              ElementsAre("approval: approval needed", "approval over: denied by ada", "ended: box/heal cancelled"));
}

TEST_F(ToldTest, AQuestionThatNobodyAnsweredIsOverToo) {
  asks();
  world.advance(base::hours(30));
  EXPECT_EQ(told().at(1), "approval over: nobody approved it in time");
}

TEST_F(ToldTest, AQuestionOfARunThatIsCancelledIsOver) {
  asks();
  EXPECT_TRUE(world.runner->cancel(world.told[0].run, "ada").ok());
  EXPECT_THAT(told(),
              ElementsAre("approval: approval needed", "ended: box/heal cancelled", "approval over: no longer needed"));
}

TEST_F(ToldTest, AnEndSaysWhatItWasAboutSoThatALaterOneTakesItBack) {
  const char* params = "params = { x = p.string {}, how = p.string {} }";
  world.simple("box/bare", "if a.how == 'bad' then return run:fail('no') end", params);
  world.simple("box/locked", "if a.how == 'bad' then return run:fail('no') end",
               std::string("locks = { 'box/${x}' }, ") + params);
  const auto about = [this](const char* runbook, const char* x, const char* how) {
    Candidate candidate;
    candidate.runbook = runbook;
    candidate.mode = "auto";
    candidate.requested_by = "uid:1000";
    candidate.verify = false;
    candidate.params = model::Value::map().set("x", x).set("how", how);
    world.consider(candidate);
    world.advance(base::seconds(1));
    return world.told.empty() ? std::string() : world.told.back().about;
  };
  EXPECT_EQ(about("box/locked", "a", "bad"), "box/locked on box/a");
  EXPECT_EQ(about("box/locked", "a", "good"), "box/locked on box/a") << "the same target, done otherwise";
  EXPECT_NE(about("box/locked", "b", "good"), about("box/locked", "a", "good"));
  EXPECT_EQ(about("box/bare", "a", "bad"), about("box/bare", "a", "bad"));
  EXPECT_NE(about("box/bare", "a", "bad"), about("box/bare", "b", "bad")) << "another target, for all it says";
  EXPECT_EQ(about("box/bare", "secret", "bad").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace reeve::runbook
