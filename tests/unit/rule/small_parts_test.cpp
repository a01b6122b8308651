// The small pure parts: when a group ticks, which rules a batch concerns, series notation, printing as Go does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rule/arrival.h"
#include "rule/episodes.h"
#include "rule/schedule.h"
#include "rule/unittest/junit.h"
#include "rule/unittest/print.h"
#include "rule/unittest/series_text.h"

namespace reeve::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Schedule, TicksAtMultiplesOfTheInterval) {
  const base::Duration interval = base::seconds(15), offset = base::seconds(4);
  EXPECT_EQ(next_tick(base::Time{0}, interval, offset).us, 4'000'000);
  EXPECT_EQ(next_tick(base::Time{4'000'000}, interval, offset).us, 19'000'000);
  EXPECT_EQ(next_tick(base::Time{3'999'999}, interval, offset).us, 4'000'000);
  EXPECT_EQ(next_tick(base::Time{-1}, interval, base::Duration{}).us, 0);
  EXPECT_EQ(next_tick(base::Time{-15'000'000}, interval, base::Duration{}).us, 0);
  EXPECT_EQ(next_tick(base::Time{-15'000'001}, interval, base::Duration{}).us, -15'000'000);
}

TEST(Schedule, SpreadsGroupsOverTheirInterval) {
  std::set<int64_t> offsets;
  for (int i = 0; i < 100; ++i) {
    const base::Duration offset = tick_offset("file.yaml", "group " + std::to_string(i), base::seconds(15));
    EXPECT_GE(offset.us, 0);
    EXPECT_LT(offset, base::seconds(15));
    EXPECT_EQ(offset.us % 1000, 0);
    offsets.insert(offset.us / 1'000'000);
  }
  EXPECT_EQ(offsets.size(), 15u);
  EXPECT_EQ(tick_offset("f", "g", base::seconds(15)), tick_offset("f", "g", base::seconds(15)));
}

TEST(Episodes, AreNumberedPerRuleAndKey) {
  Episodes episodes;
  EXPECT_EQ(episodes.next("r", "a"), 1u);
  EXPECT_EQ(episodes.next("r", "a"), 2u);
  EXPECT_EQ(episodes.next("r", "b"), 1u);
  episodes.seen("r", "b", 7);
  episodes.seen("r", "b", 3);
  EXPECT_EQ(episodes.next("r", "b"), 8u);
}

promql::Selector selects(std::vector<std::pair<std::string, std::string>> equal) {
  promql::Selector out;
  for (auto& [name, value] : equal) out.matchers.push_back({series::Matcher::Kind::kEqual, name, value});
  return out;
}

model::Batch batch_of(const std::vector<std::string>& names, const std::string& instance = "a") {
  model::Batch batch;
  batch.instance = "host/" + instance;
  for (const std::string& name : names)
    batch.samples.push_back({{{"__name__", name}, {"job", "host"}, {"instance", instance}}, 1, {}});
  return batch;
}

class ArrivalTest : public testing::Test {
 protected:
  ArrivalTest() {
    arrival_.add(0, {selects({{"__name__", "cpu"}})});
    arrival_.add(1, {selects({{"__name__", "mem"}, {"instance", "a"}}), selects({{"__name__", "disk"}})});
    arrival_.add(2, {selects({{"job", "host"}})});
    arrival_.add(4, {selects({{"__name__", "cpu"}, {"job", "other"}})});
  }
  Arrival arrival_;
};

TEST_F(ArrivalTest, NamesTheRulesThatReadWhatIsInTheBatch) {
  EXPECT_THAT(arrival_.concerned(batch_of({"cpu", "cpu", "mem"})), ElementsAre(0, 1, 2));
}
TEST_F(ArrivalTest, LeavesOutOtherInstances) {
  EXPECT_THAT(arrival_.concerned(batch_of({"mem"}, "b")), ElementsAre(2));
  EXPECT_THAT(arrival_.concerned(batch_of({"disk"}, "b")), ElementsAre(1, 2));
}
TEST_F(ArrivalTest, RemembersWhatTheInstanceHadBefore) {
  arrival_.concerned(batch_of({"cpu"}));
  EXPECT_THAT(arrival_.concerned(batch_of({"disk"})), ElementsAre(0, 1, 2));  // cpu has ended
  EXPECT_THAT(arrival_.concerned(batch_of({"disk"})), ElementsAre(1, 2));
}
TEST_F(ArrivalTest, AFailedBatchConcernsAllThatTheInstanceHad) {
  arrival_.concerned(batch_of({"cpu"}));
  model::Batch failed = batch_of({});
  failed.ok = false;
  EXPECT_THAT(arrival_.concerned(failed), ElementsAre(0, 2));
  EXPECT_THAT(arrival_.concerned(failed), ElementsAre(0, 2));
  EXPECT_THAT(arrival_.concerned(batch_of({"disk"})), ElementsAre(0, 1, 2));
}
TEST_F(ArrivalTest, KnowsNothingOfOtherSeries) {
  Arrival arrival;
  arrival.add(0, {selects({{"__name__", "cpu"}})});
  EXPECT_THAT(arrival.concerned(batch_of({"mem", "disk"})), ElementsAre());
}

namespace ut = unittest;

std::string values(const std::string& text) {
  const auto cells = ut::parse_values(text);
  if (!cells.ok()) return cells.error().text;
  std::string out;
  for (const ut::Cell& cell : *cells) {
    const auto* value = std::get_if<double>(&cell);
    out += (out.empty() ? "" : " ") + (!value ? "_" : model::is_stale(*value) ? "stale" : base::format_number(*value));
  }
  return out;
}

TEST(SeriesNotation, IsReadAsPromtoolReadsIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"1 2 3", "1 2 3"},
      {"  1\t-2  +3 ", "1 -2 3"},
      {"1x3", "1 1 1 1"},
      {"0x10", "0 0 0 0 0 0 0 0 0 0 0"},  // a repetition, not hexadecimal
      {"1+1x3", "1 2 3 4"},
      {"1-1x2", "1 0 -1"},
      {"_ _x2 5", "_ _ _ 5"},
      {"_x0 1", "1"},
      {"stale NaN Inf -Inf +inf", "stale NaN +Inf -Inf +Inf"},
      {"stalex1 NaNx1", "stale stale NaN NaN"},
      {"1e3 .5 1.5e-2+1x1", "1000 0.5 0.015 1.015"},
      {"0.1+0.1x2", "0.1 0.2 0.30000000000000004"},
      {"1 a", "1:3: parse error: unexpected \"a\" in series value"},
      {"1+1", "1:4: parse error: unexpected end of the series item, expected \"x\" and a count"},
      {"1x", "1:3: parse error: expected a count after \"x\""},
      {"1,2", "1:2: parse error: unexpected character in series sequence"},
      {"1.2.3", "1:6: parse error: bad number or duration syntax: \"1.2.3\""},
      {"1x99999999999", "1:14: parse error: the series is too long"},
      {"-stale", "1:2: parse error: unexpected \"stale\" in series value"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(values(text), wanted) << text;
}

TEST(SeriesNotation, ReadsMetrics) {
  const std::pair<const char*, const char*> cases[] = {
      {"up", "up"},
      {"", "{}"},
      {"{}", "{}"},
      {"up{}", "up"},
      {"job:up:sum{a=\"b\", c='d',}", "job:up:sum{a=\"b\", c=\"d\"}"},
      {"{a=\"b\"}", "{a=\"b\"}"},
      {"{\"my.metric\", \"x.y\"=`z`}", "{__name__=\"my.metric\", \"x.y\"=\"z\"}"},
      {" up { a = \"b\" } ", "up{a=\"b\"}"},
      {"up{a=\"\"}", "up"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto metric = ut::parse_metric(text);
    ASSERT_TRUE(metric.ok()) << text << ": " << metric.error().text;
    EXPECT_EQ(metric->text(), wanted) << text;
  }
}

TEST(SeriesNotation, PointsAtFaultsOfMetrics) {
  const std::pair<const char*, const char*> cases[] = {
      {"up{a=\"b\"", "1:9: parse error: unexpected end of input inside braces"},
      {"up{a=\"b\" c=\"d\"}", "1:10: parse error: unexpected identifier \"c\" in label set, expected \",\" or \"}\""},
      {"up{a}", "1:5: parse error: unexpected \"}\" in label set, expected \"=\""},
      {"up{a=b}", "1:6: parse error: unexpected identifier \"b\" in label set, expected string"},
      {"up{1=\"b\"}", "1:4: parse error: unexpected number \"1\" in label set, expected identifier"},
      {"up 1", "1:4: parse error: unexpected number \"1\""},
      {"up{a=\"b}", "1:9: parse error: unterminated quoted string"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto metric = ut::parse_metric(text);
    ASSERT_FALSE(metric.ok()) << text;
    EXPECT_EQ(metric.error().text, wanted);
  }
}

TEST(Printing, IsGos) {
  EXPECT_EQ(ut::exponent_text(0), "0E+00");
  EXPECT_EQ(ut::exponent_text(1), "1E+00");
  EXPECT_EQ(ut::exponent_text(-1234.5), "-1.2345E+03");
  EXPECT_EQ(ut::exponent_text(1e-300), "1E-300");
  EXPECT_EQ(ut::exponent_text(NAN), "NaN");
  EXPECT_EQ(ut::exponent_text(-INFINITY), "-Inf");
  EXPECT_EQ(ut::go_duration({}), "0s");
  EXPECT_EQ(ut::go_duration(base::seconds(90)), "1m30s");
  EXPECT_EQ(ut::go_duration(base::hours(26)), "26h0m0s");
  EXPECT_EQ(ut::go_duration(base::millis(1500)), "1.5s");
  EXPECT_EQ(ut::go_duration(base::millis(20)), "20ms");
  EXPECT_EQ(ut::go_quote("a\"b\n"), "\"a\\\"b\\n\"");
  EXPECT_EQ(ut::labels_text({{"__name__", "up"}, {"a", "b"}}), "{__name__=\"up\", a=\"b\"}");
  EXPECT_EQ(ut::labels_text({}), "{}");
}

TEST(Printing, ShowsDifferences) {
  EXPECT_EQ(ut::diff_text("a\nb\nc", "a\nx\nc"), "  a\n- b\n+ x\n  c");
  EXPECT_EQ(ut::diff_text("", "x"), "- \n+ x");
}

TEST(JUnitReport, IsXml) {
  ut::JUnit junit;
  junit.begin("a<b>.yaml");
  junit.add("good", {});
  junit.add("bad", {"exp: \"1\" & more\x01"});
  EXPECT_EQ(
      junit.text(),
      "<testsuites>\n  <testsuite name=\"a&lt;b&gt;.yaml\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
      "    <testcase name=\"good\">\n    </testcase>\n    <testcase name=\"bad\">\n"
      "      <failure>exp: &quot;1&quot; &amp; more?</failure>\n    </testcase>\n  </testsuite>\n</testsuites>\n");
}

}  // namespace
}  // namespace reeve::rule
