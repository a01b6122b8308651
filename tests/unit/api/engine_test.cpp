// The engine's routes: rights of each, shapes of their answers, what reaches the ports.
#include "api/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/api/fake_engine.h"
#include "unit/api/fixture.h"

namespace reeve::api {
namespace {

using model::Value;
using test::body_in;
using test::Client;
using test::FakeEngine;
using test::request;
using test::Running;
using test::status_in;
using testing::ElementsAre;
using testing::HasSubstr;

struct EngineTest : testing::Test {
  FakeEngine engine;
  Running running{[this](Server& server) { add_routes(server, engine.ports(), base::system_clock()); }};
  std::string me = "uid:" + std::to_string(getuid());

  std::string call(const std::string& method, const std::string& target, const std::string& body = "",
                   Peer::Transport transport = Peer::Transport::kUnix) {
    Client client(running, transport);
    client.send(request(
        method, target,
        body.empty() ? "Connection: close\r\n" : "Connection: close\r\nContent-Type: application/json\r\n", body));
    return client.rest();
  }
  Value get(const std::string& target) {
    const std::string answer = call("GET", target);
    EXPECT_EQ(status_in(answer), 200) << target << answer;
    auto value = model::parse_json(body_in(answer));
    EXPECT_TRUE(value.ok()) << answer;
    return value.value_or(Value());
  }
  std::vector<std::string> asked() {
    std::vector<std::string> asked;
    running.on_core([&] { asked.swap(engine.asked); });
    return asked;
  }
};

// Every route of API.md with its right. A route that is not here fails the test, so a right never changes unseen.
const std::map<std::string, Right>& rights() {
  static const std::map<std::string, Right> rights{
      {"GET /-/healthy", Right::kRead},
      {"GET /-/ready", Right::kRead},
      {"POST /-/reload", Right::kChange},
      {"GET /metrics", Right::kRead},
      {"GET /api/v1/query", Right::kRead},
      {"POST /api/v1/query", Right::kRead},
      {"GET /api/v1/query_range", Right::kRead},
      {"POST /api/v1/query_range", Right::kRead},
      {"GET /api/v1/series", Right::kRead},
      {"POST /api/v1/series", Right::kRead},
      {"GET /api/v1/labels", Right::kRead},
      {"POST /api/v1/labels", Right::kRead},
      {"GET /api/v1/label/{name}/values", Right::kRead},
      {"GET /api/v1/rules", Right::kRead},
      {"GET /api/v1/alerts", Right::kRead},
      {"GET /api/v1/status/buildinfo", Right::kRead},
      {"GET /api/reeve/status", Right::kRead},
      {"GET /api/reeve/alerts", Right::kRead},
      {"GET /api/reeve/alerts/changes", Right::kRead},
      {"GET /api/reeve/runs", Right::kRead},
      {"GET /api/reeve/runs/{id}", Right::kPrivate},
      {"GET /api/reeve/approvals", Right::kRead},
      {"GET /api/reeve/runbooks", Right::kRead},
      {"GET /api/reeve/plugins", Right::kPrivate},
      {"GET /api/reeve/plugins/{plugin}", Right::kPrivate},
      {"GET /api/reeve/plugins/{plugin}/{name}", Right::kPrivate},
      {"GET /api/reeve/events", Right::kPrivate},
      {"GET /api/reeve/ledger", Right::kPrivate},
      {"GET /api/reeve/ledger/{seq}", Right::kPrivate},
      {"POST /api/reeve/runs", Right::kChange},
      {"POST /api/reeve/runs/{id}/cancel", Right::kChange},
      {"POST /api/reeve/runs/{id}/settle", Right::kChange},
      {"POST /api/reeve/approvals/{id}/approve", Right::kChange},
      {"POST /api/reeve/approvals/{id}/deny", Right::kChange},
      {"POST /api/reeve/halt", Right::kChange},
      {"POST /api/reeve/lift", Right::kChange},
      {"POST /api/reeve/reset", Right::kChange},
  };
  return rights;
}

std::string filled(std::string pattern) {
  for (size_t at = 0; (at = pattern.find('{')) != std::string::npos;)
    pattern.replace(at, pattern.find('}') - at + 1, "1");
  return pattern;
}

TEST_F(EngineTest, TheTableOfRightsIsTheOneWrittenDown) {
  std::set<std::string> wanted, found;
  for (const auto& [route, right] : rights()) wanted.insert(route + ' ' + right_name(right));
  running.on_core([&] {
    for (const std::string& line : running.server().routes()) found.insert(line);
  });
  EXPECT_EQ(found, wanted);
}

TEST_F(EngineTest, EveryRouteByEveryMethodOnBothTransports) {
  std::set<std::string> patterns;
  for (const auto& [route, right] : rights()) patterns.insert(route.substr(route.find(' ') + 1));
  for (const std::string& pattern : patterns) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
      const std::string asked_method = std::string(method) == "HEAD" ? "GET" : method;
      const auto route = rights().find(asked_method + ' ' + pattern);
      const bool exists = route != rights().end();
      const int on_unix = status_in(call(method, filled(pattern)));
      EXPECT_EQ(on_unix != 405, exists) << "unix " << method << ' ' << pattern << ' ' << on_unix;
      const int on_tcp = status_in(call(method, filled(pattern), "", Peer::Transport::kTcp));
      const bool may = exists && route->second == Right::kRead && asked_method == "GET";
      EXPECT_EQ(on_tcp != 405 && on_tcp != 403, may) << "tcp " << method << ' ' << pattern << ' ' << on_tcp;
    }
  }
  for (const std::string& line : asked()) EXPECT_THAT(line, HasSubstr(me)) << "only the owner's calls reached a port";
}

TEST_F(EngineTest, ForeignPagesReachNothing) {
  for (const auto& [route, right] : rights()) {
    const size_t blank = route.find(' ');
    const std::string line = route.substr(0, blank) + ' ' + filled(route.substr(blank + 1)) + " HTTP/1.1\r\n";
    for (const char* headers :
         {"Host: evil.example\r\nOrigin: http://evil.example\r\n", "Host: localhost\r\nOrigin: http://evil.example\r\n",
          "Host: localhost\r\nOrigin: null\r\n"}) {
      for (const auto transport : {Peer::Transport::kUnix, Peer::Transport::kTcp}) {
        Client client(running, transport);
        client.send(line + headers + "Connection: close\r\n\r\n");
        EXPECT_EQ(status_in(client.rest()), 403) << route << ' ' << headers;
      }
    }
    Client client(running, Peer::Transport::kTcp);
    client.send(line + "Host: evil.example\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_in(client.rest()), 403) << route << " by a rebound name";
  }
  EXPECT_TRUE(asked().empty());
}

TEST_F(EngineTest, HealthAndReadiness) {
  EXPECT_EQ(body_in(call("GET", "/-/healthy", "", Peer::Transport::kTcp)), "healthy\n");
  EXPECT_EQ(body_in(call("GET", "/-/ready", "", Peer::Transport::kTcp)), "ready\n");
  Engine unready;
  unready.ready = [] { return base::Status(base::Error{base::Fault::kUnavailable, "the ledger cannot be written"}); };
  Running other([&](Server& server) { add_routes(server, unready, base::system_clock()); });
  Client client(other, Peer::Transport::kTcp);
  client.send(request("GET", "/-/ready", "Connection: close\r\n"));
  const std::string answer = client.rest();
  EXPECT_EQ(status_in(answer), 503);
  EXPECT_EQ(body_in(answer), "not ready: the ledger cannot be written\n");
}

TEST_F(EngineTest, APortThatAppLeftEmptyIsNotAvailable) {
  Running bare([](Server& server) { add_routes(server, Engine{}, base::system_clock()); });
  for (const auto& [route, right] : rights()) {
    const size_t blank = route.find(' ');
    const std::string pattern = route.substr(blank + 1);
    if (pattern == "/-/healthy" || pattern == "/-/ready" || pattern == "/api/v1/status/buildinfo") continue;
    Client client(bare);
    std::string body;
    if (pattern == "/api/reeve/runs" && right == Right::kChange) body = "{\"runbook\":\"a/b\"}";
    if (pattern == "/api/reeve/halt") body = "{\"reason\":\"x\"}";
    if (pattern == "/api/reeve/reset") body = "{\"runbook\":\"a/b\",\"reason\":\"x\"}";
    if (pattern.ends_with("/settle")) body = "{\"path\":\"1\",\"answer\":\"abort\"}";
    const bool stream = pattern == "/api/reeve/alerts/changes";
    client.send(request(
        route.substr(0, blank), filled(pattern) + (stream ? "?follow=1" : ""),
        body.empty() ? "Connection: close\r\n" : "Connection: close\r\nContent-Type: application/json\r\n", body));
    EXPECT_EQ(status_in(client.rest()), 503) << route;
  }
}

TEST_F(EngineTest, ExposesItsMetrics) {
  running.on_core([this] { engine.metrics.counter("reeve_x_total", "x").add(7); });
  const std::string answer = call("GET", "/metrics", "", Peer::Transport::kTcp);
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(body_in(answer), HasSubstr("\nreeve_x_total 7\n"));
}

TEST_F(EngineTest, StatusReadsBackAsItWas) {
  const StatusReport back = StatusReport::from_value(get("/api/reeve/status"));
  EXPECT_EQ(back.to_value(), engine.status().to_value());
  EXPECT_EQ(back.alerts.size(), 2U);
  EXPECT_EQ(back.head.hash, base::sha256("head"));
}

TEST_F(EngineTest, RunsAreTheLedgersWithThePresentStateOfTheLiveOnes) {
  const Value runs = get("/api/reeve/runs");
  ASSERT_EQ(runs.as_list().size(), 2U);
  EXPECT_EQ(runs.as_list()[0]["run"].as_string(), test::run_id(0x11));
  EXPECT_EQ(runs.as_list()[0]["message"].as_string(), "Restart web-1");  // the live one knows its words
  EXPECT_EQ(runs.as_list()[1]["result"].as_string(), "succeeded");
  EXPECT_EQ(get("/api/reeve/runs?state=ended").as_list().size(), 1U);
  EXPECT_EQ(get("/api/reeve/runs?state=parked").as_list().size(), 1U);
  EXPECT_EQ(get("/api/reeve/runs?limit=1").as_list().size(), 1U);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/runs?limit=-1")), 400);
}

TEST_F(EngineTest, OneRunHasItsEntriesAndIsFoundByItsBeginning) {
  const Value run = get("/api/reeve/runs/" + test::run_id(0x10));
  EXPECT_EQ(run["runbook"].as_string(), "proc/restart");
  ASSERT_EQ(run["entries"].as_list().size(), 2U);
  EXPECT_EQ(run["entries"].as_list()[1]["kind"].as_string(), "run.ended");
  EXPECT_EQ(run["message"].as_string(), "restarted");
  EXPECT_TRUE(get("/api/reeve/runs/" + test::run_id(0x10) + "?entries=0")["entries"].as_list().empty());
  EXPECT_EQ(get("/api/reeve/runs/" + test::run_id(0x11))["message"].as_string(), "Restart web-1");
  EXPECT_EQ(status_in(call("GET", "/api/reeve/runs/019a")), 409);  // begins both
  EXPECT_EQ(status_in(call("GET", "/api/reeve/runs/019b")), 404);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/runs/019")), 404);  // too short to mean anything
}

TEST_F(EngineTest, EventsAndEntriesComeFromTheLedger) {
  const Value events = get("/api/reeve/events");
  ASSERT_EQ(events.as_list().size(), 1U);
  EXPECT_EQ(events.as_list()[0]["type"].as_string(), "docker.die");
  EXPECT_EQ(events.as_list()[0]["id"].as_string(), "3.0");
  const Value entries = get("/api/reeve/ledger?kind=alert.*");
  ASSERT_EQ(entries.as_list().size(), 1U);
  EXPECT_EQ(entries.as_list()[0]["body"]["labels"]["container"].as_string(), "web-1");
  EXPECT_EQ(get("/api/reeve/ledger/1")["kind"].as_string(), "run.started");
  EXPECT_EQ(status_in(call("GET", "/api/reeve/ledger/99")), 404);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/ledger/x")), 400);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/ledger?correlation=x")), 400);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/ledger?from=yesterday")), 400);
  EXPECT_EQ(get("/api/reeve/ledger?limit=2&order=newest").as_list()[0]["seq"].as_int(), 7);
}

TEST_F(EngineTest, FollowersHearWhatIsPublished) {
  Client client(running);
  client.send(request("GET", "/api/reeve/events?follow=1"));
  client.until("\r\n\r\n");
  running.on_core([this] {
    EXPECT_TRUE(engine.bus.wanted(Topic::kEvents));
    EXPECT_FALSE(engine.bus.wanted(Topic::kEntries));
    engine.bus.publish(Topic::kEvents, test::event_of_die().to_value());
  });
  EXPECT_THAT(client.until("}\n"), HasSubstr("\"type\":\"docker.die\""));
  EXPECT_EQ(status_in(call("GET", "/api/reeve/alerts/changes")), 400);
}

TEST_F(EngineTest, ChangesReachThePortsWithTheirActor) {
  const std::string run = test::run_id(0x11);
  EXPECT_EQ(body_in(call("POST", "/api/reeve/approvals/ap-7/approve")), "{\"ok\":true}\n");
  call("POST", "/api/reeve/approvals/ap-7/deny", "{\"reason\":\"not now\"}");
  call("POST", "/api/reeve/runs/" + run + "/cancel");
  call("POST", "/api/reeve/runs/" + run + "/settle", R"({"path":"7/host=web-3/2","answer":"happened"})");
  call("POST", "/api/reeve/halt", R"({"reason":"deploy"})");
  call("POST", "/api/reeve/halt", R"({"scope":"docker/*","reason":"deploy"})");
  call("POST", "/api/reeve/lift", "{}");
  call("POST", "/api/reeve/reset", R"({"runbook":"a/b","reason":"mended"})");
  call("POST", "/-/reload");
  EXPECT_THAT(asked(), ElementsAre("approve ap-7 " + me, "deny ap-7 (not now) " + me, "cancel " + run + " " + me,
                                   "settle " + run + " 7/host=web-3/2 happened " + me, "halt * (deploy) " + me,
                                   "halt docker/* (deploy) " + me, "lift \"\" " + me, "reset a/b \"\" (mended) " + me,
                                   "reload " + me));
  EXPECT_EQ(status_in(call("POST", "/api/reeve/approvals/nope/approve")), 404);
}

TEST_F(EngineTest, StartsAndPlansRuns) {
  const std::string answer =
      call("POST", "/api/reeve/runs", R"({"runbook":"docker/restart_container","params":{"container":"web-1"}})");
  const Value started = model::parse_json(body_in(answer)).value();
  EXPECT_EQ(started["run"].as_string(), test::run_id(0x11));
  EXPECT_EQ(started["decision"]["verdict"].as_string(), "allow");
  const std::string plan = call("POST", "/api/reeve/runs", R"({"runbook":"docker/restart_container","dry":true})");
  EXPECT_THAT(body_in(plan), HasSubstr("would restart container web-1"));
  EXPECT_EQ(status_in(call("POST", "/api/reeve/runs", R"({"runbook":"none"})")), 404);
  EXPECT_THAT(asked(), ElementsAre("run docker/restart_container {\"container\":\"web-1\"} " + me,
                                   "dry run docker/restart_container " + me, "run none {} " + me));
}

TEST_F(EngineTest, AMisspeltBodyNeverActs) {
  const std::pair<const char*, const char*> bodies[] = {
      {"/api/reeve/runs", R"({"runbook":"docker/restart_container","dri":true})"},
      {"/api/reeve/runs", R"({"runbook":"docker/restart_container","dry":"true"})"},
      {"/api/reeve/runs", R"({"runbook":"docker/restart_container","params":[]})"},
      {"/api/reeve/runs", R"({"runbook":7})"},
      {"/api/reeve/runs", R"({"runbook":""})"},
      {"/api/reeve/runs", R"([])"},
      {"/api/reeve/runs", R"({})"},
      {"/api/reeve/halt", R"({"scope":"*"})"},
      {"/api/reeve/halt", R"({"scope":1,"reason":"x"})"},
      {"/api/reeve/lift", R"({"scop":"docker/*"})"},
      {"/api/reeve/reset", R"({"runbook":"a/b"})"},
      {"/api/reeve/reset", R"({"reason":"x"})"},
      {"/api/reeve/reset", R"({"runbook":"a/b","reason":"x","targets":"c"})"},
      {"/api/reeve/approvals/ap-7/approve", R"({"reason":"x"})"},
      {"/api/reeve/approvals/ap-7/deny", R"({"reason":[]})"},
      {"/api/reeve/runs/1/settle", R"({"path":"1","answer":"maybe"})"},
  };
  for (const auto& [target, body] : bodies) EXPECT_EQ(status_in(call("POST", target, body)), 400) << target << body;
  EXPECT_TRUE(asked().empty());
  EXPECT_THAT(call("POST", "/api/reeve/runs", R"({"runbook":"x","dri":true})"), HasSubstr("did you mean \\\"dry\\\"?"));
}

TEST_F(EngineTest, PluginsAreFoundByInstanceAndByPlugin) {
  EXPECT_EQ(get("/api/reeve/plugins").as_list().size(), 2U);
  EXPECT_EQ(get("/api/reeve/plugins/docker").as_list().size(), 1U);
  EXPECT_EQ(get("/api/reeve/plugins/docker/local").as_list()[0]["pid"].as_int(), 77);
  EXPECT_EQ(status_in(call("GET", "/api/reeve/plugins/dock")), 404);
}

}  // namespace
}  // namespace reeve::api
