// Deliveries under everything that may happen on the way: callbacks that change the notifier, clocks that jump, floods,
// hostile texts, and random weather.
#include <map>
#include <random>
#include <set>

#include "alert/outbox.h"
#include "alert/payload.h"
#include "unit/alert/notifier_fixture.h"

namespace reeve::alert {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DeliveryTest : public NotifierTest {
 protected:
  /// "firing 1", "resolved 1": what was posted, in order.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const Sent& each : sent) {
      const model::Value& labels = each.body["commonLabels"];
      out.push_back(each.body["status"].as_string() + " " + labels["alertname"].as_string());
    }
    return out;
  }
};

TEST_F(DeliveryTest, ThePortGetsAddressHeadersAndTimeoutOfTheReceiver) {
  std::vector<std::string> seen;
  Ports ports;
  ports.post = [&](const Receiver& to, const std::string&, const std::function<void(base::Status)>& done) {
    std::string line = to.webhook + " " + base::format_duration(to.timeout);
    for (const auto& [name, value] : to.headers) line += " " + name + "=" + value;
    seen.push_back(line);
    done({});
  };
  notifier = make_notifier(ports, loop, random, "");
  Receiver receiver = one("a");
  receiver.headers = {{"X-One", "1"}, {"X-Two", "2"}};
  receiver.timeout = base::seconds(3);
  notifier->use({receiver, one("b")});
  fires();
  EXPECT_THAT(seen, ElementsAre("http://a/hook 3s X-One=1 X-Two=2", "http://b/hook 10s"));
}

TEST_F(DeliveryTest, WithoutAnyoneToTellNothingHappens) {
  notifier->use({});
  fires(), resolves();
  notifier->tell({"plugin", "k", "text", "", "", std::nullopt});
  loop.advance(base::hours(1));
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_THAT(notifier->status().as_list(), IsEmpty());
}

TEST_F(DeliveryTest, AReceiverThatComesLaterIsToldOfWhatComesThen) {
  fires(1);
  notifier->use({one("a"), one("late")});
  resolves(1);  // nobody told "late" that it fired
  fires(2);
  std::vector<std::string> urls;
  for (const Sent& each : sent) urls.push_back(each.url + " " + each.body["status"].as_string());
  EXPECT_THAT(urls, ElementsAre("http://a/hook firing", "http://a/hook resolved", "http://a/hook firing",
                                "http://late/hook firing"));
}

TEST_F(DeliveryTest, AnotherNameIsAnotherReceiver) {
  fires();
  Receiver renamed = one("b");
  renamed.webhook = "http://a/hook";
  notifier->use({renamed});
  fires();
  EXPECT_THAT(sent, SizeIs(2));
}

TEST_F(DeliveryTest, AnAnswerThatComesTwiceCountsOnce) {
  answer.reset();
  fires();
  sent[0].done({});
  sent[0].done({});
  sent[0].done(kRefused);
  loop.advance(base::minutes(10));
  EXPECT_THAT(delivered, SizeIs(1));
  EXPECT_THAT(failing, IsEmpty());
  EXPECT_THAT(sent, SizeIs(1));
}

TEST_F(DeliveryTest, AFailureAfterTheDeadlineIsCountedOnce) {
  answer.reset();
  fires();
  loop.advance(base::seconds(32));
  sent[0].done(kRefused);
  EXPECT_THAT(failing, ElementsAre("a: no answer in time #1"));
}

TEST_F(DeliveryTest, ASetClockDelaysNoRetry) {
  answer = kRefused;
  fires();
  loop.manual_clock().step_wall(base::time_from_ms(0));
  answer = base::Status();
  loop.advance(base::seconds(2));
  EXPECT_THAT(delivered, SizeIs(1));
}

TEST_F(DeliveryTest, TheEndOfOneEpisodeDoesNotWaitForAnother) {
  answer = kRefused;
  fires(1, "Bad");
  answer = base::Status();
  loop.advance(base::seconds(5));
  fires(1, "Good"), resolves(1, "Good"), resolves(1, "Bad");
  EXPECT_THAT(told(), ElementsAre("firing Bad", "firing Bad", "firing Good", "resolved Good", "resolved Bad"));
}

TEST_F(DeliveryTest, EpisodesOfOneAlertKeepTheirOrder) {
  answer = kRefused;
  fires(1), resolves(1), fires(2), resolves(2);
  answer = base::Status();
  loop.advance(base::minutes(5));
  EXPECT_THAT(delivered, SizeIs(4));
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < delivered.size(); ++i) place[delivered[i].first.substr(delivered[i].first.size() - 10)] = i;
  EXPECT_LT(place["1/resolved"], 4u);
  size_t fired = 0;
  for (const auto& [key, receiver] : delivered) {
    if (key.ends_with("/firing")) ++fired;
    if (key.ends_with("1/resolved")) {
      EXPECT_GE(fired, 1u);
    }
  }
}

TEST_F(DeliveryTest, AFloodKeepsTheNewestAndSaysHowManyGaveWay) {
  answer.reset();
  const size_t many = Outbox::kMost + 50;
  for (uint64_t i = 1; i <= many; ++i) notifier->on_alert(change(model::AlertState::kFiring, i));
  loop.run();
  const model::Value status = notifier->status().as_list()[0];
  EXPECT_GT(status["dropped"].as_int(), 0);
  EXPECT_LE(status["waiting"].as_int(), static_cast<int64_t>(Outbox::kMost) + 4);
  EXPECT_THAT(sent, SizeIs(4));
}

TEST_F(DeliveryTest, StatusTellsOfEachReceiver) {
  notifier->use({one("a"), one("b")});
  answer.reset();
  fires();
  sent[0].done({});
  sent[1].done(kRefused);
  loop.run();
  const model::Value status = notifier->status();
  EXPECT_EQ(model::to_json(status.as_list()[0]),
            R"({"receiver":"a","waiting":0,"delivered":1,"dropped":0,"failing":false,"last_error":""})");
  EXPECT_EQ(status.as_list()[1]["waiting"].as_int(), 1);
  EXPECT_EQ(status.as_list()[1]["last_error"].as_string(), "the receiver answered 503");
  EXPECT_FALSE(status.as_list()[1]["failing"].as_bool()) << "once is no trouble yet";
}

// ---- callbacks that reach back ----

TEST_F(DeliveryTest, WhoeverIsToldOfADeliveryMayTellMore) {
  Ports ports;
  std::vector<std::string> bodies;
  int more = 3;
  ports.post = [&](const Receiver&, const std::string& body, const std::function<void(base::Status)>& done) {
    bodies.push_back((*model::parse_json(body))["commonAnnotations"]["summary"].as_string());
    done({});
  };
  ports.on_delivered = [&](const Delivery&) {
    if (more-- > 0) notifier->tell({"plugin", "key " + std::to_string(more), "more", "", "", std::nullopt});
  };
  notifier = make_notifier(ports, loop, random, "");
  notifier->use({one("a")});
  fires();
  EXPECT_THAT(bodies, ElementsAre("it is down", "more", "more", "more"));
}

TEST_F(DeliveryTest, WhoeverIsToldOfAFailureMayTakeTheReceiverAway) {
  Ports ports;
  int posts = 0, failures = 0;
  ports.post = [&](const Receiver&, const std::string&, const std::function<void(base::Status)>& done) {
    ++posts;
    loop.post([done] { done(kRefused); });
  };
  ports.on_failing = [&](const std::string&, const std::string&, int) {
    ++failures;
    loop.post([this] { notifier->use({}); });
  };
  notifier = make_notifier(ports, loop, random, "");
  notifier->use({one("a")});
  fires();
  loop.advance(base::hours(1));
  EXPECT_EQ(posts, 1);
  EXPECT_EQ(failures, 1);
}

TEST_F(DeliveryTest, AnswersAfterTheNotifierHasGoneAreDropped) {
  answer.reset();
  fires();
  notifier.reset();
  sent[0].done({});
  loop.advance(base::minutes(1));
  EXPECT_THAT(delivered, IsEmpty());
}

// ---- what is in a payload ----

TEST_F(DeliveryTest, HostileTextsArriveAsTheyAre) {
  model::AlertChange wild = change(model::AlertState::kFiring);
  const std::string texts[] = {
      "\"quotes\" and \\",          "line\nend\r\ttab",   "<script>alert(1)</script>", "\x01\x1f",
      "${env:SECRET} {{ .Value }}", "日本 👩‍💻", std::string(20000, 'x')};
  for (size_t i = 0; i < std::size(texts); ++i) wild.alert.annotations.set("t" + std::to_string(i), texts[i]);
  notifier->on_alert(wild);
  loop.run();
  ASSERT_THAT(sent, SizeIs(1));
  const model::Value& annotations = sent[0].body["alerts"].as_list()[0]["annotations"];
  for (size_t i = 0; i < std::size(texts); ++i)
    EXPECT_EQ(annotations["t" + std::to_string(i)].as_string(), texts[i]) << i;
}

TEST_F(DeliveryTest, TheAddressOfAnAlertIsBelowTheEngines) {
  const model::Alert alert = change(model::AlertState::kFiring).alert;
  const std::string tail = "alerts/" + alert.labels.fingerprint_text();
  const std::pair<const char*, std::string> cases[] = {{"", ""},
                                                       {"http://x", "http://x/" + tail},
                                                       {"http://x/", "http://x/" + tail},
                                                       {"http://x/reeve", "http://x/reeve/" + tail}};
  for (const auto& [url, wanted] : cases)
    EXPECT_EQ(webhook_payload(one("a"), alert, url)["alerts"].as_list()[0]["generatorURL"].as_string(), wanted) << url;
}

TEST_F(DeliveryTest, KeysTellApartWhatIsToldOnce) {
  model::Alert alert = change(model::AlertState::kFiring).alert;
  std::set<std::string> keys;
  for (const uint64_t episode : {1, 2, 11}) {
    alert.episode = episode;
    for (const model::AlertState state : {model::AlertState::kFiring, model::AlertState::kResolved})
      EXPECT_TRUE(keys.insert(delivery_key(alert, state)).second);
  }
  alert.rule_id += "x";
  EXPECT_TRUE(keys.insert(delivery_key(alert, model::AlertState::kFiring)).second);
  Message message;
  message.key = "1";
  for (const char* kind : {"escalation", "approval", "parked", "plugin"}) {
    message.kind = kind;
    EXPECT_TRUE(keys.insert(delivery_key(message)).second);
  }
}

TEST_F(DeliveryTest, AMessageKeepsWhatItsAlertSaysAndAddsItsOwn) {
  Message message{
      "parked", "k", "waits for a person", "run-7", "docker/restart", change(model::AlertState::kFiring).alert};
  message.alert->annotations.set("runbook_url", "http://wiki");
  const model::Alert told = alert_of(message, base::time_from_ms(5000));
  EXPECT_EQ(
      told.annotations.text(),
      "{reeve_run=\"run-7\", reeve_runbook=\"docker/restart\", runbook_url=\"http://wiki\", summary=\"waits for a "
      "person\"}");
  EXPECT_EQ(told.labels.get("alertname"), "Down");
  EXPECT_EQ(told.fired_at.ms(), 5000);
  message.run.clear();
  message.runbook.clear();
  EXPECT_FALSE(alert_of(message, {}).annotations.has("reeve_run"));
}

TEST_F(DeliveryTest, GoodNewsWakeNobody) {
  Message message{"ended", "k", "docker/restart succeeded", "run-7", "docker/restart", {}};
  EXPECT_EQ(webhook_payload({}, alert_of(message, {}), "")["status"].text(), "firing") << "not every end is good";
  message.over = true;
  const model::Alert told = alert_of(message, base::time_from_ms(5000));
  const model::Value payload = webhook_payload({}, told, "");
  EXPECT_EQ(payload["status"].text(), "resolved");
  EXPECT_EQ(payload["alerts"].as_list().at(0)["endsAt"].text(), base::format_time(base::time_from_ms(5000)));
}

// ---- random weather ----

// Whatever fails, hangs and comes late: in the end each receiver was told each episode once, its end after its begin.
TEST(DeliveryWeather, EndsWithEachThingToldOnceAndInItsOrder) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 chance{seed};
    const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(chance); };
    base::ManualLoop loop{base::time_from_ms(1'700'000'000'000)};
    HalfRandom random;
    std::vector<std::function<void(base::Status)>> open;
    std::map<std::string, std::vector<std::string>> done;  // receiver to keys
    bool fair = false;
    Ports ports;
    ports.post = [&](const Receiver&, const std::string&, std::function<void(base::Status)> answered) {
      if (fair) return answered({});
      open.push_back(std::move(answered));
    };
    ports.on_delivered = [&](const Delivery& delivery) { done[delivery.receiver].push_back(delivery.key); };
    auto notifier = make_notifier(ports, loop, random, "");
    Receiver a, b;
    a.name = "a", b.name = "b";
    a.webhook = b.webhook = "http://x";
    notifier->use({a, b});
    size_t changes = 0;
    std::map<int, std::pair<uint64_t, bool>> alerts;  // episode, fires
    for (int step = 0; step < 120; ++step) {
      const size_t what = below(6);
      if (what < 2) {
        const int n = static_cast<int>(below(4));
        auto& [episode, fires] = alerts[n];
        model::AlertChange change;
        fires = !fires;
        if (fires) ++episode;
        change.alert.rule_id = "r" + std::to_string(n);
        change.alert.labels = model::Labels{{"alertname", "A"}};
        change.alert.episode = episode;
        change.alert.state = fires ? model::AlertState::kFiring : model::AlertState::kResolved;
        notifier->on_alert(change);
        ++changes;
      } else if (what < 4 && !open.empty()) {
        const size_t one = below(open.size());
        const auto answered = open[one];
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(one));
        answered(below(2) ? base::Status() : kRefused);
      } else {
        loop.advance(base::millis(static_cast<int64_t>(below(20'000))));
      }
      loop.run();
    }
    fair = true;
    for (const auto& answered : open) answered(kRefused);
    loop.advance(base::hours(2));
    for (const char* receiver : {"a", "b"}) {
      const std::vector<std::string>& keys = done[receiver];
      EXPECT_EQ(keys.size(), changes);
      EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), changes) << "told twice";
      std::set<std::string> fired;
      for (const std::string& key : keys) {
        const std::string episode = key.substr(0, key.rfind('/'));
        if (key.ends_with("/firing")) {
          fired.insert(episode);
        } else {
          EXPECT_TRUE(fired.contains(episode)) << key << " before its begin";
        }
      }
    }
  }
}

}  // namespace
}  // namespace reeve::alert
