// What was told as firing is told as over: with its alert, with its run, with a later success, or after an hour.
#include "alert/standing.h"

#include "unit/alert/notifier_fixture.h"

namespace reeve::alert {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StandingTest : public NotifierTest {
 protected:
  /// A message about run `run`, of an operator's word.
  static Message of_run(const std::string& kind, const std::string& run, bool over = false) {
    Message out{kind, run + "/" + kind, run + (over ? " went well" : " went badly"), run, "aws/reboot"};
    out.over = over;
    out.about = "aws/reboot on ec2/local/i-1";
    out.correlation = base::Uuid{7};
    return out;
  }
  void tell(const Message& message) {
    notifier->tell(message);
    loop.run();
  }
  /// "firing ReeveEnded run-1" of each post since the last time.
  std::vector<std::string> said() {
    std::vector<std::string> out;
    for (const Sent& one : std::exchange(sent, {})) {
      const model::Value& labels = one.body["commonLabels"];
      out.push_back(one.body["status"].as_string() + " " + labels["alertname"].as_string() +
                    (labels.has("reeve_run") ? " " + labels["reeve_run"].as_string() : "") +
                    (labels.has("reeve_escalation") && !labels.has("reeve_run") ? " told" : ""));
    }
    return out;
  }
  void pass(base::Duration time) {
    loop.advance(time);
    loop.run();
  }
};

TEST_F(StandingTest, AFailedRunOfAPersonIsOverWhenALaterOneAboutTheSameEndsWell) {
  tell(of_run("ended", "run-1"));
  Message other = of_run("ended", "run-2", true);
  other.about = "aws/reboot on ec2/local/i-2";
  tell(other);
  EXPECT_THAT(said(), ElementsAre("firing ReeveEnded run-1", "resolved ReeveEnded run-2")) << "another target's";
  tell(of_run("ended", "run-3", true));
  EXPECT_THAT(said(), ElementsAre("resolved ReeveEnded run-1", "resolved ReeveEnded run-3"));
  pass(base::hours(2));
  EXPECT_THAT(said(), IsEmpty()) << "once";
}

TEST_F(StandingTest, TheEndHasTheLabelsOfTheBegin) {
  tell(of_run("ended", "run-1"));
  const model::Value begin = sent.back().body;
  EXPECT_FALSE(last.standing.is_null());
  pass(base::hours(1));
  const model::Value end = sent.back().body;
  EXPECT_EQ(end["status"].as_string(), "resolved");
  EXPECT_EQ(end["groupKey"], begin["groupKey"]);
  const model::Value &was = begin["alerts"].as_list()[0], &is = end["alerts"].as_list()[0];
  EXPECT_EQ(is["fingerprint"], was["fingerprint"]);
  EXPECT_EQ(is["startsAt"], was["startsAt"]);
  EXPECT_EQ(is["endsAt"].as_string(), "2023-11-14T23:15:00.000Z");
  EXPECT_EQ(last.ends + "/over", last.key);
  EXPECT_EQ(last.run, "run-1");
  EXPECT_EQ(last.correlation, base::Uuid{7});
}

TEST_F(StandingTest, NewsWithoutAnEndStandForAnHour) {
  tell(of_run("escalation", "run-1"));
  pass(base::minutes(30));
  tell(of_run("escalation", "run-2"));
  said();
  pass(base::minutes(29));
  EXPECT_THAT(said(), IsEmpty());
  pass(base::minutes(1));
  EXPECT_THAT(said(), ElementsAre("resolved ReeveEscalation run-1"));
  pass(base::minutes(30));
  EXPECT_THAT(said(), ElementsAre("resolved ReeveEscalation run-2"));
}

TEST_F(StandingTest, ThatARunStandsIsOverWhenItEndsHowever) {
  for (const bool well : {true, false}) {
    restart();
    tell(of_run("parked", "run-1"));
    tell(of_run("ended", "run-1", well));
    EXPECT_THAT(said(), ElementsAre("firing ReeveParked run-1", "resolved ReeveParked run-1",
                                    std::string(well ? "resolved" : "firing") + " ReeveEnded run-1"));
  }
}

TEST_F(StandingTest, AnEscalationAboutAnAlertEndsWithItAndNoOther) {
  fires();
  Message message = of_run("escalation", "run-1");
  message.alert = change(model::AlertState::kFiring).alert;
  tell(message);
  EXPECT_THAT(said(), ElementsAre("firing Down", "firing Down told"));
  pass(base::hours(3));
  tell(of_run("ended", "run-9", true));
  said();
  resolves(2);
  EXPECT_THAT(said(), IsEmpty()) << "another episode";
  resolves();
  EXPECT_THAT(said(), ElementsAre("resolved Down", "resolved Down told"));
}

TEST_F(StandingTest, AnEscalationAboutWhatIsOverAlreadyStandsForAnHour) {
  bool active = false;
  Ports ports;
  ports.post = [this](const Receiver& to, const std::string& body, const std::function<void(base::Status)>& done) {
    sent.push_back({to.webhook, *model::parse_json(body), done});
    done({});
  };
  ports.active = [&](const model::Alert&) { return active; };
  notifier = make_notifier(ports, loop, random, "");
  notifier->use({one("a")});
  Message message = of_run("escalation", "run-1");
  message.alert = change(model::AlertState::kFiring).alert;
  tell(message);
  said();
  pass(base::hours(1));
  EXPECT_THAT(said(), ElementsAre("resolved Down told"));
}

TEST_F(StandingTest, ARestartForgetsNone) {
  tell(of_run("ended", "run-1"));
  const Delivery first = last;
  const base::Time at = loop.clock().wall();
  Message of_alert = of_run("escalation", "run-2");
  of_alert.alert = change(model::AlertState::kFiring).alert;
  tell(of_alert);
  const Delivery second = last;
  const auto before = delivered;
  pass(base::minutes(20));
  restart();
  notifier->restore(before);
  for (const Delivery& one : {first, second}) notifier->restore_standing(one.key, one.standing, at);
  said();
  pass(base::minutes(39));
  EXPECT_THAT(said(), IsEmpty());
  pass(base::minutes(1));
  EXPECT_THAT(said(), ElementsAre("resolved ReeveEnded run-1"));
  resolves();
  EXPECT_THAT(said(), ElementsAre("resolved Down told")) << "the alert itself was not told by this one";
}

TEST_F(StandingTest, WhoWasNotToldOrWantsNoEndGetsNone) {
  Receiver quiet = one("quiet");
  quiet.send_resolved = false;
  notifier->use({quiet});
  tell(of_run("ended", "run-1"));
  EXPECT_TRUE(last.standing.is_null()) << "nothing to take back";
  notifier->use({quiet, one("late")});
  said();
  pass(base::hours(1));
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(StandingTest, NothingEndsAfterStop) {
  tell(of_run("ended", "run-1"));
  notifier->stop();
  said();
  pass(base::hours(2));
  EXPECT_THAT(said(), IsEmpty());
}

TEST(Standing, IsBoundedAndTheOldestIsDue) {
  Standing standing;
  for (size_t i = 0; i <= Standing::kMost; ++i) {
    News news;
    news.key = std::to_string(i);
    news.alert.fired_at = base::Time{static_cast<int64_t>(i) + 1};
    news.of_alert = true;
    standing.add(std::move(news));
  }
  EXPECT_EQ(standing.next_due(), base::Boot{});
  const std::vector<News> due = standing.due(base::Boot{1});
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].key, "0");
}

}  // namespace
}  // namespace reeve::alert
