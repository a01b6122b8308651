// Who may say yes, to what exactly, and for how long.
#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {
using base::Fault;
using model::ActionClass;
using model::Effect;
using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;

struct People : testing::Test {
  World world;
  int effects = 0;
  People() {
    const auto add = [this](const std::string& name, ActionClass cls, Effect effect) {
      FakeAction& action = world.add(name, cls, effect);
      action.spec.settles = base::seconds(5);
      action.effect = [this](const Value&) -> base::Result<Value> { return ++effects, Value::map(); };
    };
    add("stop", ActionClass::kIdempotent, Effect::kChange);
    add("remove", ActionClass::kIdempotent, Effect::kDestroy);
  }
  void run(const std::string& body, const std::string& mode = "auto", const std::string& who = "") {
    world.simple("box/run", body);
    Candidate candidate = world.candidate("box/run");
    candidate.mode = mode;
    candidate.requested_by = who;
    world.consider(candidate);
    world.active[1] = mode != "auto";
    world.advance(base::seconds(1));
  }
  Value question(size_t n = 0) {
    const Value all = world.runner->approvals();
    return n < all.as_list().size() ? all.as_list()[n] : Value::map();
  }
  std::string id(size_t n = 0) { return question(n)["id"].text(); }
  Fault fault(const base::Status& status) { return status.ok() ? Fault::kInternal : status.error().fault; }
};

TEST_F(People, AQuestionSaysWhatWhoAndHowLong) {
  run("run:approve { 'Stop the box?', by = 'sre', within = '15m' }");
  const Value asked = question();
  EXPECT_EQ(asked["text"].text(), "Stop the box?");
  EXPECT_EQ(asked["who"].text(), "sre");
  EXPECT_EQ(asked["runbook"].text(), "box/run");
  EXPECT_EQ(asked["path"].text(), "2");
  EXPECT_EQ(asked["until_us"].as_int() - asked["since_us"].as_int(), base::minutes(15).us);
  EXPECT_EQ(asked["id"].text().size(), 12u);
  const auto entry = world.find("approval.requested").at(0);
  EXPECT_EQ(entry.facts["digest"].text().substr(0, 12), asked["id"].text());
  EXPECT_FALSE(entry.facts.has("text"));  // foreign text is body
}

TEST_F(People, AnAnswerIsBoundToArgumentsAndParameters) {
  std::set<std::string> ids;
  for (const char* body : {"box.remove { id = 'a' }", "box.remove { id = 'b' }", "run:approve 'remove a'",
                           "run:approve { 'remove a', by = 'x' }"}) {
    World other;
    other.add("remove", ActionClass::kIdempotent, Effect::kDestroy);
    other.simple("box/run", body);
    other.consider("box/run");
    other.advance(base::seconds(1));
    const Value all = other.runner->approvals();
    ASSERT_EQ(all.as_list().size(), 1u) << body;
    ids.insert(all.as_list()[0]["digest"].text() + all.as_list()[0]["id"].text());
  }
  EXPECT_EQ(ids.size(), 4u);
}

TEST_F(People, AnUnknownQuestionIsNotFound) {
  run("run:approve 'x'");
  EXPECT_EQ(fault(world.runner->approve("0123456789ab", "uid:1")), Fault::kNotFound);
  EXPECT_EQ(fault(world.runner->deny("", "uid:1", "")), Fault::kNotFound);
  EXPECT_EQ(world.find("approval.given").size(), 0u);
}

TEST_F(People, AnAnswerIsTakenOnce) {
  run("run:approve 'x' run:wait { 'y', expr = 'never', timeout = '1h' }");
  const std::string asked = id();
  EXPECT_TRUE(world.runner->approve(asked, "uid:1").ok());
  EXPECT_EQ(fault(world.runner->approve(asked, "uid:2")), Fault::kNotFound);
  EXPECT_EQ(fault(world.runner->deny(asked, "uid:2", "too late")), Fault::kNotFound);
  EXPECT_EQ(world.find("approval.given").size(), 1u);
}

TEST_F(People, TheSamePersonIsNotTwoPersons) {
  run("box.remove { id = 'a' }");
  const std::string asked = id();
  EXPECT_TRUE(world.runner->approve(asked, "uid:1").ok());
  EXPECT_THAT(world.runner->approve(asked, "uid:1").error().text,
              HasSubstr("uid:1 has approved it already; it needs 2"));
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 0);
  EXPECT_TRUE(world.runner->approve(asked, "uid:2").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
  std::vector<std::string> who;
  for (const auto& entry : world.find("approval.given")) who.push_back(entry.actor);
  EXPECT_THAT(who, ElementsAre("uid:1", "uid:2"));
}

TEST_F(People, OneNoIsEnoughEvenAfterAYes) {
  run("box.remove { id = 'a' }");
  const std::string asked = id();
  EXPECT_TRUE(world.runner->approve(asked, "uid:1").ok());
  EXPECT_TRUE(world.runner->deny(asked, "uid:2", "not this one").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 0);
  EXPECT_THAT(world.result(), HasSubstr("box.remove: not this one"));
}

TEST_F(People, TheFirstOfTwoYesSurvivesARestartOfAStartThatIsAsked) {
  run("box.remove { id = 'a' }");
  EXPECT_TRUE(world.runner->approve(id(), "uid:1").ok());
  world.advance(base::seconds(1));
  world.restart();
  world.advance(base::seconds(2));
  const std::string asked = id();
  EXPECT_TRUE(world.runner->approve(asked, "uid:2").ok());
  if (!world.runner->approvals().as_list().empty()) {
    EXPECT_TRUE(world.runner->approve(asked, "uid:3").ok());
  }
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
}

TEST_F(People, WhoRequestsMayDenyButNotApprove) {
  run("box.remove { id = 'a' }", "auto", "uid:7");
  const std::string asked = id();
  EXPECT_EQ(fault(world.runner->approve(asked, "uid:7")), Fault::kDenied);
  EXPECT_TRUE(world.runner->deny(asked, "uid:7", "on second thoughts").ok());
  world.advance(base::seconds(5));
  EXPECT_THAT(world.result(), HasSubstr("on second thoughts"));
}

TEST_F(People, AYesIsNotForWhatIsPlannedLater) {
  // While it is asked the world goes on: the step is planned again, and other targets are another question.
  std::string target = "box/one/a";
  world.actions.all["remove"].plan = [&target](const Value&) -> base::Result<model::Plan> {
    model::Plan plan;
    plan.targets = {target};
    return plan;
  };
  run("box.remove { id = 'a' }");
  const std::string asked = id();
  for (const char* who : {"uid:1", "uid:2"}) {
    world.advance(base::minutes(5));
    EXPECT_TRUE(world.runner->approve(asked, who).ok());
  }
  world.advance(base::seconds(10));
  EXPECT_EQ(effects, 1);
  EXPECT_GE(std::count(world.actions.log.begin(), world.actions.log.end(), "plan remove"), 2);
}

TEST_F(People, BranchesAskSideBySide) {
  run("run:each({ 'a', 'b' }, { ramp = false }, function(id) run:approve('stop ' .. id) box.stop { id = id } end)");
  ASSERT_EQ(world.runner->approvals().as_list().size(), 2u);
  const std::string first = id(0), second = id(1);
  EXPECT_TRUE(world.runner->deny(second, "uid:1", "no").ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(world.runner->approvals().as_list().size(), 1u);
  EXPECT_TRUE(world.runner->approve(first, "uid:1").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
  EXPECT_THAT(world.result(), HasSubstr("1 of 2 failed"));
}

TEST_F(People, ExpiryIsToTheMoment) {
  run("run:approve { 'x', within = '10m' }");
  world.advance(base::minutes(10) - base::millis(1'100));
  EXPECT_EQ(world.runner->approvals().as_list().size(), 1u);
  world.advance(base::millis(200));
  EXPECT_TRUE(world.runner->approvals().as_list().empty());
  EXPECT_EQ(world.find("approval.expired").size(), 1u);
  EXPECT_THAT(world.result(), HasSubstr("not approved: nobody approved it in time"));
}

TEST_F(People, ADurationThatIsNoneFailsTheCall) {
  run("run:approve { 'x', within = 'a while' }");
  world.advance(base::seconds(1));
  EXPECT_THAT(world.result(), HasSubstr("run:approve: within: not a valid duration"));
}

TEST_F(People, HearOnceOfEachThingThatNeedsThem) {
  run("box.remove { id = 'a' }");
  world.advance(base::minutes(30));
  std::vector<std::string> kinds;
  for (const auto& message : world.told) kinds.push_back(message.kind);
  EXPECT_THAT(kinds, ElementsAre("approval"));
  EXPECT_EQ(world.told[0].runbook, "box/run");
  EXPECT_FALSE(world.told[0].run.empty());
  EXPECT_TRUE(world.told[0].alert.has_value());
}

TEST_F(People, AnswersAreRefusedForStepsThatAreNotInDoubt) {
  run("run:wait { 'x', expr = 'never', timeout = '1h' }");
  const std::string run_id = world.runner->runs()[0].id;
  EXPECT_EQ(world.runner->settle(run_id, "", "happened", "uid:1").error().text,
            "run " + run_id + " has no step in doubt");
  EXPECT_EQ(world.runner->settle(run_id, "7", "happened", "uid:1").error().text,
            "run " + run_id + " has no step in doubt at 7");
  EXPECT_EQ(fault(world.runner->settle(run_id, "7", "happened", "uid:1")), Fault::kNotFound);
  EXPECT_EQ(fault(world.runner->settle("no such run", "", "happened", "uid:1")), Fault::kNotFound);
}

TEST_F(People, AStartThatWaitsForAYesIsJoinedAndApprovedOnce) {
  world.simple("box/run", "box.stop { id = 'a' }", "dedup = 'one'");
  for (int n = 1; n <= 5; ++n) {
    Candidate candidate = world.candidate("box/run", n);
    candidate.mode = "approve";
    const Started started = world.consider(candidate);
    EXPECT_EQ(started.joined, n > 1) << n;
  }
  EXPECT_EQ(world.runner->approvals().as_list().size(), 1u);
  EXPECT_TRUE(world.runner->approve(id(), "uid:1").ok());
  world.advance(base::seconds(5));
  EXPECT_EQ(effects, 1);
  EXPECT_EQ(world.find("run.started").size(), 1u);
}

TEST_F(People, AStartWhoseOwnAlertEndedGoesOnForAJoinedOne) {
  world.simple("box/run", "box.stop { id = 'a' } return run:done 'x'", "dedup = 'one'");
  for (int n = 1; n <= 2; ++n) {
    Candidate candidate = world.candidate("box/run", n);
    candidate.mode = "approve";
    world.consider(candidate);
  }
  world.active[1] = false;
  EXPECT_TRUE(world.runner->approve(id(), "uid:1").ok());
  world.advance(base::seconds(1));
  EXPECT_EQ(effects, 1);
}

}  // namespace
}  // namespace reeve::runbook
