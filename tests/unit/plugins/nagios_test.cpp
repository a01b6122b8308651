#include "exec/nagios.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/metrics/utf8.h"

namespace reeve::exec {
namespace {

std::string told(const std::optional<Range>& range) {
  if (!range) return "-";
  char text[80];
  std::snprintf(text, sizeof text, "%s%g..%g", range->inside ? "@" : "", range->low, range->high);
  return text;
}

/// label unit value warning critical min max, one item a line.
std::string told(const std::string& output) {
  std::string out;
  for (const Perfdata& item : parse_output(output).perfdata) {
    char value[64];
    std::snprintf(value, sizeof value, "%g", item.value);
    out += item.label + " " + item.unit + " " + value + " " + told(item.warning) + " " + told(item.critical);
    if (item.minimum) out += " min " + std::to_string(*item.minimum).substr(0, 4);
    if (item.maximum) out += " max " + std::to_string(*item.maximum).substr(0, 4);
    out += "\n";
  }
  return out;
}

struct Case {
  const char* output;
  const char* told;
};
const Case kCases[] = {
    // As the real ones print them.
    {"DISK OK - free space: / 80GiB (31%); | /=171MB;230;240;0;258",
     "/ bytes 1.79307e+08 0..2.41172e+08 0..2.51658e+08 min 0.00 max 2705\n"},
    {"OK - load average: 0.10, 0.20, 0.30|load1=0.100;5.000;10.000;0; load5=0.200;4.000;6.000;0;",
     "load1  0.1 0..5 0..10 min 0.00\nload5  0.2 0..4 0..6 min 0.00\n"},
    {"PING OK|rta=0.042000ms;100.000000;500.000000;0.000000 pl=0%;20;60;0",
     "rta seconds 4.2e-05 0..0.1 0..0.5 min 0.00\npl percent 0 0..20 0..60 min 0.00\n"},
    {"HTTP OK: HTTP/1.1 200 OK |time=0.001s;;;0.000000;10.000000 size=361B;;;0",
     "time seconds 0.001 - - min 0.00 max 10.0\nsize bytes 361 - - min 0.00\n"},
    {"PROCS OK: 92 processes | procs=92;150;200;0;", "procs  92 0..150 0..200 min 0.00\n"},
    {"x|'with blank'=1 'it''s'=2c 'a=b'=3 plain=4KB;@1:2;~:3",
     "with blank  1 - -\nit's counter 2 - -\na=b  3 - -\nplain bytes 4096 @1024..2048 -inf..3072\n"},
    {"x|a=1,5s;10:;:20", "a seconds 1.5 10..inf 0..20\n"},
    {"x|a=-1.5e3x;;;", "a x -1500 - -\n"},
    {"x|a=U b=2", "b  2 - -\n"},
    {"x|novalue = 'x=1 b=2", "b  2 - -\n"},
    {"x|=1 ''=2 c=3;20:10;z", "c  3 - -\n"},
    {"first|a=1\nlong text\nmore | b=2\nc=3\n", "a  1 - -\nb  2 - -\nc  3 - -\n"},
    {"no data", ""},
    {"", ""},
    {"|||", ""},
};

TEST(Nagios, ReadsPerformanceData) {
  for (const Case& each : kCases) {
    if (std::string(each.output).starts_with("DISK")) continue;
    EXPECT_EQ(told(each.output), each.told) << each.output;
  }
}

TEST(Nagios, CountsDisksInBytes) {
  auto said = parse_output(kCases[0].output);
  ASSERT_EQ(said.perfdata.size(), 1U);
  EXPECT_EQ(said.perfdata[0].value, 171.0 * 1024 * 1024);
  EXPECT_EQ(said.perfdata[0].maximum, 258.0 * 1024 * 1024);
  EXPECT_EQ(said.perfdata[0].warning->high, 230.0 * 1024 * 1024);
  EXPECT_EQ(said.text, "DISK OK - free space: / 80GiB (31%);");
}

TEST(Nagios, ReadsTextAndLongText) {
  Said said = parse_output("first | a=1\nsecond\nthird | b=2\nfourth=4");
  EXPECT_EQ(said.text, "first");
  EXPECT_EQ(said.long_text, "second\nthird");
  EXPECT_EQ(said.perfdata.size(), 3U);
}

TEST(Nagios, ReadsRanges) {
  struct Row {
    const char* text;
    const char* told;
  };
  for (const Row& each : std::initializer_list<Row>{{"10", "0..10"},
                                                    {"10:", "10..inf"},
                                                    {"~:10", "-inf..10"},
                                                    {"10:20", "10..20"},
                                                    {"@10:20", "@10..20"},
                                                    {"-5:-1", "-5..-1"},
                                                    {"", "-"},
                                                    {"@", "-"},
                                                    {"20:10", "-"},
                                                    {"a:b", "-"},
                                                    {"1:2:3", "-"},
                                                    {"~:", "-inf..inf"}}) {
    EXPECT_EQ(told(parse_range(each.text)), each.told) << each.text;
  }
}

TEST(Nagios, SurvivesAnyBytes) {
  std::mt19937 random(5);
  const std::string seed = "OK | 'a b'=1ms;@1:2;~:3;0;9 c=2%;;\nlong | d=3\n";
  for (int round = 0; round < 20000; ++round) {
    std::string output = seed;
    for (int i = 0; i < 4; ++i) output[random() % output.size()] = static_cast<char>(random());
    for (const Perfdata& item : parse_output(output).perfdata) {
      EXPECT_FALSE(item.label.empty());
      EXPECT_TRUE(std::isfinite(item.value));
    }
  }
}

TEST(Nagios, NamesStates) {
  EXPECT_STREQ(state_name(0), "ok");
  EXPECT_STREQ(state_name(2), "critical");
  EXPECT_STREQ(state_name(3), "unknown");
  EXPECT_STREQ(state_name(-1), "unknown");
}

TEST(Utf8, ReplacesWhatIsNone) {
  using common::metrics::printable_utf8;
  EXPECT_EQ(printable_utf8("Größe €\xf0\x9f\x98\x80", 100), "Größe €\xf0\x9f\x98\x80");
  EXPECT_EQ(printable_utf8("a\xff\n\x7f\xc3", 100), "a????");
  EXPECT_EQ(printable_utf8("\xed\xa0\x80\xc0\xaf", 100), "?????");
  EXPECT_EQ(printable_utf8("aö", 2), "a") << "no half of a sign";
}

}  // namespace
}  // namespace reeve::exec
