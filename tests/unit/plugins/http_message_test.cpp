#include "common/http/message.h"

#include <gtest/gtest.h>

#include <random>

namespace reeve::common::http {
namespace {

struct Case {
  const char* name;
  const char* bytes;
  bool closes;  ///< the peer closes after them
  Parser::State state;
  int status;
  const char* body;
};

const Case kCases[] = {
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, Parser::State::kDone, 200, "hello"},
    {"bare newlines", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", false, Parser::State::kDone, 200, "hi"},
    {"no reason", "HTTP/1.1 404\r\ncontent-LENGTH: 0\r\n\r\n", false, Parser::State::kDone, 404, ""},
    {"chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n", false,
     Parser::State::kDone, 200, "abc0123456789"},
    {"until close", "HTTP/1.0 200 OK\r\n\r\nabc", true, Parser::State::kDone, 200, "abc"},
    {"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx", false,
     Parser::State::kDone, 201, "x"},
    {"no content", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", false, Parser::State::kDone, 204, ""},
    {"not modified", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", false, Parser::State::kDone,
     304, ""},
    {"short body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", true, Parser::State::kBroken, 200, "hel"},
    {"short chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", true, Parser::State::kBroken, 200,
     "ab"},
    {"lying chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", false,
     Parser::State::kBroken, 200, "ab"},
    {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false, Parser::State::kBroken, 200, ""},
    {"huge chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", false,
     Parser::State::kBroken, 200, ""},
    {"not http", "SSH-2.0-OpenSSH_9.2\r\n", false, Parser::State::kBroken, 0, ""},
    {"http 2", "HTTP/2.0 200 OK\r\n\r\n", false, Parser::State::kBroken, 0, ""},
    {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", false, Parser::State::kBroken, 200, ""},
    {"header without colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", false, Parser::State::kBroken, 200, ""},
    {"nothing", "", true, Parser::State::kBroken, 0, ""},
};

class Message : public testing::TestWithParam<Case> {};

void check(const Case& expected, const Parser& parser, const std::string& body) {
  EXPECT_EQ(parser.state(), expected.state) << expected.name << ": " << parser.problem();
  if (expected.state == Parser::State::kDone) {
    EXPECT_EQ(parser.head().status, expected.status);
  }
  EXPECT_EQ(body, expected.body) << expected.name;
}

TEST_P(Message, IsReadWholeAndByteByByte) {
  std::string bytes = GetParam().bytes;
  Parser whole;
  std::string body;
  whole.feed(bytes, body);
  if (GetParam().closes) whole.feed_end();
  check(GetParam(), whole, body);

  Parser single;
  body.clear();
  for (char c : bytes) single.feed({&c, 1}, body);
  if (GetParam().closes) single.feed_end();
  check(GetParam(), single, body);
}

INSTANTIATE_TEST_SUITE_P(All, Message, testing::ValuesIn(kCases));

TEST(Message, TakesNothingOfTheNextAnswer) {
  std::string two = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 500 Bad\r\n\r\n";
  Parser parser;
  std::string body;
  EXPECT_EQ(parser.feed(two, body), two.find("xHTTP") + 1);
  EXPECT_EQ(body, "x");
}

TEST(Message, HasNoBodyAfterHead) {
  Parser parser(true);
  std::string body;
  parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", body);
  EXPECT_EQ(parser.state(), Parser::State::kDone);
}

TEST(Message, RefusesAHeadThatNeverEnds) {
  Parser parser;
  std::string body;
  std::string line = "X: " + std::string(1000, 'a') + "\r\n";
  parser.feed("HTTP/1.1 200 OK\r\n", body);
  for (int i = 0; i < 70; ++i) parser.feed(line, body);
  EXPECT_EQ(parser.state(), Parser::State::kBroken);
}

TEST(Message, SaysWhetherTheConnectionStaysOpen) {
  auto keeps = [](const char* head) {
    Parser parser;
    std::string body;
    parser.feed(head, body);
    return parser.head().keeps_open();
  };
  EXPECT_TRUE(keeps("HTTP/1.1 204 N\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 204 N\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0 204 N\r\n\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.0 204 N\r\nConnection: foo, Keep-Alive\r\n\r\n"));
}

TEST(Message, SurvivesAnyBytes) {
  std::mt19937 random(7);
  std::string seed = kCases[3].bytes;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seed;
    for (int i = 0; i < 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    Parser parser;
    std::string body;
    size_t cut = random() % bytes.size();
    size_t taken = parser.feed(std::string_view(bytes).substr(0, cut), body);
    if (taken == cut) parser.feed(std::string_view(bytes).substr(cut), body);
    parser.feed_end();
    EXPECT_TRUE(parser.state() == Parser::State::kDone || parser.state() == Parser::State::kBroken);
    EXPECT_LE(body.size(), bytes.size());
  }
}

}  // namespace
}  // namespace reeve::common::http
