// The shortcuts of Regex against RE2 itself, on expressions put together at random; and Go's words for what is wrong.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>

#include "base/text.h"
#include "series/regex.h"

namespace reeve::series {
namespace {

class Patterns {
 public:
  std::string pattern() {
    std::string out;
    for (size_t n = 1 + random_() % 4; n > 0; --n) out += piece(2);
    return out;
  }
  std::string text() {
    std::string out;
    for (size_t n = random_() % 6; n > 0; --n) out += "abx.\n-"[random_() % 6];
    if (random_() % 10 == 0) out += "\xc3\xa9";
    return out;
  }

 private:
  std::string piece(int depth) {
    static constexpr const char* kPieces[] = {"a",    "b",   "ab",  "x",     ".*",  ".+",      ".",    "\\.",
                                              "-",    "a*",  "b+",  "x?",    "^",   "$",       "[ab]", "\\d",
                                              "a{2}", "\\n", "a|b", "(?i)A", "\\-", "\xc3\xa9"};
    if (depth == 0 || random_() % 3) return kPieces[random_() % std::size(kPieces)];
    const std::string inner = piece(depth - 1) + (random_() % 2 ? "|" : "") + piece(depth - 1);
    return std::string(random_() % 2 ? "(?:" : "(") + inner + ")" + (random_() % 4 ? "" : "*");
  }
  std::mt19937 random_{17};
};

TEST(RegexRandom, SaysWhatRe2Says) {
  RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  Patterns patterns;
  int compiled = 0, matched = 0, literal = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = patterns.pattern();
    const auto regex = Regex::compile(pattern);
    const RE2 plain("^(?:" + pattern + ")$", options);
    ASSERT_EQ(regex.ok(), plain.ok()) << pattern;
    if (!regex.ok()) continue;
    ++compiled;
    for (int k = 0; k < 12; ++k) {
      const std::string text = patterns.text();
      const bool want = RE2::FullMatch(text, plain);
      ASSERT_EQ(regex->matches(text), want) << pattern << " on " << text;
      std::vector<std::string_view> groups;
      ASSERT_EQ(regex->matches(text, groups), want) << pattern << " on " << text;
      if (want) {
        ++matched;
        ASSERT_EQ(groups.at(0), text);
        ASSERT_EQ(groups.size(), 1u + static_cast<size_t>(plain.NumberOfCapturingGroups())) << pattern;
      }
      if (const auto* texts = regex->literals()) {
        ++literal;
        ASSERT_EQ(std::find(texts->begin(), texts->end(), text) != texts->end(), want) << pattern << " on " << text;
      }
    }
  }
  EXPECT_GT(compiled, 3000);
  EXPECT_GT(matched, 3000);
  EXPECT_GT(literal, 200);
}

struct Bad {
  const char* pattern;
  const char* error;
};

TEST(RegexErrors, AreInGosWords) {
  // As Go 1.26's regexp/syntax says them.
  const Bad table[] = {
      {"a(b", "missing closing ): `a(b`"},
      {"a)b", "unexpected ): `a)b`"},
      {"[a", "missing closing ]: `[a`"},
      {"[b-a]", "invalid character class range: `b-a`"},
      {"a{2,1}", "invalid repeat count: `{2,1}`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"+", "missing argument to repetition operator: `+`"},
      {"?a", "missing argument to repetition operator: `?`"},
      {"a|*", "missing argument to repetition operator: `*`"},
      {"a*+", "invalid nested repetition operator: `*+`"},
      {"\\8", "invalid escape sequence: `\\8`"},
      {"\\y", "invalid escape sequence: `\\y`"},
      {"\\pX", "invalid character class range: `\\pX`"},
      {"\\p{Klingon}", "invalid character class range: `\\p{Klingon}`"},
      {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
      {"(?P<>a)", "invalid named capture: `(?P<>`"},
      {"(?P<n", "invalid named capture: `(?P<n`"},
      {"(?x)a", "invalid or unsupported Perl syntax: `(?x`"},
      {"\xff", "invalid UTF-8: `\xff`"},
      {"\\C", "invalid escape sequence: `\\C`"},
      {"(?i", "invalid or unsupported Perl syntax: `(?i`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
      {"[a-\\d]", "invalid escape sequence: `\\d`"},
      {"x{2}{3}{", "invalid nested repetition operator: `{2}{3}`"},
      {"((a{1000}){1000}){1000}", "invalid repeat count: `{1000}`"},
      {"\\", "trailing backslash at end of expression: ``"},
  };
  for (const Bad& bad : table) {
    const auto regex = Regex::compile(bad.pattern);
    EXPECT_FALSE(regex.ok()) << bad.pattern;
    if (regex.ok()) continue;
    EXPECT_EQ(regex.error().fault, base::Fault::kInvalid);
    EXPECT_EQ(regex.error().text, std::string("error parsing regexp: ") + bad.error) << bad.pattern;
  }
}

TEST(RegexLimits, AHostilePatternIsRefusedOrQuick) {
  EXPECT_FALSE(Regex::compile("((a{1000}){1000}){1000}").ok()) << "too large";
  EXPECT_FALSE(Regex::compile(std::string(100000, '(')).ok());
  const auto slow = Regex::compile("(a*)*b");
  ASSERT_TRUE(slow.ok());
  EXPECT_FALSE(slow->matches(std::string(100000, 'a')));
  std::string many = "x0";
  for (int i = 1; i < 20000; ++i) many += "|x" + std::to_string(i);
  const auto list = Regex::compile(many);
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list->matches("x19999"));
  EXPECT_FALSE(list->matches("x20000"));
}

TEST(RegexExpand, StopsWhereItWouldGrowWithoutEnd) {
  const auto regex = Regex::compile("(.*)");
  const std::string text(1000, 'a');
  std::vector<std::string_view> groups;
  ASSERT_TRUE(regex->matches(text, groups));
  std::string wish;
  for (int i = 0; i < 1000; ++i) wish += "$1";
  EXPECT_EQ(regex->expand("$1$1", groups).size(), 2000u);
  const size_t size = regex->expand(wish, groups, 5000).size();
  EXPECT_GT(size, 5000u);
  EXPECT_LE(size, 6001u);
}

}  // namespace
}  // namespace reeve::series
