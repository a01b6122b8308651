#include "common/metrics/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace reeve::common::metrics {
namespace {

/// name{a=b,...} value [@ms], one a line: easy to compare.
std::string told(std::string_view page, Format format = Format::kText) {
  std::string out;
  auto count = parse(page, format, [&](const Sample& sample) {
    out += sample.name + "{";
    for (const auto& [name, value] : sample.labels) out += name + "=" + value + ",";
    char number[64];
    std::snprintf(number, sizeof number, "} %g", sample.value);
    out += number;
    if (sample.at_ms) out += " @" + std::to_string(*sample.at_ms);
    out += "\n";
  });
  return count ? out : "! " + count.fault().text;
}

TEST(Exposition, ReadsTheFormatsOwnExample) {
  EXPECT_EQ(
      told("# HELP http_requests_total The total number of HTTP requests.\n"
           "# TYPE http_requests_total counter\n"
           "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
           "http_requests_total{method=\"post\",code=\"400\"}    3 1395066363000\n"
           "\n"
           "msdos_file_access_time_seconds{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"Cannot find "
           "file:\\n\\\"FILE.TXT\\\"\"} "
           "1.458255915e9\n"
           "metric_without_timestamp_and_labels 12.47\n"
           "something_weird{problem=\"division by zero\"} +Inf -3982045\n"
           "http_request_duration_seconds_bucket{le=\"+Inf\",} 144320\n"),
      "http_requests_total{method=post,code=200,} 1027 @1395066363000\n"
      "http_requests_total{method=post,code=400,} 3 @1395066363000\n"
      "msdos_file_access_time_seconds{path=C:\\DIR\\FILE.TXT,error=Cannot find file:\n\"FILE.TXT\",} 1.45826e+09\n"
      "metric_without_timestamp_and_labels{} 12.47\n"
      "something_weird{problem=division by zero,} inf @-3982045\n"
      "http_request_duration_seconds_bucket{le=+Inf,} 144320\n");
}

TEST(Exposition, ReadsOpenMetrics) {
  EXPECT_EQ(told("# TYPE a counter\n# UNIT a seconds\na_total{x=\"y\"} 1 1.5 # {trace=\"1\"} 0.7\nb 2\n# EOF\nrest",
                 Format::kOpenMetrics),
            "a_total{x=y,} 1 @1500\nb{} 2\n");
  EXPECT_EQ(told("a 1\n", Format::kOpenMetrics), "! the metrics page ends without # EOF");
  EXPECT_EQ(format_of("application/openmetrics-text; version=1.0.0"), Format::kOpenMetrics);
  EXPECT_EQ(format_of("text/plain; version=0.0.4"), Format::kText);
}

TEST(Exposition, ReadsQuotedNamesAndLooseBlanks) {
  EXPECT_EQ(told("{\"my.metric\", a = \"b\" } 1\r\n  x{ } 2\n\ty\t3 \n{\"u\"} NaN"),
            "my.metric{a=b,} 1\nx{} 2\ny{} 3\nu{} nan\n");
}

TEST(Exposition, NamesTheLineThatIsWrong) {
  for (const char* bad : {"a", "a b", "a{x=\"y\" 1", "a{x=y} 1", "a{x=\"y} 1", "1a 1", "a{x} 1", "a 1 x", "a 1 1 1",
                          "{} 1", "a{1x=\"y\"} 1", "{a=\"b\"} 1", "a{\"b\"} 1", "a 0x", "a +-1", "a 1e400 1e300"}) {
    EXPECT_TRUE(told("ok 1\n" + std::string(bad)).starts_with("! line 2 of")) << bad << ": " << told(bad);
  }
}

TEST(Exposition, ReadsNumbersAsGoWritesThem) {
  EXPECT_EQ(number("1.5e-3"), 1.5e-3);
  EXPECT_EQ(number("+Inf"), INFINITY);
  EXPECT_EQ(number("-Inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(*number("NaN")));
  EXPECT_EQ(number("1e-400"), 0);
  EXPECT_EQ(number("-1e400"), -INFINITY);
  for (const char* bad : {"", "+", "1x", " 1", "--1", "+-1"}) EXPECT_FALSE(number(bad)) << bad;
}

TEST(Exposition, SurvivesAnyBytes) {
  std::mt19937 random(11);
  const std::string seed = "# TYPE a counter\na_total{x=\"y\\n\",z=\"w\"} 1 1500\n{\"q\"} +Inf\n";
  for (int round = 0; round < 20000; ++round) {
    std::string page = seed;
    for (int i = 0; i < 3; ++i) page[random() % page.size()] = static_cast<char>(random());
    auto count = parse(page, Format::kText, [](const Sample& sample) { EXPECT_FALSE(sample.name.empty()); });
    EXPECT_TRUE(count ? *count <= 3 : !count.fault().text.empty());
  }
}

}  // namespace
}  // namespace reeve::common::metrics
