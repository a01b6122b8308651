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

}  // namespace
}  // namespace reeve::runbook
