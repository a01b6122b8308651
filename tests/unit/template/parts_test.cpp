// The parts that stand by themselves: numbers, text, times, addresses, patterns, tokens.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "template/address.h"
#include "template/clock_text.h"
#include "template/format.h"
#include "template/lexer.h"
#include "template/number.h"
#include "template/patterns.h"
#include "template/runes.h"

namespace reeve::tmpl {
namespace {

TEST(GoNumbers, IntegersHaveGosPrefixesAndUnderscores) {
  const std::pair<const char*, std::optional<int64_t>> cases[] = {
      {"0", 0},
      {"-0", 0},
      {"+7", 7},
      {"0x1f", 31},
      {"0X1F", 31},
      {"0b101", 5},
      {"0o17", 15},
      {"017", 15},
      {"1_000", 1000},
      {"0x_1", 1},
      {"0_7", 7},
      {"_1", {}},
      {"1_", {}},
      {"1__0", {}},
      {"0x", {}},
      {"08", {}},
      {"", {}},
      {"-", {}},
      {"1e3", {}},
      {"0b2", {}},
      {"9223372036854775807", INT64_MAX},
      {"9223372036854775808", {}},
      {"-9223372036854775808", INT64_MIN},
      {"-9223372036854775809", {}},
      {"99999999999999999999", {}},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(parse_integer(text), value) << text;
  EXPECT_EQ(parse_natural("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_natural("18446744073709551616"), std::nullopt);
}

TEST(GoNumbers, FloatsAreReadAsStrconvDoes) {
  const std::pair<const char*, double> good[] = {
      {"1.5", 1.5},       {".5", .5},         {"5.", 5},    {"1e3", 1000},     {"+1e-3", .001},
      {"0x1p4", 16},      {"0x1.8p0", 1.5},   {"1_0", 10},  {"inf", INFINITY}, {"-Infinity", -INFINITY},
      {"+INF", INFINITY}, {"5e-324", 5e-324}, {"1e-400", 0}};
  for (const auto& [text, value] : good) {
    double out = -1;
    EXPECT_EQ(parse_float(text, out), FloatFault::kNone) << text;
    EXPECT_EQ(out, value) << text;
  }
  double out = 0;
  EXPECT_EQ(parse_float("NaN", out), FloatFault::kNone);
  EXPECT_TRUE(std::isnan(out));
  EXPECT_EQ(parse_float("-1e999", out), FloatFault::kRange);
  EXPECT_EQ(out, -INFINITY);
  for (const char* text :
       {"", " 1", "1 ", "0x10", "0x1", "1e", ".", "+", "--1", "+-1", "nan(1)", "-nan", "in", "1,5", "1f", "1__0"})
    EXPECT_EQ(parse_float(text, out), FloatFault::kSyntax) << text;
}

TEST(GoNumbers, TheShortestTextReadsBackAsTheSameDouble) {
  std::mt19937_64 chance(1);
  for (int i = 0; i < 20000; ++i) {
    double value = 0;
    const uint64_t bits = chance();
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    for (const char verb : {'g', 'e', 'f'}) {
      double back = 0;
      const std::string text = format_float(value, verb, -1);
      ASSERT_EQ(parse_float(text, back), FloatFault::kNone) << text;
      ASSERT_EQ(back, value) << text;
    }
  }
}

TEST(GoNumbers, FloatsAreWrittenAsStrconvDoes) {
  struct Written {
    double value;
    char verb;
    int precision;
    const char* text;
  };
  const Written cases[] = {
      {0, 'g', -1, "0"},           {-0.0, 'g', -1, "-0"},        {1e20, 'g', -1, "1e+20"},
      {100000, 'g', -1, "100000"}, {1e6, 'g', -1, "1e+06"},      {1e-4, 'g', -1, "0.0001"},
      {1e-5, 'g', -1, "1e-05"},    {1e300, 'e', 2, "1.00e+300"}, {2.5, 'f', 0, "2"},
      {3.5, 'f', 0, "4"},          {0.125, 'f', 2, "0.12"},      {1e21, 'f', -1, "1000000000000000000000"},
      {999.95, 'g', 4, "1000"},    {99999, 'g', 4, "1e+05"},     {1234, 'g', 2, "1.2e+03"},
      {0, 'e', -1, "0e+00"},       {1.5, 'x', -1, "0x1.8p+00"},  {1, 'b', -1, "4503599627370496p-52"},
      {1e5, 'G', 3, "1E+05"},
  };
  for (const Written& one : cases) EXPECT_EQ(format_float(one.value, one.verb, one.precision), one.text);
}

TEST(GoText, UnquotesWhatGoWouldCompile) {
  const std::pair<const char*, std::optional<std::string>> cases[] = {
      {R"("a\tb")", "a\tb"},
      {R"("\x41\101\u0042\U0001F600")", "AAB\xf0\x9f\x98\x80"},
      {R"("\"\\")", "\"\\"},
      {R"("\'")", {}},
      {R"("\q")", {}},
      {R"("\x4")", {}},
      {R"("\400")", {}},
      {R"("\ud800")", {}},
      {"`a\\n\r\n`", "a\\n\n"},
      {"\"a\nb\"", {}},
      {"\"", {}},
      {"\"a'", {}},
      {R"("a"b")", {}}};
  for (const auto& [text, value] : cases) EXPECT_EQ(unquote(text), value) << text;
}

TEST(GoText, WhatIsQuotedUnquotesToTheSame) {
  std::mt19937 chance(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text(chance() % 12, '\0');
    for (char& c : text) c = static_cast<char>(chance());
    for (const bool ascii : {false, true}) {
      const std::string quoted = quote(text, ascii);
      ASSERT_EQ(unquote(quoted), text) << quoted;
      const bool plain = std::all_of(quoted.begin(), quoted.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
      ASSERT_TRUE(plain || !ascii) << quoted;
    }
  }
}

TEST(GoText, RunesAreDecodedAndEncoded) {
  for (const uint32_t code : {0x41U, 0xfcU, 0x20acU, 0x1f600U, 0x10ffffU}) {
    std::string text;
    append_rune(text, code);
    EXPECT_EQ(rune_at(text, 0).code, code);
    EXPECT_EQ(rune_at(text, 0).width, text.size());
    EXPECT_EQ(rune_at(text.substr(0, text.size() - 1), 0).code, kBadRune);
  }
  for (const char* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_EQ(rune_at(bad, 0).width, 1u);
  EXPECT_EQ(rune_at("", 0).width, 0u);
  EXPECT_TRUE(is_letter(0x4e2d) && is_letter(0xfc) && !is_letter('1') && !is_letter(0x2028));
  EXPECT_TRUE(is_print(0x20ac) && !is_print(0xad) && !is_print(0x200b) && !is_print(0x7f));
  EXPECT_EQ(to_upper(0xe9), 0xc9U);
  EXPECT_EQ(to_lower(0x416), 0x436U);
  EXPECT_EQ(describe_rune('+'), "U+002B '+'");
  EXPECT_EQ(describe_rune(7), "U+0007");
}

TEST(GoTime, EveryDayIsItsOwnInverse) {
  for (int64_t day = -100000; day < 100000; day += 7) {
    const CivilTime civil = civil_of(day * 86400 * 1'000'000'000 + 5);
    ASSERT_EQ(days_of(civil.year, civil.month, civil.day), day);
    ASSERT_EQ(civil.nanosecond, 5);
    ASSERT_EQ(civil.weekday, ((day + 4) % 7 + 7) % 7);
  }
  EXPECT_EQ(civil_of(-1).year, 1969);
  EXPECT_EQ(civil_of(-1).nanosecond, 999'999'999);
  EXPECT_EQ(days_of(2024, 2, 30), days_of(2024, 3, 1));
  EXPECT_EQ(days_of(2024, 14, 1), days_of(2025, 2, 1));
  EXPECT_EQ(days_of(2024, 0, 1), days_of(2023, 12, 1));
}

TEST(GoTime, LeapYearsHaveTheirDays) {
  EXPECT_EQ(civil_of(days_of(2024, 2, 29) * 86400'000'000'000).day, 29);
  EXPECT_EQ(civil_of(days_of(2024, 12, 31) * 86400'000'000'000).year_day, 366);
  EXPECT_EQ(civil_of(days_of(1900, 3, 1) * 86400'000'000'000).year_day, 60);
}

TEST(GoTime, DurationsAreWrittenAsGoDoes) {
  const std::pair<int64_t, const char*> cases[] = {{0, "0s"},
                                                   {1, "1ns"},
                                                   {1500, "1.5\xc2\xb5s"},
                                                   {2'000'000, "2ms"},
                                                   {1'500'000'000, "1.5s"},
                                                   {60'000'000'000, "1m0s"},
                                                   {3'600'000'000'000, "1h0m0s"},
                                                   {-90'000'000'000, "-1m30s"},
                                                   {INT64_MIN, "-2562047h47m16.854775808s"}};
  for (const auto& [ns, text] : cases) EXPECT_EQ(duration_text(ns), text);
}

TEST(Addresses, AreSplitAsGoDoes) {
  const auto shown = [](const char* text) {
    const auto out = split_host_port(text);
    return out ? out->host + "|" + out->port : "none";
  };
  EXPECT_EQ(shown("web:80"), "web|80");
  EXPECT_EQ(shown("[::1]:80"), "::1|80");
  EXPECT_EQ(shown(":80"), "|80");
  EXPECT_EQ(shown("web:"), "web|");
  for (const char* bad : {"", "web", "::1", "[::1]", "[::1]80", "a:b:c", "[a]b:1", "a]:1", "[[a]:1", "[a:1"})
    EXPECT_EQ(shown(bad), "none") << bad;
  EXPECT_EQ(join_host_port({"::1", "80"}), "[::1]:80");
  EXPECT_TRUE(is_ip_address("10.0.0.1") && is_ip_address("fe80::1%eth0") && !is_ip_address("010.0.0.1") &&
              !is_ip_address("::1%") && !is_ip_address("web"));
}

TEST(Patterns, ReplaceAsGoDoes) {
  struct Replaced {
    const char *pattern, *with, *text, *out;
  };
  const Replaced cases[] = {
      {"a*", "x", "baac", "xbxcx"},
      {"", "-", "ab", "-a-b-"},
      {"(\\w+) (\\w+)", "$2 $1", "a b", "b a"},
      {"(?P<x>b)", "[${x}]", "abc", "a[b]c"},
      {"b", "$$", "abc", "a$c"},
      {"b", "$1", "abc", "ac"},
      {"(b)", "$1x", "abc", "ac"},
      {"(b)", "${1}x", "abc", "abxc"},
      {"\\b", "|", "ab cd", "|ab| |cd|"},
      {"^", ">", "ab", ">ab"},
      {"(a)|(b)", "<$1$2>", "ab", "<a><b>"},
  };
  for (const Replaced& one : cases) EXPECT_EQ(replace_all(one.pattern, one.with, one.text), one.out) << one.pattern;
}

TEST(Patterns, HostileOnesTakeNoTime) {
  const std::string text(100000, 'a');
  EXPECT_FALSE(matches_pattern("(a+)+$x", text));
  EXPECT_THROW(matches_pattern("(((a{100}){100}){100})", "a"), Failure);
}

std::string tokens(const std::string& text) {
  std::string out;
  for (const Token& token : lex(text)) out += (out.empty() ? "" : " ") + token.shown();
  return out;
}

TEST(Tokens, AreCutAsGoDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"a{{.B.C}}d", R"("a" "{{" ".B" ".C" "}}" "d" EOF)"},
      {"x {{- 1 -}} y", R"("x" "{{" "1" "}}" "y" EOF)"},
      {"{{-1}}", R"("{{" "-1" "}}" EOF)"},
      {"{{/* c */}}", "EOF"},
      {"a {{- /* c */ -}} b", R"("a" "b" EOF)"},
      {"{{$x := (len \"a\")|f}}", R"-("{{" "$x" " " ":=" " " "(" "len" " " "\"a\"" ")" "|" "f" "}}" EOF)-"},
      {"{{if end nil . true}}", R"("{{" <if> " " <end> " " <nil> " " <.> " " "true" "}}" EOF)"},
      {"{{1+2i}}", R"("{{" "1+2i" "}}" EOF)"},
      {"{{'x'}}", R"("{{" "'x'" "}}" EOF)"},
      {"{{", "\"{{\" unclosed action"},
      {"{{ \x01 }}", "\"{{\" \" \" unrecognized character in action: U+0001"},
      {"{{ a\"b }}", "\"{{\" \" \" bad character U+0022 '\"'"},
      {"{{ ) }}", "\"{{\" \" \" unexpected right paren"},
      {"{{ : }}", "\"{{\" \" \" expected :="},
      {"}} {", "\"}} {\" EOF"},
      {"averylongtextindeed", "\"averylongt\"... EOF"},
  };
  for (const auto& [text, out] : cases) EXPECT_EQ(tokens(text), out) << text;
}

}  // namespace
}  // namespace reeve::tmpl
