// Questions from outside, as HTTP asks them: on Views, on the query thread, in the shapes of Prometheus.
#include "api/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/prometheus_forms.h"
#include "unit/api/fake_engine.h"
#include "unit/api/fixture.h"

namespace reeve::api {
namespace {

using model::Value;
using test::body_in;
using test::Client;
using test::request;
using test::Running;
using test::status_in;
using testing::HasSubstr;

/// A store with two series, and the routes over it.
struct QueriesTest : testing::Test {
  QueriesTest() {
    for (int i = 0; i <= 10; ++i) {
      head.append({{"__name__", "up"}, {"job", "api"}, {"instance", "a"}}, i * 15000, i % 2);
      head.append({{"__name__", "up"}, {"job", "db"}, {"instance", "b"}}, i * 15000, 1);
    }
    head.append({{"__name__", "old"}, {"job", "api"}}, 1000, 5);
  }
  ~QueriesTest() override {
    running.on_core([this] { queries.reset(); });
    worker.reset();
  }

  void prepare(Server& server) {
    worker = std::make_unique<base::Worker>("query", *loop(), 4);
    queries = std::make_unique<Queries>(head, *worker, *loop(), settings);
    Engine engine;
    engine.queries = queries.get();
    add_routes(server, engine, clock);
  }
  base::Loop* loop() { return &running.loop(); }

  std::string call(const std::string& method, const std::string& target, const std::string& form = "") {
    Client client(running);
    std::string headers = "Connection: close\r\n";
    if (!form.empty()) headers += "Content-Type: application/x-www-form-urlencoded\r\n";
    client.send(request(method, target, headers, form));
    return client.rest();
  }
  std::string get(const std::string& target) { return body_in(call("GET", target)); }

  series::Head head;
  base::ManualClock clock{base::time_from_ms(150000)};
  Queries::Settings settings{.timeout = base::seconds(20), .most_points = 100};
  std::unique_ptr<base::Worker> worker;
  std::unique_ptr<Queries> queries;
  Running running{[this](Server& server) { prepare(server); }};
};

TEST_F(QueriesTest, AnswersInstantQueriesAsPrometheusDoes) {
  EXPECT_EQ(get("/api/v1/query?query=up%7Bjob%3D%22db%22%7D&time=60"),
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"up\","
            "\"instance\":\"b\",\"job\":\"db\"},\"value\":[60,\"1\"]}]}}\n");
  EXPECT_THAT(get("/api/v1/query?query=sum(up)"), HasSubstr("\"value\":[150,\"1\"]"));  // now
  EXPECT_THAT(get("/api/v1/query?query=1%2B1&time=1.5"),
              HasSubstr("{\"resultType\":\"scalar\",\"result\":[1.5,\"2\"]}"));
  EXPECT_THAT(get("/api/v1/query?query=up&time=1970-01-01T00:01:00Z"), HasSubstr("[60,"));
}

TEST_F(QueriesTest, TakesFormsByPost) {
  EXPECT_THAT(body_in(call("POST", "/api/v1/query", "query=sum%28up%29&time=60")), HasSubstr("[60,\"1\"]"));
  EXPECT_THAT(body_in(call("POST", "/api/v1/query_range", "query=sum(up)&start=0&end=30&step=15")),
              HasSubstr("\"values\":[[0,\"1\"],[15,\"2\"],[30,\"1\"]]"));
}

TEST_F(QueriesTest, AnswersRangeQueries) {
  const std::string body = get("/api/v1/query_range?query=sum(up)&start=0&end=60&step=30s");
  EXPECT_THAT(body, HasSubstr("\"resultType\":\"matrix\""));
  EXPECT_THAT(body, HasSubstr("\"values\":[[0,\"1\"],[30,\"1\"],[60,\"1\"]]"));
}

struct Refusal {
  const char* target;
  int status;
  const char* type;
  const char* text;
};

TEST_F(QueriesTest, RefusesInPrometheusWords) {
  const Refusal cases[] = {
      {"/api/v1/query", 400, "bad_data", "invalid parameter \\\"query\\\": "},
      {"/api/v1/query?query=up%7B", 400, "bad_data", "invalid parameter \\\"query\\\": 1:4: parse error: "},
      {"/api/v1/query?query=up&time=noon", 400, "bad_data", "cannot parse \\\"noon\\\" to a valid timestamp"},
      {"/api/v1/query?query=up&timeout=soon", 400, "bad_data", "cannot parse \\\"soon\\\" to a valid duration"},
      {"/api/v1/query?query=up%20*%20up%20%2B%20on()%20up", 422, "execution", "many-to-many"},
      {"/api/v1/query_range?query=up&start=0&end=1", 400, "bad_data", "invalid parameter \\\"step\\\""},
      {"/api/v1/query_range?query=up&start=0&end=1&step=0", 400, "bad_data", "zero or negative query resolution"},
      {"/api/v1/query_range?query=up&start=0&end=1&step=-5", 400, "bad_data", "zero or negative query resolution"},
      {"/api/v1/query_range?query=up&start=9&end=1&step=5", 400, "bad_data", "end timestamp must not be before start"},
      {"/api/v1/query_range?query=up&start=0&end=1000&step=1", 400, "bad_data", "exceeded maximum resolution of 100"},
      {"/api/v1/query_range?query=up&start=-9e9&end=9e9&step=0.001", 400, "bad_data", "exceeded maximum resolution"},
      {"/api/v1/series", 400, "bad_data", "no match[] parameter provided"},
      {"/api/v1/series?match[]=rate(up[5m])", 400, "bad_data", "expected a series selector"},
      {"/api/v1/series?match[]=up%2Bup", 400, "bad_data", "expected a series selector"},
      {"/api/v1/series?match[]=5", 400, "bad_data", "expected a series selector"},
      {"/api/v1/labels?start=x", 400, "bad_data", "valid timestamp"},
      {"/api/v1/labels?limit=-1", 400, "bad_data", "a number is expected"},
  };
  for (const Refusal& c : cases) {
    const std::string answer = call("GET", c.target);
    EXPECT_EQ(status_in(answer), c.status) << c.target << body_in(answer);
    EXPECT_THAT(body_in(answer), HasSubstr(std::string("\"errorType\":\"") + c.type + "\"")) << c.target;
    EXPECT_THAT(body_in(answer), HasSubstr(c.text)) << c.target;
  }
}

TEST_F(QueriesTest, KnowsItsSeriesAndLabels) {
  EXPECT_EQ(get("/api/v1/labels"), "{\"status\":\"success\",\"data\":[\"__name__\",\"instance\",\"job\"]}\n");
  EXPECT_EQ(get("/api/v1/labels?match[]=old"), "{\"status\":\"success\",\"data\":[\"__name__\",\"job\"]}\n");
  EXPECT_EQ(get("/api/v1/label/job/values"), "{\"status\":\"success\",\"data\":[\"api\",\"db\"]}\n");
  EXPECT_EQ(get("/api/v1/label/none/values"), "{\"status\":\"success\",\"data\":[]}\n");
  EXPECT_EQ(get("/api/v1/series?match[]=up%7Bjob%3D%22db%22%7D&match[]=old"),
            "{\"status\":\"success\",\"data\":[{\"__name__\":\"old\",\"job\":\"api\"},"
            "{\"__name__\":\"up\",\"instance\":\"b\",\"job\":\"db\"}]}\n");
}

TEST_F(QueriesTest, LooksOnlyIntoTheTimeRangeAskedFor) {
  EXPECT_EQ(get("/api/v1/label/__name__/values?start=10"), "{\"status\":\"success\",\"data\":[\"up\"]}\n");
  EXPECT_EQ(get("/api/v1/label/__name__/values?start=1&end=1"), "{\"status\":\"success\",\"data\":[\"old\"]}\n");
  EXPECT_EQ(get("/api/v1/label/__name__/values?end=0"), "{\"status\":\"success\",\"data\":[\"up\"]}\n");
}

TEST_F(QueriesTest, CutsAtTheLimitAndSaysSo) {
  EXPECT_EQ(get("/api/v1/labels?limit=1"),
            "{\"status\":\"success\",\"data\":[\"__name__\"],\"warnings\":[\"results truncated due to limit\"]}\n");
}

TEST_F(QueriesTest, PassesRemarksOn) {
  EXPECT_THAT(get("/api/v1/query?query=rate(up[1m])&time=60"), HasSubstr("\"infos\":["));
}

TEST_F(QueriesTest, SamplesAppendedWhileAQueryRunsDoNotDisturbIt) {
  std::atomic<bool> stop = false;
  std::thread asker([&] {
    while (!stop) EXPECT_THAT(get("/api/v1/query?query=count(up)&time=60"), HasSubstr("[60,\"2\"]"));
  });
  for (int i = 11; i < 3000; ++i)
    running.on_core([&] { head.append({{"__name__", "up"}, {"job", "db"}, {"instance", "b"}}, i * 15000, i); });
  stop = true;
  asker.join();
}

TEST(Queries, OneThatTakesTooLongIsAnsweredAndThoseBehindItRefused) {
  base::AsioLoop loop(base::system_clock());
  series::Head head;
  head.append({{"__name__", "x"}}, 1000, 1);
  base::Worker worker("query", loop, 1);
  Queries queries(head, worker, loop, {.timeout = base::millis(30), .waiting = 1});
  std::promise<void> release;
  std::vector<base::Fault> faults;
  const auto done = [&](const base::Result<QueryAnswer>& answer) {
    faults.push_back(answer.ok() ? base::Fault::kInternal : answer.error().fault);
    if (faults.size() < 2) return;
    release.set_value();
    loop.stop();
  };
  loop.post([&] {
    // Something else holds up the thread: what waits is answered in time all the same.
    worker.submit([&]() -> base::Task {
      release.get_future().wait();
      return {};
    });
    while (worker.waiting() > 0) std::this_thread::yield();
    queries.instant("x", 1000, {}, done);
    queries.instant("x", 1000, {}, done);
  });
  loop.run();
  EXPECT_EQ(faults, (std::vector<base::Fault>{base::Fault::kThrottled, base::Fault::kTimeout}));
}

TEST(Selectors, OnlyBareOnesAreTaken) {
  for (const char* text : {"up", "up{job=\"x\"}", "{job=~\".+\"}", "{\"with space\",a=\"}\"}", "a:b:c", "up{a='(b)'}"})
    EXPECT_TRUE(read_selector(text, {}).ok()) << text;
  for (const char* text :
       {"", "up[5m]", "-up", "(up)", "up offset 5m", "up @ 5", "sum(up)", "up or up", "1", "\"x\"", "{"})
    EXPECT_FALSE(read_selector(text, {}).ok()) << text;
}

TEST(PrometheusForms, WritesValuesAsGoDoes) {
  const std::pair<double, const char*> cases[] = {{1, "1e+00"},           {0, "0e+00"},    {-2.5, "-2.5e+00"},
                                                  {1234.5, "1.2345e+03"}, {1e-7, "1e-07"}, {1e300, "1e+300"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(exponent_text(value), text);
  EXPECT_EQ(exponent_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(exponent_text(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(PrometheusForms, RulesShowTheirAlerts) {
  auto rules = rule::read(
      "groups:\n"
      "- name: g\n"
      "  interval: 30s\n"
      "  rules:\n"
      "  - record: job:up:sum\n"
      "    expr: sum by (job) (up)\n"
      "  - alert: Down\n"
      "    expr: up == 0\n"
      "    for: 1m\n"
      "    labels: {severity: page}\n"
      "    annotations: {summary: '{{ $labels.job }} is down'}\n"
      "  - alert: Quiet\n"
      "    expr: vector(0) > 1\n",
      "r.yaml", base::seconds(15));
  ASSERT_TRUE(rules.ok()) << rules.error().text;
  model::Alert alert = test::alert_unhealthy();
  alert.rule_id = rules->groups[0].rules[1].id;
  alert.state = model::AlertState::kPending;
  const std::string both = model::to_json(prometheus_rules(*rules, {alert}, ""));
  EXPECT_THAT(both, HasSubstr("\"name\":\"g\",\"file\":\"r.yaml\""));
  EXPECT_THAT(both, HasSubstr("\"interval\":30"));
  EXPECT_THAT(both,
              HasSubstr("{\"name\":\"job:up:sum\",\"query\":\"sum by (job) (up)\",\"labels\":{},\"health\":\"ok\","
                        "\"type\":\"recording\"}"));
  EXPECT_THAT(both, HasSubstr("{\"state\":\"pending\",\"name\":\"Down\",\"query\":\"up == 0\",\"duration\":60"));
  EXPECT_THAT(both, HasSubstr("\"annotations\":{\"summary\":\"{{ $labels.job }} is down\"}"));
  EXPECT_THAT(both, HasSubstr("\"state\":\"inactive\",\"name\":\"Quiet\""));
  EXPECT_THAT(both, HasSubstr("\"activeAt\":\"2026-11-24T11:57:00.000Z\",\"value\":\"1e+00\""));
  EXPECT_EQ(model::to_json(prometheus_rules(*rules, {}, "record")).find("Down"), std::string::npos);
  EXPECT_EQ(model::to_json(prometheus_rules(*rules, {}, "alert")).find("job:up:sum"), std::string::npos);
}

}  // namespace
}  // namespace reeve::api
