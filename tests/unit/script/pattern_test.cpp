// Our matcher beside the one of stock Lua: the same answers, the same errors; and an end where stock Lua has none.
#include <lua.hpp>

#include <random>

#include "script/worker/pattern.h"
#include "unit/script/harness.h"

namespace reeve::script {
namespace {

// `string.find(text, pattern, from)` of stock Lua, as "begin end capture...", "nil" or "error: ...".
std::string stock_find(const std::string& text, const std::string& pattern) {
  lua_State* lua = luaL_newstate();
  luaL_requiref(lua, "string", luaopen_string, 0);
  lua_getfield(lua, -1, "find");
  lua_pushlstring(lua, text.data(), text.size());
  lua_pushlstring(lua, pattern.data(), pattern.size());
  std::string out;
  const int top = lua_gettop(lua) - 3;
  if (lua_pcall(lua, 2, LUA_MULTRET, 0) != LUA_OK) {
    out = std::string("error: ") + lua_tostring(lua, -1);
  } else {
    for (int i = top + 1; i <= lua_gettop(lua); ++i) {
      if (i > top + 1) out += ' ';
      size_t size = 0;
      const char* piece = luaL_tolstring(lua, i, &size);
      out.append(piece, size);
      lua_pop(lua, 1);
    }
  }
  lua_close(lua);
  return out;
}

std::string our_find(const std::string& text, const std::string& pattern, int64_t steps = 10'000'000) {
  if (pattern.find_first_of("^$*+?.([%-") == std::string::npos) {
    const size_t at = text.find(pattern);
    if (at == std::string::npos) return "nil";
    return std::to_string(at + 1) + " " + std::to_string(at + pattern.size());
  }
  Matcher matcher(text, pattern, steps);
  Match match;
  switch (matcher.search(0, match)) {
    case Matcher::Outcome::kNoMatch:
      return "nil";
    case Matcher::Outcome::kMalformed:
      return std::string("error: ") + matcher.problem();
    case Matcher::Outcome::kOutOfSteps:
      return "out of steps";
    case Matcher::Outcome::kMatch:
      break;
  }
  std::string out = std::to_string(match.begin + 1) + " " + std::to_string(match.end);
  for (int i = 0; i < match.captures; ++i) {
    const Capture& capture = match.capture[i];
    out += ' ';
    if (capture.length == Capture::kPosition) {
      out += std::to_string(capture.at + 1);
    } else {
      out += text.substr(capture.at, static_cast<size_t>(capture.length));
    }
  }
  return out;
}

TEST(Pattern, SaysWhatStockLuaSays) {
  const char* patterns[] = {"a",
                            "a+",
                            "a*",
                            "a-",
                            "a?b",
                            ".",
                            ".*",
                            ".-b",
                            "^a",
                            "^a$",
                            "a$",
                            "(a)(b)",
                            "(a*(.)%w(%s*))",
                            "()a()",
                            "%a+",
                            "%A+",
                            "%d%d",
                            "%w+@%w+",
                            "[abc]+",
                            "[^abc]+",
                            "[a-c]",
                            "[]]",
                            "[^]]",
                            "[%a_][%w_]*",
                            "[a-]",
                            "[%]]",
                            "%b()",
                            "%bxy",
                            "%f[%w]%w+",
                            "%f[%W]",
                            "(a)%1",
                            "(.)%1",
                            "%%",
                            "%.",
                            "x*$",
                            "^x*",
                            "((a)(b))",
                            "%s*(.-)%s*$",
                            "[",
                            "[a",
                            "[%",
                            "%",
                            "(",
                            ")",
                            "(a",
                            "a)",
                            "%b",
                            "%bx",
                            "%f",
                            "%fa",
                            "%1",
                            "(a)%2",
                            "((((((((((a))))))))))",
                            "[a-%d]",
                            "[%d-z]",
                            "\\",
                            "[[:alpha:]]",
                            "a-b-c",
                            "%u%l+",
                            "%c",
                            "%p+",
                            "%x+",
                            "%g+",
                            "^^",
                            "$$",
                            "a^",
                            "$a"};
  const char* texts[] = {"",
                         "a",
                         "aab",
                         "abc abc",
                         "  hello world  ",
                         "x = (a (b) c) y",
                         "foo@bar",
                         "1234",
                         "aa",
                         "THE (quick) fox",
                         "a]b",
                         "key = value",
                         "xyxyx",
                         "%d",
                         "\n\t",
                         "ab\xff\x80",
                         "a-b_c",
                         "^a$"};
  for (const char* pattern : patterns)
    for (const char* text : texts)
      EXPECT_EQ(our_find(text, pattern), stock_find(text, pattern)) << pattern << " on " << text;
}

TEST(Pattern, SaysWhatStockLuaSaysOnRandomPatterns) {
  std::mt19937 chance(7);
  const std::string pieces[] = {"a", "b", ".", "%a", "%d",   "[ab]",  "[^a]", "(", ")", "()", "*",     "+", "-",
                                "?", "^", "$", "%1", "%b()", "%f[a]", "x",    "%", "[", "]",  "[%w_]", "."};
  const std::string letters = "abxy() 1";
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern, text;
    for (int n = static_cast<int>(chance() % 7); n >= 0; --n) pattern += pieces[chance() % std::size(pieces)];
    for (int n = static_cast<int>(chance() % 12); n > 0; --n) text += letters[chance() % letters.size()];
    ASSERT_EQ(our_find(text, pattern), stock_find(text, pattern)) << pattern << " on " << text;
  }
}

TEST(Pattern, EndsWhereStockLuaWouldRunFor34Seconds) {
  const std::string text(26, 'a');
  EXPECT_EQ(our_find(text, "a-a-a-a-a-a-a-a-a-a-a-a-a-b", 1'000'000), "out of steps");
  EXPECT_EQ(our_find(std::string(20'000, ' ') + "x", "^%s*(.-)%s*y$", 1'000'000), "out of steps");
}

TEST(Pattern, LongSetsCostWhatTheyAre) {
  const std::string set = "[^" + std::string(4000, 'z') + "]*$x";
  int64_t steps = 1'000'000;
  Matcher matcher(std::string_view(), set, steps);
  const std::string text(100'000, 'a');
  EXPECT_EQ(our_find(text, set, 1'000'000), "out of steps");
}

TEST(Pattern, TrimOfALongWordIsCheap) {
  const std::string text = "   " + std::string(20'000, 'x') + "  ";
  EXPECT_EQ(our_find(text, "^%s*(.-)%s*$", 1'000'000).size(), text.size() - 5 + 8);
}

struct GsubCase {
  const char* expression;
  const char* wanted;
};
class PatternFunctions : public testing::TestWithParam<GsubCase> {};
TEST_P(PatternFunctions, Gives) {
  EXPECT_EQ(evaluate(GetParam().expression), GetParam().wanted) << GetParam().expression;
}
INSTANTIATE_TEST_SUITE_P(
    All, PatternFunctions,
    testing::Values(
        GsubCase{"('hello world'):gsub('o', '0')", "hell0 w0rld"}, GsubCase{"('abc'):gsub('%w', '%0%0')", "aabbcc"},
        GsubCase{"('hello'):gsub('', '-')", "-h-e-l-l-o-"}, GsubCase{"('abc'):gsub('(a)(b)', '%2%1')", "bac"},
        GsubCase{"('$x $y'):gsub('%$(%w+)', { x = 1 })", "1 $y"},
        GsubCase{"('a b'):gsub('%w', function(c) return c:upper() end)", "A B"},
        GsubCase{"('a b'):gsub('%w', function() return false end)", "a b"},
        GsubCase{"select(2, ('aaa'):gsub('a', 'b', 2))", "2"}, GsubCase{"('abc'):gsub('^a', 'x')", "xbc"},
        GsubCase{"('a'):gsub('a', '%')", "error: invalid use of '%' in replacement string"},
        GsubCase{"('a'):gsub('a', '%2')", "error: invalid capture index %2"},
        GsubCase{"('a'):gsub('a', function() return {} end)", "error: invalid replacement value (a table)"},
        GsubCase{"('ab'):gsub('()', '%1')", "1a2b3"},
        GsubCase{"(function() local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end "
                 "return table.concat(t, ';') end)()",
                 "a1;b2"},
        GsubCase{"(function() local n = 0 for w in ('abc'):gmatch('') do n = n + 1 end return n end)()", "4"},
        GsubCase{"('^a'):gmatch('^a')()", "^a"}, GsubCase{"('x^a'):gmatch('^', 2)()", "^"},
        GsubCase{"('hello'):find('l')", "3"}, GsubCase{"('hello'):find('xyz')", "nil"},
        GsubCase{"('a.b'):find('.', 1, true)", "2"}, GsubCase{"('abc'):find('b', -1)", "nil"},
        GsubCase{"('abc'):find('', 10)", "nil"}, GsubCase{"('abc'):find('', 4)", "4"},
        GsubCase{"('key=value'):match('^(%w+)=(%w+)$')", "key"}, GsubCase{"('abc'):match('()b()')", "2"},
        GsubCase{"('x'):rep(3, ',')", "x,x,x"}, GsubCase{"('x'):rep(-1)", ""},
        GsubCase{"('x'):rep(1 << 40)", "error: string.rep: the result is larger than 4 MiB"}));

}  // namespace
}  // namespace reeve::script
