// Questions about text against plainer answers: patterns by recursion, UTF-8 by the standard's table, distances by
// definition; and lines of the log that no content can break.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "base/log.h"
#include "base/result.h"
#include "base/text.h"

namespace reeve::base {
namespace {

bool glob_by_definition(std::string_view p, std::string_view t) {
  if (p.empty()) return t.empty();
  if (p[0] == '*') return glob_by_definition(p.substr(1), t) || (!t.empty() && glob_by_definition(p, t.substr(1)));
  return !t.empty() && (p[0] == '?' || p[0] == t[0]) && glob_by_definition(p.substr(1), t.substr(1));
}

TEST(TextRandom, PatternsMatchAsTheyAreDefined) {
  std::mt19937 random(8);
  int matched = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string pattern, text;
    for (size_t n = random() % 7; n > 0; --n) pattern += "ab*?"[random() % 4];
    for (size_t n = random() % 7; n > 0; --n) text += "ab"[random() % 2];
    const bool want = glob_by_definition(pattern, text);
    ASSERT_EQ(matches_glob(pattern, text), want) << pattern << " on " << text;
    matched += want ? 1 : 0;
  }
  EXPECT_GT(matched, 2000);
}

TEST(TextRandom, AHostilePatternIsNotSlow) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "a*";
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(20000, 'a')));
}

// The table 3-7 of the Unicode standard: which bytes may follow which.
bool utf8_by_table(std::string_view text) {
  struct Row {
    int first_low, first_high, second_low, second_high, more;
  };
  static constexpr Row kTable[] = {
      {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
      {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
      {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3}};
  while (!text.empty()) {
    const int lead = static_cast<unsigned char>(text[0]);
    const Row* row = std::find_if(std::begin(kTable), std::end(kTable),
                                  [&](const Row& r) { return lead >= r.first_low && lead <= r.first_high; });
    if (row == std::end(kTable) || text.size() <= static_cast<size_t>(row->more)) return false;
    for (int i = 1; i <= row->more; ++i) {
      const int byte = static_cast<unsigned char>(text[static_cast<size_t>(i)]);
      if (byte < (i == 1 ? row->second_low : 0x80) || byte > (i == 1 ? row->second_high : 0xbf)) return false;
    }
    text.remove_prefix(static_cast<size_t>(row->more) + 1);
  }
  return true;
}

TEST(TextRandom, Utf8IsWhatTheStandardsTableSays) {
  std::mt19937 random(9);
  const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
  for (const unsigned char a : edges)
    for (const unsigned char b : edges)
      for (const unsigned char c : edges) {
        std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_EQ(is_utf8(text), utf8_by_table(text));
        text += static_cast<char>(edges[random() % sizeof edges]);
        ASSERT_EQ(is_utf8(text), utf8_by_table(text));
      }
}

TEST(TextRandom, SplitAndJoinAreEachOthersInverse) {
  std::mt19937 random(10);
  for (int i = 0; i < 1000; ++i) {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) text += "a,b"[random() % 3];
    EXPECT_EQ(join(split(text, ','), ","), text);
    EXPECT_EQ(split(text, ',').size(), 1 + static_cast<size_t>(std::count(text.begin(), text.end(), ',')));
  }
  EXPECT_EQ(join({}, ","), "");
}

TEST(TextRandom, ANumberIsReadBackAsItself) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 5000; ++i) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isnan(value)) continue;
    const std::string text = format_number(value);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    EXPECT_EQ(text.find('e'), std::string::npos) << text;
  }
}

TEST(DidYouMean, TakesTheNearestAndRefusesTheFar) {
  const std::vector<std::string> words{"interval", "internal", "timeout", "retries", "on", "of"};
  const std::pair<const char*, const char*> cases[] = {{"intervall", "interval"},
                                                       {"intrenal", "internal"},
                                                       {"inteval", "interval"},
                                                       {"tiemout", "timeout"},
                                                       {"time-out", "timeout"},
                                                       {"retry", ""},
                                                       {"no", "on"},
                                                       {"off", "of"},
                                                       {"", "on"},
                                                       {"completely", ""},
                                                       {"xy", ""}};
  for (const auto& [word, want] : cases) {
    const std::string found = did_you_mean(word, words);
    if (*word) {
      EXPECT_EQ(found, want) << word;
    }
  }
  EXPECT_EQ(did_you_mean(std::string(101, 'a'), {std::string(101, 'a')}), "") << "too long to be a typing error";
  EXPECT_EQ(did_you_mean("a", {}), "");
}

TEST(LogLine, NoContentBreaksItsForm) {
  struct Case {
    const char* value;
    const char* logfmt;
    const char* json;
  };
  const Case cases[] = {
      {"", "\"\"", "\"\""},
      {"plain", "plain", "\"plain\""},
      {"two words", "\"two words\"", "\"two words\""},
      {"a=b", "\"a=b\"", "\"a=b\""},
      {"\"", "\"\\\"\"", "\"\\\"\""},
      {"back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\""},
      {"line\nbreak", "\"line\\nbreak\"", "\"line\\nbreak\""},
      {"\ttab", "\"\\ttab\"", "\"\\ttab\""},
      {"\r", "\"\\u000d\"", "\"\\u000d\""},
      {"\x1b[31m", "\"\\u001b[31m\"", "\"\\u001b[31m\""},
      {"\x7f", "\"\\u007f\"", "\"\\u007f\""},
      {"\xc3\xa9", "\xc3\xa9", "\"\xc3\xa9\""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(format_log_line(Level::kWarn, LogFormat::kLogfmt, "t", "m", {{"k", c.value}}),
              std::string("time=t level=warn msg=m k=") + c.logfmt);
    EXPECT_EQ(format_log_line(Level::kDebug, LogFormat::kJson, "t", "m", {{"k", c.value}}),
              std::string("{\"time\":\"t\",\"level\":\"debug\",\"msg\":\"m\",\"k\":") + c.json + "}");
  }
  EXPECT_EQ(format_log_line(Level::kInfo, LogFormat::kJson, "t", "\xff", {}),
            "{\"time\":\"t\",\"level\":\"info\",\"msg\":\"\\udcff\"}")
      << "a byte that is no text stays JSON";
}

TEST(LogLine, NumbersOfEveryWidthAreWritten) {
  EXPECT_EQ(format_log_line(Level::kInfo, LogFormat::kLogfmt, "t", "m",
                            {{"a", -1}, {"b", 4000000000U}, {"c", INT64_MIN}, {"d", UINT64_MAX}, {"e", size_t{7}}}),
            "time=t level=info msg=m a=-1 b=4000000000 c=-9223372036854775808 d=18446744073709551615 e=7");
}

TEST(Fault, EveryWordIsReadBackAndOthersAreInternal) {
  for (int i = 0; i <= static_cast<int>(Fault::kInternal); ++i)
    EXPECT_EQ(fault_of(fault_name(static_cast<Fault>(i))), static_cast<Fault>(i));
  EXPECT_EQ(fault_of(""), Fault::kInternal);
  EXPECT_EQ(fault_of("Timeout"), Fault::kInternal) << "words are exact";
}

Result<int> half(int n) {
  if (n % 2) return invalid(std::to_string(n) + " is odd");
  return n / 2;
}
Result<int> quarter(int n) {
  REEVE_TRY(const int once, half(n));
  REEVE_TRY(const int twice, half(once));
  return twice;
}
Status must_be_even(int n) {
  REEVE_CHECK(half(n).transform([](int) { return true; }).ok() ? Status() : Status(half(n).error()));
  return {};
}

TEST(ResultChain, StopsAtTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().text, "3 is odd");
  EXPECT_EQ(quarter(5).error().text, "5 is odd");
  EXPECT_EQ(half(8).and_then(half).and_then(half).value_or(-1), 1);
  EXPECT_EQ(half(12).and_then(half).and_then(half).value_or(-1), -1);
  EXPECT_EQ(half(8).transform([](int n) { return std::string(static_cast<size_t>(n), 'x'); }).value(), "xxxx");
  EXPECT_TRUE(must_be_even(4).ok());
  EXPECT_EQ(must_be_even(7).error().text, "7 is odd");
}

}  // namespace
}  // namespace reeve::base
