/// \file
/// What do the tests of the notifier share? A notifier on a virtual clock whose posts are kept, and answered as told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "alert/alert.h"
#include "base/manual_loop.h"
#include "model/json.h"

namespace reeve::alert {

/// Always the same chance: the middle.
class HalfRandom : public base::Random {
 public:
  void fill(uint8_t* bytes, size_t count) override { std::fill_n(bytes, count, uint8_t{0x80}); }
};

struct Sent {
  std::string url;
  model::Value body;
  std::function<void(base::Status)> done;
};

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() { restart(); }

  void restart() {
    Ports ports;
    ports.post = [this](const Receiver& to, const std::string& body, std::function<void(base::Status)> done) {
      sent.push_back({to.webhook, *model::parse_json(body), done});
      if (answer) done(*answer);
    };
    ports.on_delivered = [this](const Delivery& delivery) {
      delivered.emplace_back(delivery.key, delivery.receiver);
      last = delivery;
    };
    ports.on_failing = [this](const std::string& receiver, const std::string& error, int attempts) {
      failing.push_back(receiver + ": " + error + " #" + std::to_string(attempts));
    };
    notifier = make_notifier(ports, loop, random, "http://reeve.example.com");
    notifier->use({one("a")});
  }

  static Receiver one(const std::string& name) {
    Receiver receiver;
    receiver.name = name;
    receiver.webhook = "http://" + name + "/hook";
    return receiver;
  }

  model::AlertChange change(model::AlertState state, uint64_t episode = 1, const std::string& name = "Down") {
    model::AlertChange out;
    out.alert.rule_id = "rules/x.yaml/g/" + name + "/0";
    out.alert.labels = model::Labels{{"alertname", name}, {"job", "node"}};
    out.alert.key = out.alert.labels.key();
    out.alert.annotations = model::Labels{{"summary", "it is down"}};
    out.alert.episode = episode;
    out.alert.state = state;
    out.alert.fired_at = base::time_from_ms(1'700'000'000'000);
    out.alert.resolved_at = base::time_from_ms(1'700'000'060'000);
    return out;
  }
  void fires(uint64_t episode = 1, const std::string& name = "Down") {
    notifier->on_alert(change(model::AlertState::kFiring, episode, name));
    loop.run();
  }
  void resolves(uint64_t episode = 1, const std::string& name = "Down") {
    notifier->on_alert(change(model::AlertState::kResolved, episode, name));
    loop.run();
  }
  std::vector<std::string> statuses() const {
    std::vector<std::string> out;
    for (const Sent& each : sent) out.push_back(each.body["status"].as_string());
    return out;
  }

  base::ManualLoop loop{base::time_from_ms(1'700'000'100'000)};
  HalfRandom random;
  std::deque<Sent> sent;
  std::optional<base::Status> answer = base::Status();
  std::vector<std::pair<std::string, std::string>> delivered;
  Delivery last;
  std::vector<std::string> failing;
  std::unique_ptr<Notifier> notifier;
};

inline const base::Status kRefused = base::Error{base::Fault::kTransient, "the receiver answered 503"};

}  // namespace reeve::alert
