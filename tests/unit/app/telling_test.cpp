// What a receiver gets beside the message, and what its answers mean for it.
#include "app/telling.h"

#include <gtest/gtest.h>

#include "app/config.h"
#include "app/loading.h"
#include "model/json.h"

namespace reeve::app {
namespace {

alert::Receiver pager() {
  alert::Receiver out;
  out.name = "pager";
  out.webhook = "http://pager/secret";
  return out;
}

base::Status answered(int status, model::Value more = model::Value::map()) {
  return answer_of(telling_call(pager(), 0, "{}", "1"), plugin::InvokeReply{more.set("status", status)});
}
base::Status failed(base::Fault fault, const std::string& text) {
  return answer_of(telling_call(pager(), 0, "{}", "1"), base::Error{fault, text});
}

TEST(Telling, SaysThatItIsJsonAndWhoSpeaks) {
  const plugin::Fleet::Call call = telling_call(pager(), 0, "{}", "1.2");
  EXPECT_EQ(model::to_json(call.args["headers"]), R"({"Content-Type":"application/json","User-Agent":"reeve/1.2"})");
  EXPECT_EQ(call.args["body"].as_string(), "{}");
}

TEST(Telling, TheReceiversOwnHeadersHaveTheLastWordHoweverTheyAreWritten) {
  alert::Receiver receiver = pager();
  receiver.headers = {{"content-type", "text/plain"}, {"USER-AGENT", "me"}, {"X-Key", "k"}};
  EXPECT_EQ(model::to_json(telling_call(receiver, 0, "{}", "1.2").args["headers"]),
            R"({"content-type":"text/plain","USER-AGENT":"me","X-Key":"k"})");
}

TEST(Telling, EachReceiverHasAnInstanceOfItsOwn) {
  Config config;
  EXPECT_TRUE(plugin_instances(config).empty());
  config.notify = {pager(), pager(), pager()};
  std::vector<std::string> ids;
  for (size_t i = 0; i < config.notify.size(); ++i) {
    ids.push_back(plugin_instances(config).at(i).id());
    EXPECT_EQ(telling_call(pager(), i, "{}", "1").instance, ids.back());
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"http/reeve-notify", "http/reeve-notify-2", "http/reeve-notify-3"}));
}

TEST(Telling, WaitingForALaneIsNoneOfTheReceiversTimeout) {
  alert::Receiver receiver = pager();
  receiver.timeout = base::seconds(3);
  const plugin::Fleet::Call call = telling_call(receiver, 0, "{}", "1");
  EXPECT_EQ(call.args["timeout"].as_string(), "3000ms");
  EXPECT_EQ(call.deadline, base::seconds(3) + alert::kMostWait);
}

TEST(Telling, AnAnswerMeansDeliveredRefusedOrLater) {
  const std::pair<int, base::Fault> kRows[] = {
      {301, base::Fault::kTransient}, {400, base::Fault::kInvalid},   {401, base::Fault::kInvalid},
      {404, base::Fault::kInvalid},   {408, base::Fault::kTransient}, {415, base::Fault::kInvalid},
      {422, base::Fault::kInvalid},   {425, base::Fault::kTransient}, {429, base::Fault::kThrottled},
      {500, base::Fault::kTransient}, {503, base::Fault::kThrottled}, {0, base::Fault::kTransient}};
  for (const int status : {200, 202, 204, 299}) EXPECT_TRUE(answered(status).ok()) << status;
  for (const auto& [status, fault] : kRows) {
    ASSERT_FALSE(answered(status).ok()) << status;
    EXPECT_EQ(answered(status).error().fault, fault) << status;
    EXPECT_EQ(answered(status).error().text, "the receiver answered " + std::to_string(status));
  }
}

TEST(Telling, WhatTheReceiverSaidAndWhenItWantsToHearAgainIsKept) {
  model::Value reply = model::Value::map().set("body", "no such\ntenant\n" + std::string(500, 'x'));
  EXPECT_EQ(answered(400, reply).error().text, "the receiver answered 400: no such tenant " + std::string(185, 'x'));
  reply = model::Value::map().set("headers", model::Value::map().set("RETRY-After", "90"));
  EXPECT_EQ(answered(429, reply).error().retry_after_ms, 90'000);
  reply.set("headers", model::Value::map().set("Retry-After", "99999999"));
  EXPECT_EQ(answered(503, reply).error().retry_after_ms, 3'600'000);
}

TEST(Telling, ItsAddressIsNotTold) {
  const base::Error error = failed(base::Fault::kNotFound, "POST http://pager/secret: no such host").error();
  EXPECT_EQ(error.text, "no such host");
  EXPECT_EQ(error.fault, base::Fault::kTransient) << "the message may be good";
  EXPECT_EQ(failed(base::Fault::kTimeout, "POST http://pager/secret: no answer").error().fault, base::Fault::kTimeout);
}

TEST(Telling, TheEnginesOwnTroubleIsNotBlamedOnTheReceiver) {
  const base::Error late = failed(base::Fault::kTimeout, "http/reeve-notify: no lane was free for request").error();
  EXPECT_EQ(late.fault, base::Fault::kUnavailable);
  EXPECT_EQ(late.text, "not sent yet: http/reeve-notify: no lane was free for request");
  EXPECT_EQ(failed(base::Fault::kUnavailable, "the process ended").error().fault, base::Fault::kUnavailable);
}

}  // namespace
}  // namespace reeve::app
