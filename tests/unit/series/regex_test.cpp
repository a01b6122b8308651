// The shortcuts of Regex must say what RE2 says, and its errors read as Go's do.
#include "series/regex.h"

#include <gtest/gtest.h>

namespace reeve::series {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Regex, MatchesTheWholeText) {
  const Case cases[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "a", true},
      {"a", "ab", false},
      {"a|b|c", "b", true},
      {"a|b|c", "bc", false},
      {"a|", "", true},
      {"(a|b)", "b", true},
      {"(?:a|b)", "a", true},
      {"(a)|(b)", "b", true},
      {"(a|b)c", "bc", true},
      {"a\\.b", "a.b", true},
      {"a\\.b", "axb", false},
      {".*", "", true},
      {".*", "x\ny", true},
      {".+", "", false},
      {".+", "\n", true},
      {"api.*", "api", true},
      {"api.+", "api", false},
      {"api.+", "api-x", true},
      {"api.*", "xapi", false},
      {".*server", "app-server", true},
      {".+server", "server", false},
      {".*erv.*", "server", true},
      {".*erv.*", "nothing", false},
      {".+erv.+", "serve", true},
      {".+erv.+", "erve", false},
      {"ab*", "a", true},
      {"ab*", "abbb", true},
      {"a+|b", "aa", true},
      {"ab?", "a", true},
      {"a{2}", "aa", true},
      {"(?i:PRO).*", "production", true},
      {"[a-c]x", "bx", true},
      {"\\d+", "123", true},
      {"^a$", "a", true},
      {"a.b", "a\nb", true},
      {"(?<word>a)b", "ab", true},
      {"ü|é", "é", true},
  };
  for (const Case& c : cases) {
    const auto regex = Regex::compile(c.pattern);
    ASSERT_TRUE(regex.ok()) << c.pattern << ": " << regex.error().text;
    EXPECT_EQ(regex->matches(c.text), c.matches) << c.pattern << " on " << c.text;
    std::vector<std::string_view> groups;
    EXPECT_EQ(regex->matches(c.text, groups), c.matches) << c.pattern << " on " << c.text;
  }
}

TEST(Regex, KnowsTheOnlyTextsThatCanMatch) {
  const auto literals = [](const char* pattern) {
    const auto regex = Regex::compile(pattern);
    const auto* found = regex->literals();
    return found ? *found : std::vector<std::string>{"none"};
  };
  EXPECT_EQ(literals("a|b\\.c|d"), (std::vector<std::string>{"a", "b.c", "d"}));
  EXPECT_EQ(literals("(a|b)"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(literals("a.b"), (std::vector<std::string>{"none"}));
  EXPECT_EQ(literals("a|b*"), (std::vector<std::string>{"none"}));
}

TEST(Regex, ErrorsReadAsGos) {
  const auto error = [](const char* pattern) { return Regex::compile(pattern).error().text; };
  EXPECT_EQ(error("(a"), "error parsing regexp: missing closing ): `(a`");
  EXPECT_EQ(error("a)"), "error parsing regexp: unexpected ): `a)`");
  EXPECT_EQ(error("*"), "error parsing regexp: missing argument to repetition operator: `*`");
  EXPECT_EQ(error("a**"), "error parsing regexp: invalid nested repetition operator: `**`");
  EXPECT_EQ(error("[a"), "error parsing regexp: missing closing ]: `[a`");
  EXPECT_EQ(error("\\"), "error parsing regexp: trailing backslash at end of expression: ``");
}

TEST(Regex, ExpandsGoReferences) {
  const auto regex = Regex::compile("(?P<first>[a-z]+)-(\\d+)(x)?");
  std::vector<std::string_view> groups;
  ASSERT_TRUE(regex->matches("abc-42", groups));
  const std::pair<const char*, const char*> cases[] = {
      {"$1", "abc"},           {"${1}", "abc"},  {"$2-$1", "42-abc"}, {"$first!", "abc!"},
      {"${first}_x", "abc_x"}, {"$first_x", ""}, {"$$1", "$1"},       {"$", "$"},
      {"${1", "${1"},          {"$3", ""},       {"$9", ""},          {"$0", "abc-42"},
      {"a$ b", "a$ b"},        {"$01", ""},      {"${}", "${}"},      {"plain", "plain"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(regex->expand(text, groups), wanted) << text;
}

}  // namespace
}  // namespace reeve::series
