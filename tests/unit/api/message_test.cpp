#include "api/message.h"

#include <gtest/gtest.h>

namespace reeve::api {
namespace {

using Next = MessageReader::Next;

// Feeds the bytes one at a time, as a network may; returns the status of a refusal, 0 when it is taken, -1 when it
// waits.
int read_slowly(const std::string& bytes, Message* out = nullptr) {
  MessageReader reader{Limits{}};
  std::string pending;
  for (const char c : bytes) {
    pending += c;
    Next next = reader.read(pending);
    if (next == Next::kContinue) next = reader.read(pending);
    if (next == Next::kBad) return reader.status();
    if (next != Next::kDone) continue;
    if (out) *out = reader.take();
    return 0;
  }
  return -1;
}

int read_at_once(const std::string& bytes) {
  MessageReader reader{Limits{}};
  std::string pending = bytes;
  Next next = reader.read(pending);
  if (next == Next::kContinue) next = reader.read(pending);
  return next == Next::kBad ? reader.status() : next == Next::kDone ? 0 : -1;
}

TEST(Message, ReadsARequestWithItsBody) {
  Message message;
  ASSERT_EQ(read_slowly("POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nOrigin: http://h:1\r\ncontent-type:  Application/JSON ; "
                        "charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
                        &message),
            0);
  EXPECT_EQ(message.method, "POST");
  EXPECT_EQ(message.target, "/a?b=c");
  EXPECT_EQ(message.host, "h:1");
  EXPECT_EQ(message.origin, "http://h:1");
  EXPECT_EQ(message.content_type, "application/json");
  EXPECT_EQ(message.body, "{}");
  EXPECT_TRUE(message.keep_alive);
}

TEST(Message, SaysWhetherTheConnectionStays) {
  Message message;
  ASSERT_EQ(read_slowly("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &message), 0);
  EXPECT_FALSE(message.keep_alive);
  ASSERT_EQ(read_slowly("GET / HTTP/1.0\r\n\r\n", &message), 0);
  EXPECT_FALSE(message.keep_alive);
  EXPECT_TRUE(message.is_http10);
}

TEST(Message, LeavesTheNextRequestInTheBuffer) {
  MessageReader reader{Limits{}};
  std::string bytes = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGE";
  ASSERT_EQ(reader.read(bytes), Next::kDone);
  EXPECT_EQ(reader.take().target, "/1");
  EXPECT_TRUE(reader.idle());
  ASSERT_EQ(reader.read(bytes), Next::kDone);
  EXPECT_EQ(reader.take().target, "/2");
  EXPECT_EQ(bytes, "GE");
  EXPECT_EQ(reader.read(bytes), Next::kMore);
  EXPECT_FALSE(reader.idle());
}

TEST(Message, TellsOnceThatTheClientWaitsForContinue) {
  MessageReader reader{Limits{}};
  std::string bytes = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(reader.read(bytes), Next::kContinue);
  EXPECT_EQ(reader.read(bytes), Next::kMore);
  bytes += "ok";
  ASSERT_EQ(reader.read(bytes), Next::kDone);
  EXPECT_EQ(reader.take().body, "ok");
}

struct Hostile {
  const char* what;
  std::string bytes;
  int status;
};

std::vector<Hostile> hostile() {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  return {
      {"no HTTP at all", "hello\r\n\r\n", 400},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"HTTP/1.7", "GET / HTTP/1.7\r\nHost: h\r\n\r\n", 505},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"lower-case method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 505},
      {"NUL in the target", std::string("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 28), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"two Origins", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: b\r\nOrigin: c\r\n\r\n", 400},
      {"two types", post + "Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 1\r\n\r\nx", 400},
      {"both lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"both lengths, other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
      {"length list", post + "Content-Length: 1, 1\r\n\r\nx", 400},
      {"the same length twice", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
      {"negative length", post + "Content-Length: -1\r\n\r\n", 400},
      {"signed length", post + "Content-Length: +1\r\n\r\nx", 400},
      {"hexadecimal length", post + "Content-Length: 0x1\r\n\r\nx", 400},
      {"length beyond 64 bits", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"body too large", post + "Content-Length: 1048577\r\n\r\n", 413},
      {"chunks", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411},
      {"chunks that end at once", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", 411},
      {"chunks with a trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n", 411},
      {"unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", 411},
      {"coding list", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 411},
      {"disguised coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 411},
      {"coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {"space before the colon", post + "X-A : b\r\n\r\n", 400},
      {"no colon", post + "X-A\r\n\r\n", 400},
      {"empty name", post + ": b\r\n\r\n", 400},
      {"CR inside a value", post + "X-A: b\rc\r\n\r\n", 400},
      {"NUL inside a value", post + std::string("X-A: b\0c\r\n\r\n", 12), 400},
      {"unknown expectation", post + "Expect: miracle\r\nContent-Length: 1\r\n\r\nx", 417},
      {"header too large", "GET / HTTP/1.1\r\nHost: h\r\nX-A: " + std::string(20000, 'a') + "\r\n\r\n", 431},
      {"target too large", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
      {"endless header lines",
       [] {
         std::string out = "GET / HTTP/1.1\r\nHost: h\r\n";
         for (int i = 0; i < 4000; ++i) out += "A: b\r\n";
         return out + "\r\n";
       }(),
       431},
  };
}

TEST(Message, RefusesWhatIsHostileOrCouldBeReadInTwoWays) {
  for (const Hostile& one : hostile()) {
    EXPECT_EQ(read_at_once(one.bytes), one.status) << one.what;
    EXPECT_EQ(read_slowly(one.bytes), one.status) << one.what << ", byte by byte";
  }
}

TEST(Message, NeverTakesLinesThatEndInABareLineFeed) {
  EXPECT_NE(read_at_once("GET / HTTP/1.1\nHost: h\n\n"), 0);
  EXPECT_NE(read_slowly("GET / HTTP/1.1\nHost: h\n\n"), 0);
  EXPECT_NE(read_slowly("GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d\r\n\r\n"), 0);
}

TEST(Message, TakesWhatIsStrangeButClear) {
  for (const char* bytes :
       {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX-A:\t b \t\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "GET * HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    EXPECT_EQ(read_at_once(bytes), 0) << bytes;
    EXPECT_EQ(read_slowly(bytes), 0) << bytes;
  }
}

}  // namespace
}  // namespace reeve::api
