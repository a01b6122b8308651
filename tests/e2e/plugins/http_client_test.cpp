#include "common/http/client.h"

#include <gtest/gtest.h>

#include "e2e/plugins/loaded.h"

namespace reeve::common::http {
namespace {

class HttpClient : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<e2e::Peer>("http_server.py"); }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    if (!server->missing().empty()) GTEST_SKIP() << server->missing();
  }
  static Address address() { return parse_url(server->at("ADDRESS"))->address; }
  static Try<Response> get(const std::string& target, int64_t within_ms = 5000) {
    Request request;
    request.target = target;
    return ask(address(), request, Deadline::after_ms(within_ms));
  }
  static std::unique_ptr<e2e::Peer> server;
};
std::unique_ptr<e2e::Peer> HttpClient::server;

TEST_F(HttpClient, ReadsEveryKindOfBody) {
  EXPECT_EQ(get("/status/201")->status, 201);
  EXPECT_EQ(get("/chunked")->body, "one two three");
  EXPECT_EQ(get("/close")->body, "until the end");
  EXPECT_EQ(get("/big/3000000")->body.size(), 3000000U);
}

TEST_F(HttpClient, SendsABodyAndHeaders) {
  Request request;
  request.method = "POST";
  request.target = "/echo";
  request.headers = {{"Content-Type", "application/x-demo"}};
  request.body = std::string(500000, 'b');
  auto answer = ask(address(), request, Deadline::after_ms(5000));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, request.body);
  EXPECT_EQ(header(answer->headers, "content-type"), "application/x-demo");
}

TEST_F(HttpClient, KeepsItsConnectionAndOpensItAgain) {
  Connection connection(address());
  Request request;
  for (const char* target : {"/status/200", "/close", "/chunked", "/status/404"}) {
    request.target = target;
    ASSERT_TRUE(connection.ask(request, Deadline::after_ms(5000))) << target;
  }
}

TEST_F(HttpClient, NeverWaitsPastItsDeadline) {
  int64_t from = boot_ms();
  auto answer = get("/hang", 300);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.fault().kind, Kind::kTimeout) << answer.fault().text;
  EXPECT_LT(boot_ms() - from, 2000);
}

TEST_F(HttpClient, LeavesAWaitWhenAsked) {
  std::atomic<bool> stop{false};
  std::thread later([&] { stop = true; });
  Request request;
  request.target = "/hang";
  auto answer = ask(address(), request, Deadline::after_ms(60'000).stopped_by([&] { return stop.load(); }));
  later.join();
  EXPECT_FALSE(answer);
}

TEST_F(HttpClient, TellsABrokenAnswerFromAnUnknownOutcome) {
  auto got = get("/cut");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.fault().kind, Kind::kTransient) << got.fault().text;
  Request post;
  post.method = "POST";
  for (const char* target : {"/cut", "/hang"}) {
    post.target = target;
    auto sent = ask(address(), post, Deadline::after_ms(300));
    ASSERT_FALSE(sent) << target;
    EXPECT_EQ(sent.fault().kind, Kind::kUnknownOutcome) << target;
  }
}

TEST_F(HttpClient, BoundsTheBody) {
  Request request;
  request.target = "/big/100000";
  auto answer = ask(address(), request, Deadline::after_ms(5000), 99'999);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.fault().kind, Kind::kInvalid);
}

TEST_F(HttpClient, SendsNoTextThatWouldBeAnotherRequest) {
  for (const char* target : {"/a b", "/a\r\nX: y", "", "/a\n"}) {
    auto answer = get(target);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.fault().kind, Kind::kInvalid);
  }
  Request request;
  for (Headers headers : {Headers{{"X", "a\r\nY: b"}}, Headers{{"X: Y", "a"}}, Headers{{"Content-Length", "5"}}}) {
    request.headers = headers;
    EXPECT_FALSE(ask(address(), request, Deadline::after_ms(1000)));
  }
}

TEST(HttpClientAlone, SaysWhenNobodyListens) {
  auto answer = ask({"", "127.0.0.1", 1}, {}, Deadline::after_ms(2000));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.fault().kind, Kind::kTransient);
  Request post;
  post.method = "POST";
  auto sent = ask({"/nonexistent/sock", "", 0}, post, Deadline::after_ms(2000));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.fault().kind, Kind::kTransient) << "nothing was sent, so the outcome is known";
}

}  // namespace
}  // namespace reeve::common::http
