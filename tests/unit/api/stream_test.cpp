// What happens over time: streams, slow and absent clients, deadlines, limits, the end of the server.
#include <gtest/gtest.h>

#include <optional>

#include "api/bus.h"
#include "api/server.h"
#include "unit/api/fixture.h"

namespace reeve::api {
namespace {

using model::Value;
using test::body_in;
using test::Client;
using test::request;
using test::Running;
using test::status_in;

Value line(int n) {
  return Value::map().set("n", n);
}

/// A server whose handlers keep what they were given, for the test to use on the core thread.
class Holding {
 public:
  explicit Holding(Settings settings = {})
      : running([this](Server& server) { prepare(server); }, std::move(settings)) {}

  void prepare(Server& server) {
    server.handle("GET", "/stream", Right::kRead, [this](const Request&, const Respond& respond) {
      bus.follow(Topic::kEvents, respond.stream());
      arrived.set_value();
    });
    server.handle("GET", "/hold", Right::kRead, [this](const Request&, const Respond& respond) {
      held.push_back(respond);
      arrived.set_value();
    });
    server.handle("GET", "/now", Right::kRead, [](const Request&, const Respond& respond) { respond(text("now\n")); });
  }
  void wait_for_arrival() {
    arrived.get_future().wait();
    arrived = {};
  }
  void publish(int n) {
    running.on_core([&] { bus.publish(Topic::kEvents, line(n)); });
  }
  bool wanted() {
    bool wanted = false;
    running.on_core([&] { wanted = bus.wanted(Topic::kEvents); });
    return wanted;
  }

  std::promise<void> arrived;
  std::vector<Respond> held;
  Bus bus;
  Running running;  // last: it ends first, while what it calls is still there
};

Settings quick(base::Duration Limits::* limit) {
  Settings settings;
  settings.limits.*limit = base::millis(40);
  return settings;
}

TEST(Stream, SendsALineAChunkAndGoesOnAfterItsEnd) {
  Holding holding;
  Client client(holding.running);
  client.send(request("GET", "/stream"));
  EXPECT_NE(client.until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  holding.wait_for_arrival();
  holding.publish(1);
  EXPECT_EQ(client.until("}\n\r\n"), "8\r\n{\"n\":1}\n\r\n");
  holding.publish(22);
  holding.running.on_core([&] { holding.bus.close(); });
  EXPECT_EQ(client.until("0\r\n\r\n"), "9\r\n{\"n\":22}\n\r\n0\r\n\r\n");
  client.send(request("GET", "/now"));
  EXPECT_EQ(body_in(client.answer()), "now\n");
}

TEST(Stream, IsPlainForHttp10AndEmptyForHead) {
  Holding holding;
  Client old(holding.running);
  old.send("GET /stream HTTP/1.0\r\n\r\n");
  holding.wait_for_arrival();
  holding.publish(1);
  holding.running.on_core([&] { holding.bus.close(); });
  EXPECT_EQ(body_in(old.rest()), "{\"n\":1}\n");
  Client head(holding.running);
  head.send(request("HEAD", "/stream", "Connection: close\r\n"));
  const std::string answer = head.rest();
  EXPECT_EQ(status_in(answer), 200);
  EXPECT_EQ(body_in(answer), "");
}

TEST(Stream, NoticesThatTheClientHasLeft) {
  Holding holding;
  {
    Client client(holding.running);
    client.send(request("GET", "/stream"));
    client.until("\r\n\r\n");
    holding.wait_for_arrival();
    EXPECT_TRUE(holding.wanted());
  }
  while (holding.running.counters().open > 0) std::this_thread::yield();
  holding.publish(1);
  EXPECT_FALSE(holding.wanted());
}

TEST(Stream, DropsAClientThatDoesNotRead) {
  Settings settings;
  settings.limits.unsent_bytes = 64 << 10;
  Holding holding(settings);
  Client client(holding.running);
  client.send(request("GET", "/stream"));
  holding.wait_for_arrival();
  const Value big = Value(std::string(32 << 10, 'x'));
  for (int i = 0; i < 1000 && holding.wanted(); ++i)
    holding.running.on_core([&] { holding.bus.publish(Topic::kEvents, big); });
  EXPECT_FALSE(holding.wanted());
  EXPECT_EQ(holding.running.counters().slow_streams, 1U);
}

TEST(Stream, OneSlowClientDoesNotHoldUpAnother) {
  Settings settings;
  settings.limits.unsent_bytes = 64 << 10;
  Holding holding(settings);
  Client slow(holding.running), fast(holding.running);
  slow.send(request("GET", "/stream"));
  holding.wait_for_arrival();
  fast.send(request("GET", "/stream"));
  holding.wait_for_arrival();
  fast.until("\r\n\r\n");
  for (int i = 0; i < 100; ++i) {
    holding.running.on_core([&] { holding.bus.publish(Topic::kEvents, Value(std::string(32 << 10, 'x'))); });
    ASSERT_EQ(fast.until("\"\n\r\n").size(), (32U << 10) + 3 + 2 + 4 + 2) << i;
  }
  EXPECT_EQ(holding.running.counters().slow_streams, 1U);
  EXPECT_TRUE(holding.wanted());
}

TEST(Deadline, ARequestThatDoesNotEndIsRefused) {
  Holding holding(quick(&Limits::request_within));
  Client client(holding.running);
  client.send("GET /now HTTP/1.1\r\nHost: h\r\nX-Slow: ");
  EXPECT_EQ(status_in(client.rest()), 408);
  EXPECT_EQ(holding.running.counters().late, 1U);
}

TEST(Deadline, DripsDoNotMoveIt) {
  Holding holding(quick(&Limits::request_within));
  Client client(holding.running);
  client.send("GET /now HTTP/1.1\r\nHost: h\r\n");
  std::string got;
  for (int i = 0; i < 2000 && got.empty(); ++i) {
    client.send("A: b\r\n");
    pollfd wait{client.fd(), POLLIN, 0};
    if (poll(&wait, 1, 5) == 1) got = client.rest();
  }
  EXPECT_EQ(status_in(got), 408);
}

TEST(Deadline, ASilentClientIsClosed) {
  Holding holding(quick(&Limits::request_within));
  Client client(holding.running);
  EXPECT_EQ(client.rest(), "");
}

TEST(Deadline, AnIdleConnectionIsClosedAfterItsAnswer) {
  Holding holding(quick(&Limits::idle));
  Client client(holding.running);
  client.send(request("GET", "/now"));
  const std::string all = client.rest();
  EXPECT_EQ(status_in(all), 200);
  EXPECT_EQ(body_in(all), "now\n");
}

TEST(Deadline, AnAnswerThatDoesNotComeIsA504AndItsLateComingIsDropped) {
  Holding holding(quick(&Limits::answer_within));
  Client client(holding.running);
  client.send(request("GET", "/hold"));
  EXPECT_EQ(status_in(client.rest()), 504);
  holding.running.on_core([&] { holding.held[0](text("too late\n")); });
  EXPECT_EQ(holding.running.counters().dropped_answers, 1U);
}

TEST(Deadline, AClientThatDoesNotReadItsAnswerIsClosed) {
  Settings settings = quick(&Limits::write_within);
  Running running(
      [](Server& server) {
        server.handle("GET", "/big", Right::kRead,
                      [](const Request&, const Respond& respond) { respond(text(std::string(16 << 20, 'x'))); });
      },
      settings);
  Client client(running);
  client.send(request("GET", "/big"));
  while (running.counters().requests == 0 || running.counters().open > 0) std::this_thread::yield();
  EXPECT_LT(client.rest().size(), size_t{16} << 20);
}

TEST(Limit, TheLongestIdleConnectionMakesRoom) {
  Settings settings;
  settings.limits.connections = 3;
  Holding holding(settings);
  Client first(holding.running), second(holding.running), third(holding.running);
  for (Client* client : {&second, &first, &third}) {
    client->send(request("GET", "/now"));
    ASSERT_EQ(status_in(client->answer()), 200);
  }
  Client fourth(holding.running);
  fourth.send(request("GET", "/now"));
  EXPECT_EQ(status_in(fourth.answer()), 200);
  EXPECT_FALSE(second.more());  // it was idle for the longest
  first.send(request("GET", "/now"));
  EXPECT_EQ(status_in(first.answer()), 200);
}

TEST(Limit, BusyConnectionsAreNotGivenUpAndTheListenersDoNotShare) {
  Settings settings;
  settings.limits.connections = 2;
  Holding holding(settings);
  Client first(holding.running, Peer::Transport::kTcp), second(holding.running, Peer::Transport::kTcp);
  for (Client* client : {&first, &second}) {
    client->send(request("GET", "/hold"));
    holding.wait_for_arrival();
  }
  Client third(holding.running, Peer::Transport::kTcp);
  third.send(request("GET", "/now"));
  EXPECT_EQ(status_in(third.rest()), 503);
  EXPECT_EQ(holding.running.counters().refused_full, 1U);
  Client local(holding.running, Peer::Transport::kUnix);
  local.send(request("GET", "/now"));
  EXPECT_EQ(status_in(local.answer()), 200);
  holding.running.on_core([&] { holding.held[0](text("one\n")); });
  EXPECT_EQ(body_in(first.answer()), "one\n");
}

TEST(Stop, WaitsForOpenAnswersAndEndsStreams) {
  Holding holding;
  Client idle(holding.running), open(holding.running), stream(holding.running);
  idle.send(request("GET", "/now"));
  idle.answer();
  open.send(request("GET", "/hold"));
  holding.wait_for_arrival();
  stream.send(request("GET", "/stream"));
  holding.wait_for_arrival();
  std::promise<void> stopped;
  holding.running.on_core(
      [&] { holding.running.server().stop(base::seconds(30), [&stopped] { stopped.set_value(); }); });
  EXPECT_EQ(idle.rest(), "");
  EXPECT_TRUE(stream.rest().ends_with("0\r\n\r\n"));
  EXPECT_FALSE(connect_to_file(holding.running.socket()).ok());
  auto future = stopped.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  holding.running.on_core([&] { holding.held[0](text("done\n")); });
  EXPECT_EQ(body_in(open.rest()), "done\n");
  future.wait();
}

TEST(Stop, GivesUpWhenItsTimeIsOver) {
  Holding holding;
  Client open(holding.running);
  open.send(request("GET", "/hold"));
  holding.wait_for_arrival();
  std::promise<void> stopped;
  holding.running.on_core(
      [&] { holding.running.server().stop(base::millis(20), [&stopped] { stopped.set_value(); }); });
  stopped.get_future().wait();
  EXPECT_EQ(open.rest(), "");
  holding.running.on_core([&] { holding.held[0](text("too late\n")); });  // is dropped, and harms nobody
}

TEST(Stop, AnswersMayOutliveTheServer) {
  std::vector<Respond> held;
  std::optional<Stream> stream;
  {
    std::promise<void> arrived;
    Running running([&](Server& server) {
      server.handle("GET", "/hold", Right::kRead, [&](const Request&, const Respond& respond) {
        held.push_back(respond);
        stream = respond.stream();
        arrived.set_value();
      });
    });
    Client client(running);
    client.send(request("GET", "/hold"));
    arrived.get_future().wait();
  }
  base::declare_core_thread(true);
  held[0](text("nobody is there\n"));
  EXPECT_FALSE(stream->send(line(1)));
  EXPECT_FALSE(stream->open());
  stream->close();
  base::declare_core_thread(false);
}

}  // namespace
}  // namespace reeve::api
