#include "api/routes.h"

#include <gtest/gtest.h>

#include "api/target.h"

namespace reeve::api {
namespace {

class RoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    add("GET", "/metrics", Right::kRead);
    add("GET", "/runs", Right::kRead);
    add("POST", "/runs", Right::kChange);
    add("GET", "/runs/{id}", Right::kPrivate);
    add("GET", "/runs/live", Right::kRead);
    add("POST", "/runs/{id}/cancel", Right::kChange);
    add("POST", "/query", Right::kRead);
    add("GET", "/query", Right::kRead);
    add("GET", "/{a}/x", Right::kRead);
    add("GET", "/y/{b}", Right::kRead);
  }
  void add(const char* method, const char* pattern, Right right) {
    routes_.add(method, pattern, right, [](const Request&, const Respond&) {});
  }
  Routes::Found find(const char* method, const char* path, Peer::Transport transport) const {
    return routes_.find(method, parse_target(path)->segments, transport);
  }
  Routes routes_;
};

// method, path, status on the unix socket, status on TCP
struct Case {
  const char *method, *path;
  int unix_status, tcp_status;
};

TEST_F(RoutesTest, TableIsTheOnlySourceOfRights) {
  const Case cases[] = {
      {"GET", "/metrics", 200, 200},        {"HEAD", "/metrics", 200, 200},
      {"POST", "/metrics", 405, 405},       {"PUT", "/metrics", 405, 405},
      {"OPTIONS", "/metrics", 405, 405},    {"get", "/metrics", 405, 405},
      {"GET", "/runs", 200, 200},           {"POST", "/runs", 200, 403},
      {"DELETE", "/runs", 405, 405},        {"GET", "/runs/1", 200, 403},
      {"HEAD", "/runs/1", 200, 403},        {"GET", "/runs/live", 200, 200},
      {"POST", "/runs/1/cancel", 200, 403}, {"GET", "/runs/1/cancel", 405, 405},
      {"POST", "/query", 200, 405},  // it reads, but TCP has only GET and HEAD
      {"GET", "/query", 200, 200},          {"GET", "/", 404, 404},
      {"GET", "/runs/", 404, 404},          {"GET", "/runs//cancel", 404, 404},
      {"GET", "/metrics/", 404, 404},       {"GET", "//metrics", 404, 404},
      {"POST", "/nothing", 404, 404},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(find(c.method, c.path, Peer::Transport::kUnix).status, c.unix_status) << c.method << ' ' << c.path;
    EXPECT_EQ(find(c.method, c.path, Peer::Transport::kTcp).status, c.tcp_status) << c.method << ' ' << c.path;
  }
}

TEST_F(RoutesTest, AHandlerComesOnlyWithStatus200) {
  for (const auto transport : {Peer::Transport::kUnix, Peer::Transport::kTcp})
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"})
      for (const char* path : {"/metrics", "/runs", "/runs/1", "/runs/1/cancel", "/query", "/none"}) {
        const auto found = find(method, path, transport);
        EXPECT_EQ(found.handler != nullptr, found.status == 200) << method << ' ' << path;
      }
}

TEST_F(RoutesTest, NamesTakeOneSegmentAndWordsWin) {
  const auto found = find("POST", "/runs/7%2F8/cancel", Peer::Transport::kUnix);
  EXPECT_EQ(found.path_params, (Pairs{{"id", "7/8"}}));
  EXPECT_TRUE(find("GET", "/runs/live", Peer::Transport::kUnix).path_params.empty());
  EXPECT_EQ(find("GET", "/y/x", Peer::Transport::kUnix).path_params, (Pairs{{"b", "x"}}));  // the earlier word wins
  EXPECT_EQ(find("GET", "/z/x", Peer::Transport::kUnix).path_params, (Pairs{{"a", "z"}}));
}

TEST_F(RoutesTest, Says405WithWhatThisSideMayUse) {
  EXPECT_EQ(find("PUT", "/runs", Peer::Transport::kUnix).allow, "GET, HEAD, POST");
  EXPECT_EQ(find("PUT", "/runs", Peer::Transport::kTcp).allow, "GET, HEAD");
  EXPECT_EQ(find("GET", "/runs/1/cancel", Peer::Transport::kTcp).allow, "");
}

TEST_F(RoutesTest, ListsEveryRouteWithItsRight) {
  const auto lines = routes_.list();
  EXPECT_EQ(lines.size(), 10U);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "POST /runs change"), lines.end());
}

TEST_F(RoutesTest, TheSameRouteTwiceIsABrokenPromise) {
  EXPECT_DEATH(add("GET", "/runs", Right::kRead), "is_new");
}

}  // namespace
}  // namespace reeve::api
