#include "api/checks.h"

#include <gtest/gtest.h>

namespace reeve::api {
namespace {

constexpr auto kTcp = Peer::Transport::kTcp;
constexpr auto kUnix = Peer::Transport::kUnix;

TEST(Host, OnTcpMustBeKnown) {
  const std::vector<std::string> names{"reeve.example", "Ops"};
  for (const char* host : {"127.0.0.1", "127.0.0.1:9911", "10.1.2.3:80", "localhost", "LOCALHOST:1", "[::1]",
                           "[::1]:9911", "[fe80::1]:5", "reeve.example", "REEVE.example:443", "ops:9911"})
    EXPECT_TRUE(check_host(host, names, kTcp).ok()) << host;
  for (const char* host : {"",
                           "evil.example",
                           "evil.example:9911",
                           "localhost.evil.example",
                           "127.0.0.1.nip.io",
                           "127.1",
                           "2130706433",
                           "0x7f.0.0.1",
                           "localhost.",
                           "::1",
                           "[::1",
                           "[127.0.0.1]",
                           "[localhost]",
                           "[reeve.example]",
                           "127.0.0.1:",
                           "127.0.0.1:99x",
                           "127.0.0.1:999999",
                           "localhost:80:80",
                           "localhost/x",
                           "a@127.0.0.1",
                           " 127.0.0.1",
                           ":80"})
    EXPECT_FALSE(check_host(host, names, kTcp).ok()) << host;
}

TEST(Host, OnTheUnixSocketMayBeAnything) {
  EXPECT_TRUE(check_host("", {}, kUnix).ok());
  EXPECT_TRUE(check_host("whatever", {}, kUnix).ok());
}

TEST(Origin, OnTcpMustBeTheRequestsOwn) {
  EXPECT_TRUE(check_origin("", "127.0.0.1:9911", kTcp).ok());
  EXPECT_TRUE(check_origin("http://127.0.0.1:9911", "127.0.0.1:9911", kTcp).ok());
  EXPECT_TRUE(check_origin("https://Reeve.Example", "reeve.example", kTcp).ok());
  for (const char* origin : {"null", "http://127.0.0.1", "http://127.0.0.1:9912", "http://evil.example",
                             "http://127.0.0.1:9911.evil.example", "file://", "http://127.0.0.1:9911/"})
    EXPECT_FALSE(check_origin(origin, "127.0.0.1:9911", kTcp).ok()) << origin;
}

TEST(Origin, NeverReachesTheUnixSocket) {
  EXPECT_TRUE(check_origin("", "localhost", kUnix).ok());
  EXPECT_FALSE(check_origin("http://localhost", "localhost", kUnix).ok());
  EXPECT_FALSE(check_origin("null", "localhost", kUnix).ok());
}

}  // namespace
}  // namespace reeve::api
