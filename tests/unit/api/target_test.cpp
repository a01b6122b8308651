#include "api/target.h"

#include <gtest/gtest.h>

namespace reeve::api {
namespace {

struct Case {
  const char* raw;
  std::vector<std::string> segments;
  Pairs params;
};

TEST(Target, ReadsPathAndQuery) {
  const Case cases[] = {
      {"/", {""}, {}},
      {"/a/b", {"a", "b"}, {}},
      {"/a%2Fb/c", {"a/b", "c"}, {}},
      {"/a%20b", {"a b"}, {}},
      {"/a+b", {"a+b"}, {}},
      {"/a//b", {"a", "", "b"}, {}},
      {"/q?query=up", {"q"}, {{"query", "up"}}},
      {"/q?a=1&a=2&&b", {"q"}, {{"a", "1"}, {"a", "2"}, {"b", ""}}},
      {"/q?match%5B%5D=%7Bx%3D%22y%22%7D", {"q"}, {{"match[]", "{x=\"y\"}"}}},
      {"/q?a=x+y%2B", {"q"}, {{"a", "x y+"}}},
      {"/q?a=b=c?d/e", {"q"}, {{"a", "b=c?d/e"}}},
      {"/q?", {"q"}, {}},
      {"/%ff", {"\xff"}, {}},
  };
  for (const Case& c : cases) {
    const auto target = parse_target(c.raw);
    ASSERT_TRUE(target.ok()) << c.raw;
    EXPECT_EQ(target->segments, c.segments) << c.raw;
    EXPECT_EQ(target->params, c.params) << c.raw;
  }
}

TEST(Target, RefusesWhatIsNoPlainPath) {
  for (const char* raw : {"", "*", "a", "http://other/metrics", "//\n", "/a%", "/a%2", "/a%zz", "/a%0ab", "/a%00",
                          "/..", "/a/../b", "/%2e%2e/b", "/.", "/a#b", "/q?a=%g1", "/q?%=1"}) {
    const auto target = parse_target(raw);
    ASSERT_FALSE(target.ok()) << raw;
    EXPECT_EQ(target.error().fault, base::Fault::kInvalid);
  }
}

TEST(Target, EscapesSoThatItReadsBack) {
  std::string every;
  for (int c = 0x20; c < 256; ++c)
    if (c != 0x7f) every += static_cast<char>(c);
  const auto target = parse_target("/x/" + escape(every) + "?k=" + escape(every));
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->segments[1], every);
  EXPECT_EQ(target->params[0].second, every);
  EXPECT_EQ(escape("a-b_c.d~9"), "a-b_c.d~9");
}

TEST(Form, ReadsPairsInOrder) {
  const auto pairs = parse_form("query=sum(up)&time=1.5&empty=&query=2");
  ASSERT_TRUE(pairs.ok());
  EXPECT_EQ(*pairs, (Pairs{{"query", "sum(up)"}, {"time", "1.5"}, {"empty", ""}, {"query", "2"}}));
  EXPECT_TRUE(parse_form("")->empty());
  EXPECT_FALSE(parse_form("a=%4").ok());
}

}  // namespace
}  // namespace reeve::api
