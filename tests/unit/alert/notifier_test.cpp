#include "unit/alert/notifier_fixture.h"

namespace reeve::alert {
namespace {

TEST_F(NotifierTest, TellsFiringAndResolvedButNotPending) {
  notifier->on_alert(change(model::AlertState::kPending));
  fires();
  resolves();
  EXPECT_EQ(statuses(), (std::vector<std::string>{"firing", "resolved"}));
  ASSERT_EQ(delivered.size(), 2u);
  EXPECT_EQ(delivered[0].second, "a");
  EXPECT_NE(delivered[0].first, delivered[1].first);
}

TEST_F(NotifierTest, ThePayloadIsAlertmanagers) {
  resolves();
  EXPECT_TRUE(sent.empty()) << "nobody was told that it fired";
  fires();
  resolves();
  const std::string fingerprint = change(model::AlertState::kFiring).alert.labels.fingerprint_text();
  EXPECT_EQ(
      model::to_json(sent[1].body),
      R"({"receiver":"a","status":"resolved","alerts":[{"status":"resolved",)"
      R"("labels":{"alertname":"Down","job":"node"},"annotations":{"summary":"it is down"},)"
      R"("startsAt":"2023-11-14T22:13:20.000Z","endsAt":"2023-11-14T22:14:20.000Z",)"
      R"("generatorURL":"http://reeve.example.com/alerts/)" +
          fingerprint + R"(","fingerprint":")" + fingerprint +
          R"("}],"groupLabels":{"alertname":"Down","job":"node"},"commonLabels":{"alertname":"Down","job":"node"},)"
          R"("commonAnnotations":{"summary":"it is down"},"externalURL":"http://reeve.example.com","version":"4",)"
          R"("groupKey":"{}:{alertname=\"Down\", job=\"node\"}","truncatedAlerts":0})");
  EXPECT_EQ(sent[0].body["alerts"].as_list()[0]["endsAt"].as_string(), "0001-01-01T00:00:00Z");
}

TEST_F(NotifierTest, TellsOncePerEpisodeStateAndReceiver) {
  notifier->use({one("a"), one("b")});
  fires();
  fires();
  EXPECT_EQ(sent.size(), 2u);
  fires(2);
  EXPECT_EQ(sent.size(), 4u);
}

TEST_F(NotifierTest, WhatWasToldBeforeARestartIsNotToldAgain) {
  fires();
  const auto before = delivered;
  sent.clear();
  restart();
  notifier->restore(before);
  fires();
  EXPECT_TRUE(sent.empty());
  resolves();
  EXPECT_EQ(statuses(), std::vector<std::string>{"resolved"});
}

TEST_F(NotifierTest, WhatWasNotDeliveredBeforeARestartIsToldAgain) {
  answer = kRefused;
  fires();
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_TRUE(delivered.empty());
  notifier->stop();
  sent.clear();
  answer = base::Status();
  restart();
  notifier->restore(delivered);
  fires();
  EXPECT_EQ(statuses(), std::vector<std::string>{"firing"});
}

TEST_F(NotifierTest, RetriesWithGrowingPausesUntilItIsDelivered) {
  answer = kRefused;
  fires();
  std::vector<base::Duration> pauses;
  for (int i = 0; i < 4; ++i) {
    const size_t before = sent.size();
    base::Duration waited;
    while (sent.size() == before) {
      loop.advance(base::millis(250));
      waited = waited + base::millis(250);
      ASSERT_LT(waited, base::minutes(10));
    }
    pauses.push_back(waited);
  }
  EXPECT_EQ(pauses, (std::vector<base::Duration>{base::millis(1000), base::millis(1500), base::millis(3000),
                                                 base::millis(6000)}));
  EXPECT_EQ(failing.back(), "a: the receiver answered 503 #5");
  EXPECT_TRUE(notifier->status().as_list()[0]["failing"].as_bool());
  EXPECT_EQ(notifier->status().as_list()[0]["last_error"].as_string(), "the receiver answered 503");
  answer = base::Status();
  loop.advance(base::minutes(1));
  EXPECT_EQ(delivered.size(), 1u);
  EXPECT_FALSE(notifier->status().as_list()[0]["failing"].as_bool());
  const size_t all = sent.size();
  loop.advance(base::hours(1));
  EXPECT_EQ(sent.size(), all);
}

TEST_F(NotifierTest, WaitsAsLongAsTheReceiverAsks) {
  answer = base::Status(base::Error{base::Fault::kThrottled, "the receiver answered 429", 60'000});
  fires();
  answer = base::Status();
  loop.advance(base::seconds(59));
  EXPECT_EQ(sent.size(), 1u);
  loop.advance(base::seconds(2));
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(NotifierTest, AResolvedAlertWaitsUntilItsFiringWasDelivered) {
  answer = kRefused;
  fires();
  resolves();
  EXPECT_EQ(statuses(), std::vector<std::string>{"firing"});
  loop.advance(base::millis(500));
  answer = base::Status();
  loop.advance(base::seconds(5));
  EXPECT_EQ(statuses(), (std::vector<std::string>{"firing", "firing", "resolved"}));
}

TEST_F(NotifierTest, AReceiverThatNeverAnswersIsAFailedAttempt) {
  answer.reset();
  fires();
  loop.advance(base::seconds(31));
  EXPECT_EQ(failing.size(), 0u) << "the port may have waited for a lane";
  loop.advance(base::seconds(2));
  ASSERT_EQ(failing.size(), 1u);
  EXPECT_EQ(failing[0], "a: no answer in time #1");
  EXPECT_EQ(sent.size(), 2u);
  sent[0].done({});  // far too late: counted as nothing
  EXPECT_TRUE(delivered.empty());
  sent[1].done({});
  EXPECT_EQ(delivered.size(), 1u);
}

TEST_F(NotifierTest, AStormIsSentFewAtATimeAndAFailingReceiverIsAskedOneByOne) {
  answer.reset();
  for (uint64_t i = 1; i <= 20; ++i) fires(i);
  EXPECT_EQ(sent.size(), 4u);
  for (size_t i = 0; i < 4; ++i) sent[i].done(kRefused);
  loop.run();
  EXPECT_EQ(sent.size(), 4u);
  loop.advance(base::seconds(7));
  EXPECT_EQ(sent.size(), 5u) << "one probe while it fails";
  for (size_t i = 4; i < sent.size() && i < 100; ++i) {
    sent[i].done({});
    loop.advance(base::seconds(1));
  }
  loop.advance(base::minutes(1));
  EXPECT_EQ(delivered.size(), 20u);
}

TEST_F(NotifierTest, OneReceiverThatIsDownDelaysNoOther) {
  notifier->use({one("a"), one("b")});
  answer.reset();
  fires();
  ASSERT_EQ(sent.size(), 2u);
  sent[1].done({});
  loop.run();
  EXPECT_EQ(delivered.size(), 1u);
  EXPECT_EQ(delivered[0].second, "b");
}

TEST_F(NotifierTest, AReloadKeepsWhatWaitsForThoseThatStayAndDropsTheRest) {
  notifier->use({one("a"), one("b")});
  answer = kRefused;
  fires();
  Receiver moved = one("a");
  moved.webhook = "http://elsewhere/hook";
  notifier->use({moved});
  answer = base::Status();
  sent.clear();
  loop.advance(base::minutes(10));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].url, "http://elsewhere/hook");
  EXPECT_EQ(notifier->status().as_list().size(), 1u);
}

TEST_F(NotifierTest, AnAnswerForAReceiverThatHasGoneIsDropped) {
  answer.reset();
  fires();
  notifier->use({});
  sent[0].done({});
  loop.advance(base::minutes(1));
  EXPECT_TRUE(delivered.empty());
}

TEST_F(NotifierTest, AnEscalationIsAnAlertNamedAfterTheOriginal) {
  Message message;
  message.kind = "escalation";
  message.key = "run-1/escalation";
  message.text = "the restart did not help";
  message.run = "run-1";
  message.runbook = "docker/restart";
  message.alert = change(model::AlertState::kResolved).alert;
  notifier->tell(message);
  notifier->tell(message);
  loop.run();
  ASSERT_EQ(sent.size(), 1u);
  const model::Value& alert = sent[0].body["alerts"].as_list()[0];
  EXPECT_EQ(alert["status"].as_string(), "firing");
  EXPECT_EQ(model::to_json(alert["labels"]), R"({"alertname":"Down","job":"node","reeve_escalation":"escalation"})");
  EXPECT_EQ(alert["annotations"]["summary"].as_string(), "the restart did not help");
  EXPECT_EQ(alert["annotations"]["reeve_run"].as_string(), "run-1");
  EXPECT_EQ(alert["startsAt"].as_string(), "2023-11-14T22:15:00.000Z");
}

TEST_F(NotifierTest, AMessageWithoutAnAlertIsNamedAfterItsKindAndTellsItsRun) {
  notifier->tell({"ended", "run-2/ended", "it failed", "run-2", "aws/reboot", std::nullopt});
  notifier->tell({"ended", "run-3/ended", "it failed", "run-3", "aws/reboot", std::nullopt});
  loop.run();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(model::to_json(sent[0].body["commonLabels"]),
            R"({"alertname":"ReeveEnded","reeve_escalation":"ended","reeve_run":"run-2"})");
  EXPECT_NE(sent[0].body["groupKey"], sent[1].body["groupKey"]);
  EXPECT_NE(sent[0].body["alerts"].as_list()[0]["fingerprint"], sent[1].body["alerts"].as_list()[0]["fingerprint"]);
}

TEST_F(NotifierTest, AnAnswerEndsItsOwnQuestionAndNoOther) {
  const auto question = [&](const char* id, bool over, bool of_alert) {
    Message out{"approval", std::string("run-2/") + id, over ? "denied by ada: may it?" : "may it?", "run-2"};
    if (of_alert) out.alert = change(model::AlertState::kFiring).alert;
    out.approval = id;
    out.since = base::time_from_ms(1'700'000'090'000);
    out.over = over;
    return out;
  };
  for (const bool of_alert : {false, true}) {
    sent.clear();
    const char* first = of_alert ? "aa" : "cc";
    const char* second = of_alert ? "bb" : "dd";
    notifier->tell(question(first, false, of_alert));
    notifier->tell(question(second, false, of_alert));
    notifier->tell(question(first, true, of_alert));
    notifier->tell(question(first, true, of_alert));
    loop.run();
    EXPECT_EQ(statuses(), (std::vector<std::string>{"firing", "firing", "resolved"}));
    const auto alert = [&](size_t i) { return sent[i].body["alerts"].as_list()[0]; };
    EXPECT_EQ(alert(0)["fingerprint"], alert(2)["fingerprint"]);
    EXPECT_NE(alert(1)["fingerprint"], alert(2)["fingerprint"]);
    EXPECT_EQ(sent[0].body["groupKey"], sent[2].body["groupKey"]);
    EXPECT_EQ(alert(0)["startsAt"].as_string(), "2023-11-14T22:14:50.000Z");
    EXPECT_EQ(alert(2)["startsAt"], alert(0)["startsAt"]);
    EXPECT_EQ(alert(2)["labels"]["reeve_approval"].as_string(), first);
  }
}

TEST_F(NotifierTest, ADeliveryTellsWhoseStoryItIsAndItsKeyHoldsNoText) {
  const base::Uuid story{1, 2, 3};
  Message message{"ended", "run-2/ended/t/boom failed: secret", "t/boom failed: secret", "run-2"};
  message.correlation = story;
  notifier->tell(message);
  loop.run();
  EXPECT_EQ(last.run, "run-2");
  EXPECT_EQ(last.text, "t/boom failed: secret");
  EXPECT_EQ(last.correlation, story);
  EXPECT_TRUE(last.key.starts_with("message/ended/")) << last.key;
  EXPECT_EQ(last.key.find("boom"), std::string::npos) << last.key;
  model::AlertChange fired = change(model::AlertState::kFiring);
  fired.alert.correlation = story;
  notifier->on_alert(fired);
  loop.run();
  EXPECT_EQ(last.correlation, story);
  EXPECT_EQ(last.text, "");
}

TEST_F(NotifierTest, AMessageToldBeforeARestartIsNotToldAgain) {
  const Message message{"parked", "run-2/parked/it waits: a/b", "it waits: a/b", "run-2"};
  notifier->tell(message);
  loop.run();
  const std::string today = delivered.at(0).first;
  for (const std::string& key : {today, std::string("message/parked/run-2/parked/it waits: a/b")}) {
    restart();
    notifier->restore({{key, "a"}});
    sent.clear();
    notifier->tell(message);
    loop.run();
    EXPECT_TRUE(sent.empty()) << key;
  }
}

TEST_F(NotifierTest, AnAnswerGoesToWhomTheQuestionWentTo) {
  Message message{"approval", "run-2/a", "may it?", "run-2", "aws/reboot", std::nullopt, "a"};
  Receiver quiet = one("quiet");
  quiet.send_resolved = false;
  notifier->use({one("a"), quiet});
  notifier->tell(message);
  loop.run();
  const auto before = delivered;
  restart();
  notifier->restore(before);
  notifier->use({one("a"), quiet, one("late")});
  sent.clear();
  message.over = true;
  notifier->tell(message);
  loop.run();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].url, "http://a/hook");
  EXPECT_EQ(statuses(), std::vector<std::string>{"resolved"});
}

TEST_F(NotifierTest, WhoWantsNoResolvedGetsNone) {
  Receiver quiet = one("quiet");
  quiet.send_resolved = false;
  notifier->use({quiet});
  fires();
  resolves();
  EXPECT_EQ(statuses(), std::vector<std::string>{"firing"});
}

TEST_F(NotifierTest, NothingIsSentAfterStop) {
  answer.reset();
  fires(1);
  notifier->stop();
  sent[0].done({});
  fires(2);
  loop.advance(base::minutes(10));
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_TRUE(delivered.empty());
}

}  // namespace
}  // namespace reeve::alert
