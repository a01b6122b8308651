#include <gtest/gtest.h>
#include <poll.h>

#include <cmath>

#include "common/net/deadline.h"
#include "common/procfs/files.h"
#include "e2e/plugins/loaded.h"

namespace reeve::e2e {
namespace {

class Http : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<Peer>("http_server.py");
    tls = std::make_unique<Peer>("http_server.py", std::vector<std::string>{"--tls"});
  }
  static void TearDownTestSuite() {
    server.reset();
    tls.reset();
  }
  void SetUp() override {
    if (!server->missing().empty()) GTEST_SKIP() << server->missing();
  }
  static std::string at(const std::string& path) { return server->at("ADDRESS") + path; }
  static Json instance() { return Json::map().set("name", "web"); }
  static Loaded probing(const std::string& path) { return Loaded("http", instance().set("url", at(path))); }
  /// What the server was sent last.
  static Json last_request(const Peer& peer) {
    std::string log = common::read_file(peer.at("LOG"));
    std::string last;
    for (std::string_view line : common::lines(log)) last = line;
    Json json;
    Json::parse(last, json);
    return json;
  }
  static std::unique_ptr<Peer> server, tls;
};
std::unique_ptr<Peer> Http::server;
std::unique_ptr<Peer> Http::tls;

TEST_F(Http, ProbesAsTheBlackboxExporterWouldName) {
  Outcome well = probing("/status/200").collect();
  ASSERT_TRUE(well.ok()) << well.error;
  EXPECT_EQ(well.value("probe_success"), 1);
  EXPECT_EQ(well.value("probe_http_status_code"), 200);
  EXPECT_GT(well.value("probe_duration_seconds"), 0);
  EXPECT_EQ(well.value("probe_http_uncompressed_body_length"), 11);
  Outcome ill = probing("/status/500").collect();
  EXPECT_EQ(ill.value("probe_success"), 0);
  EXPECT_EQ(ill.value("probe_http_status_code"), 500);
}

TEST_F(Http, AProbeOfNobodyFailsAndIsNoFailedCollect) {
  Outcome outcome = Loaded("http", instance().set("url", "http://127.0.0.1:1/")).collect();
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.value("probe_success"), 0);
  EXPECT_EQ(outcome.value("probe_http_status_code"), 0);
  EXPECT_TRUE(std::isnan(outcome.value("probe_http_uncompressed_body_length")));
}

TEST_F(Http, AProbeThatHangsFailsInTime) {
  Loaded plugin("http", instance().set("url", at("/hang")).set("timeout", "200ms"));
  int64_t from = common::boot_ms();
  Outcome outcome = plugin.collect();
  EXPECT_LT(common::boot_ms() - from, 2000);
  EXPECT_EQ(outcome.value("probe_success"), 0);
  EXPECT_GE(outcome.value("probe_duration_seconds"), 0.19);
}

TEST_F(Http, ExpectsWhatItIsTold) {
  auto success = [&](const std::string& path, Json expect, const std::string& contains = "") {
    Json config = instance().set("url", at(path)).set("expect", std::move(expect));
    if (!contains.empty()) config.set("contains", contains);
    return Loaded("http", config).collect().value("probe_success");
  };
  EXPECT_EQ(success("/status/404", 404), 1);
  EXPECT_EQ(success("/status/200", 404), 0);
  EXPECT_EQ(success("/status/204", Json::list().push(200).push("204")), 1);
  EXPECT_EQ(success("/redirect/302", "3xx"), 1) << "redirects are answers, they are not followed";
  EXPECT_EQ(success("/redirect/302", "2xx"), 0);
  EXPECT_EQ(success("/status/200", 200, "status 200"), 1);
  EXPECT_EQ(success("/status/200", 200, "well"), 0);
}

TEST_F(Http, ScrapesAPage) {
  Outcome outcome = Loaded("http", instance().set("metrics", at("/metrics"))).collect();
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.value("demo_requests_total", {{"code", "200"}, {"path", "/a \"b\" \\c"}}), 42);
  EXPECT_EQ(outcome.value("demo_temperature"), -3.5);
  EXPECT_EQ(outcome.value("demo_bucket", {{"le", "+Inf"}}), 7);
  EXPECT_EQ(outcome.samples.size(), 4U);
  EXPECT_EQ(Loaded("http", instance().set("metrics", at("/status/500"))).collect().result, REEVE_TRANSIENT);
  EXPECT_EQ(Loaded("http", instance().set("metrics", at("/chunked"))).collect().result, REEVE_INVALID);
}

TEST_F(Http, KeepsTheProbeWhereTheScrapeFails) {
  Json config = instance().set("url", at("/status/200")).set("metrics", at("/status/500"));
  Outcome outcome = Loaded("http", config).collect();
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value("probe_success"), 1);
  EXPECT_EQ(outcome.value("http_scrape_success"), 0);
}

TEST_F(Http, ScrapesARealNodeExporter) {
  Peer exporter("node_exporter.py");
  if (!exporter.missing().empty()) GTEST_SKIP() << exporter.missing();
  Outcome outcome = Loaded("http", instance().set("metrics", exporter.at("ADDRESS"))).collect();
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_GT(outcome.samples.size(), 500U);
  EXPECT_GT(outcome.value("node_memory_MemTotal_bytes"), 1 << 20);
}

TEST_F(Http, ScrapesARealPrometheus) {
  Peer prometheus("prometheus.py");
  if (!prometheus.missing().empty()) GTEST_SKIP() << prometheus.missing();
  std::string address = prometheus.at("ADDRESS");
  Json config = instance().set("url", address + "/-/healthy").set("metrics", address + "/metrics");
  Outcome outcome = Loaded("http", config).collect();
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.value("probe_success"), 1);
  EXPECT_EQ(outcome.value("http_scrape_success"), 1);
  EXPECT_EQ(outcome.value("prometheus_ready"), 1);
}

TEST_F(Http, SpeaksTls) {
  if (!tls->missing().empty()) GTEST_SKIP() << tls->missing();
  std::string url = tls->at("ADDRESS") + "/status/200";
  Outcome untrusted = Loaded("http", instance().set("url", url)).collect();
  EXPECT_EQ(untrusted.value("probe_success"), 0) << "a certificate that nobody vouches for";
  Json config = instance().set("url", url).set("ca_file", tls->at("CERTIFICATE"));
  Loaded plugin("http", config);
  Outcome outcome = plugin.collect();
  EXPECT_EQ(outcome.value("probe_success"), 1);
  EXPECT_EQ(outcome.value("probe_http_ssl"), 1);
  EXPECT_NEAR(outcome.value("probe_ssl_earliest_cert_expiry"), static_cast<double>(time(nullptr)) + 2 * 86400, 3600);
  Outcome sent = plugin.invoke("request", Json::map().set("path", "/echo").set("method", "PUT").set("body", "hello"));
  ASSERT_TRUE(sent.ok()) << sent.error;
  EXPECT_EQ(sent.answer["body"].text(), "hello");
  EXPECT_EQ(last_request(*tls)["method"].text(), "PUT");
  Json post = Json::map().set("path", "/hang").set("body", "x").set("timeout", "300ms");
  EXPECT_EQ(plugin.invoke("request", post).result, REEVE_UNKNOWN_OUTCOME);
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "/hang").set("timeout", "300ms")).result, REEVE_TIMEOUT);
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "/status/404")).result, REEVE_NOT_FOUND);
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "/cut")).result, REEVE_TRANSIENT);
  Json split = Json::map().set("path", "/echo").set("headers", Json::map().set("X", "a\r\nY: b"));
  EXPECT_EQ(plugin.invoke("request", split).result, REEVE_INVALID);
}

TEST_F(Http, GetsAndParses) {
  Loaded plugin = probing("/status/200");
  Outcome outcome = plugin.invoke("get", Json::map());
  EXPECT_EQ(outcome.answer["status"].integer(), 200);
  EXPECT_EQ(outcome.answer["body"].text(), "status 200\n");
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "/chunked")).answer["body"].text(), "one two three");
  EXPECT_EQ(plugin.invoke("get", Json::map().set("url", "ftp://x/")).result, REEVE_INVALID);
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "status")).result, REEVE_INVALID);
  EXPECT_EQ(plugin.invoke("get", Json::map().set("path", "/big/2000000")).result, REEVE_INVALID) << "more than 1 MiB";
}

/// As the engine tells its receivers: a POST with a JSON body.
TEST_F(Http, SendsARequestWithHeadersAndBody) {
  Loaded plugin("http", instance());
  Json args = Json::map().set("url", at("/echo")).set("method", "POST");
  args.set("headers", Json::map().set("Content-Type", "application/json").set("X-Alert", "a b"));
  args.set("body", "{\"status\":\"firing\"}");
  Outcome outcome = plugin.invoke("request", args);
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.answer["status"].integer(), 200);
  EXPECT_EQ(outcome.answer["body"].text(), "{\"status\":\"firing\"}");
  EXPECT_EQ(outcome.answer["json"]["status"].text(), "firing");
  Json seen = last_request(*server);
  EXPECT_EQ(seen["method"].text(), "POST");
  EXPECT_EQ(seen["headers"]["X-Alert"].text(), "a b");
  EXPECT_EQ(seen["body"].text(), "{\"status\":\"firing\"}");
  args.set("body", Json::map().set("a", 1));
  plugin.invoke("request", args);
  EXPECT_EQ(last_request(*server)["body"].text(), "{\"a\":1}");
}

TEST_F(Http, TellsWhatAStatusMeans) {
  Loaded plugin = probing("/status/200");
  struct Row {
    int status;
    const char* action;
    int fault;
  };
  for (const Row& row : std::initializer_list<Row>{{404, "get", REEVE_NOT_FOUND},
                                                   {401, "request", REEVE_DENIED},
                                                   {409, "request", REEVE_CONFLICT},
                                                   {429, "request", REEVE_THROTTLED},
                                                   {400, "request", REEVE_INVALID},
                                                   {500, "request", REEVE_TRANSIENT},
                                                   {502, "request", REEVE_UNKNOWN_OUTCOME},
                                                   {502, "get", REEVE_TRANSIENT}}) {
    Json args = Json::map().set("path", "/status/" + std::to_string(row.status));
    Outcome outcome = plugin.invoke(row.action, args);
    EXPECT_EQ(outcome.result, row.fault) << row.status << " " << outcome.error;
    args.set("expect", row.status);
    EXPECT_EQ(plugin.invoke(row.action, args).answer["status"].integer(), row.status) << "it was expected";
  }
  Outcome nobody = plugin.invoke("request", Json::map().set("url", "http://127.0.0.1:1/"));
  EXPECT_EQ(nobody.result, REEVE_TRANSIENT) << "nothing was sent";
  Outcome cut = plugin.invoke("request", Json::map().set("path", "/cut"));
  EXPECT_EQ(cut.result, REEVE_UNKNOWN_OUTCOME) << cut.error;
}

TEST_F(Http, GivesItsTokenToItsOwnServerOnly) {
  Json config = instance().set("url", at("/echo")).set("headers", Json::map().set("X-Token", "canary"));
  config.set("bearer", "canary2");
  Loaded plugin("http", config);
  plugin.collect();
  EXPECT_EQ(last_request(*server)["headers"]["X-Token"].text(), "canary");
  Peer other("http_server.py");
  Outcome outcome = plugin.invoke("get", Json::map().set("url", other.at("ADDRESS") + "/status/200"));
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(last_request(other).dump().find("canary"), std::string::npos);
}

TEST_F(Http, StaysWhereItMayGo) {
  Json config = instance().set("allow", Json::texts({at("/status/"), at("/echo")}));
  Loaded plugin("http", config);
  EXPECT_TRUE(plugin.invoke("get", Json::map().set("url", at("/status/200"))).ok());
  EXPECT_EQ(plugin.invoke("get", Json::map().set("url", at("/metrics"))).result, REEVE_DENIED);
}

TEST_F(Http, TellsEachChangeOnce) {
  Loaded plugin("http", instance().set("url", at("/once/flip")).set("watch", "100ms"));
  ASSERT_EQ(plugin.check(), "");
  auto watch = plugin.watch();
  SeenEvent state = watch->wait_for("http.state");
  EXPECT_TRUE(state.fields["success"].boolean());
  SeenEvent changed = watch->wait_for("http.changed", "http/web");
  EXPECT_FALSE(changed.fields["success"].boolean(true));
  EXPECT_EQ(changed.fields["status_code"].integer(), 503);
  EXPECT_EQ(changed.fields["reason"].text(), "status 503");
  poll(nullptr, 0, 300);
  EXPECT_EQ(watch->heard().events().size(), 2U);
  watch.reset();
  watch = plugin.watch(changed.cursor);
  watch->wait_for("http.state");
  EXPECT_EQ(watch->heard().events().size(), 1U) << "it was down, and is";
  watch.reset();
  watch = plugin.watch(state.cursor);
  watch->wait_for("http.changed");
}

TEST(HttpAlone, HasOnlyTheLanesItNeeds) {
  auto lanes = [](Json config) {
    Json manifest = Loaded("http", config.set("name", "x")).manifest_for();
    std::string out;
    for (const char* lane : {"collects", "watches", "acts"}) out += manifest[lane].boolean() ? lane[0] : '-';
    return out;
  };
  EXPECT_EQ(lanes(Json::map()), "--a");
  EXPECT_EQ(lanes(Json::map().set("url", "http://h/")), "c-a");
  EXPECT_EQ(lanes(Json::map().set("url", "http://h/").set("watch", "1s")), "cwa");
  EXPECT_EQ(lanes(Json::map().set("metrics", "http://h/")), "c-a");
}

TEST(HttpAlone, SaysWhatIsWrongWithItsConfiguration) {
  struct Row {
    Json config;
    const char* why;
  };
  const Row rows[] = {
      {Json::map().set("url", "localhost:80"), "is no URL"},
      {Json::map().set("url", "http://u:p@h/"), "do not belong into a URL"},
      {Json::map().set("url", "http://h/").set("expect", "ok"), "no HTTP status"},
      {Json::map().set("url", "http://h/").set("method", "POST"), "must be one of"},
      {Json::map().set("watch", "1s"), "no url to watch"},
      {Json::map().set("url", "http://h/").set("watch", "1ms"), "at least 100ms"},
      {Json::map().set("ulr", "http://h/"), "did you mean \"url\""},
  };
  for (Row row : rows) {
    std::string error = Loaded("http", row.config.set("name", "x")).check();
    EXPECT_NE(error.find(row.why), std::string::npos) << row.why << " in: " << error;
  }
}

}  // namespace
}  // namespace reeve::e2e
