// Appending, staleness and selecting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "series/series.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;
using testing::ElementsAre;

model::Batch batch(int64_t ms, std::vector<std::pair<Labels, double>> samples, const char* instance = "host/local") {
  model::Batch b;
  b.instance = instance;
  b.started = base::time_from_ms(ms);
  for (auto& [labels, value] : samples) b.samples.push_back({labels, value, std::nullopt});
  return b;
}

Labels named(const char* name, const char* key = "", const char* value = "") {
  return Labels{{"__name__", name}, {key, value}};
}

// "12=1 13=stale": what a series holds.
std::string samples(const Head& head, const char* name) {
  const auto found = head.select({{Kind::kEqual, "__name__", name}});
  std::string out;
  for (const SeriesView* series : *found) {
    std::vector<Point> points;
    series->points(INT64_MIN, INT64_MAX, points);
    for (const Point& p : points) {
      if (!out.empty()) out += ' ';
      out += std::to_string(p.ms) + "=" + (model::is_stale(p.value) ? "stale" : base::format_number(p.value));
    }
  }
  return out;
}

std::vector<std::string> selected(const Head& head, const Matchers& matchers) {
  std::vector<std::string> texts;
  const auto found = head.select(matchers);
  if (!found.ok()) return {found.error().text};
  for (const SeriesView* series : *found) texts.push_back(series->labels().text());
  return texts;
}

TEST(Head, KeepsTheSamplesOfBatches) {
  Head head;
  EXPECT_EQ(head.append(batch(10, {{named("a"), 1}, {named("b"), 2}})).added, 2u);
  EXPECT_EQ(head.append(batch(20, {{named("a"), 3}, {named("b"), 4}})).added, 2u);
  EXPECT_EQ(samples(head, "a"), "10=1 20=3");
  EXPECT_EQ(samples(head, "b"), "10=2 20=4");
  EXPECT_EQ(head.series_count(), 2u);
}

TEST(Head, RefusesOldAndEqualTimes) {
  Head head;
  head.append(batch(10, {{named("a"), 1}}));
  const Appended again = head.append(batch(10, {{named("a"), 2}}));
  EXPECT_EQ(again.out_of_order, 1u);
  EXPECT_EQ(head.append(batch(9, {{named("a"), 2}})).out_of_order, 1u);
  EXPECT_FALSE(head.append(named("a"), 10, 5));
  EXPECT_EQ(samples(head, "a"), "10=1");
}

TEST(Head, ASeriesMissingFromABatchEnds) {
  Head head;
  head.append(batch(10, {{named("a"), 1}, {named("b"), 2}, {named("c"), 3}}));
  head.append(batch(20, {{named("a"), 1}, {named("c"), 3}}));
  head.append(batch(30, {{named("c"), 3}}));
  EXPECT_EQ(samples(head, "a"), "10=1 20=1 30=stale");
  EXPECT_EQ(samples(head, "b"), "10=2 20=stale");
  EXPECT_EQ(samples(head, "c"), "10=3 20=3 30=3");
}

TEST(Head, AnEndedSeriesMayComeBack) {
  Head head;
  head.append(batch(10, {{named("a"), 1}}));
  head.append(batch(20, {}));
  head.append(batch(30, {}));
  head.append(batch(40, {{named("a"), 2}}));
  EXPECT_EQ(samples(head, "a"), "10=1 20=stale 40=2");
}

TEST(Head, AFailedBatchEndsAllOfItsInstanceAndNothingElse) {
  Head head;
  head.append(batch(10, {{named("a"), 1}}));
  head.append(batch(10, {{named("z"), 1}}, "other/x"));
  model::Batch failed = batch(20, {});
  failed.ok = false;
  failed.error = "connection refused";
  head.append(failed);
  EXPECT_EQ(samples(head, "a"), "10=1 20=stale");
  EXPECT_EQ(samples(head, "z"), "10=1");
}

TEST(Head, AForgottenInstanceEndsItsSeries) {
  Head head;
  head.append(batch(10, {{named("a"), 1}}));
  head.forget_instance("host/local", 15);
  head.append(batch(20, {{named("b"), 1}}));
  EXPECT_EQ(samples(head, "a"), "10=1 15=stale");
}

TEST(Head, ASeriesWithItsOwnTimeEndsOnItsOwnClock) {
  Head head;
  model::Batch first = batch(1000, {{named("cloud"), 1}});
  first.samples[0].at_ms = 400;
  head.append(first);
  head.append(batch(2000, {}));
  EXPECT_EQ(samples(head, "cloud"), "400=1 401=stale");
}

TEST(Head, TheOrderOfABatchMayChange) {
  Head head;
  head.append(batch(10, {{named("a"), 1}, {named("b"), 2}, {named("c"), 3}}));
  head.append(batch(20, {{named("new"), 9}, {named("c"), 3}, {named("b"), 2}, {named("a"), 1}}));
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(samples(head, name).find("stale"), std::string::npos) << name;
  EXPECT_EQ(head.series_count(), 4u);
}

TEST(Head, ASeriesTwiceInABatchCountsOnce) {
  Head head;
  EXPECT_EQ(head.append(batch(10, {{named("a"), 1}, {named("a"), 2}})).out_of_order, 1u);
  EXPECT_EQ(samples(head, "a"), "10=1");
}

TEST(Head, ReadsRangesLeftOpenAndRightClosed) {
  Head head;
  for (int i = 1; i <= 100; ++i) head.append(named("a"), i * 10, i);
  const auto found = head.select({{Kind::kEqual, "__name__", "a"}});
  const SeriesView& series = *found->at(0);
  for (const auto& [from, to, first, last] :
       {std::tuple{0, 1000, 1, 100}, {10, 20, 2, 2}, {9, 10, 1, 1}, {495, 733, 50, 73}, {0, 15, 1, 1}}) {
    std::vector<Point> points;
    series.points(from, to, points);
    ASSERT_EQ(points.size(), static_cast<size_t>(last - first + 1)) << from << ".." << to;
    EXPECT_EQ(points.front().value, first);
    EXPECT_EQ(points.back().value, last);
    Point newest;
    ASSERT_TRUE(series.last(from, to, newest));
    EXPECT_EQ(newest.value, last);
  }
  std::vector<Point> none;
  series.points(1000, 2000, none);
  series.points(-5, 9, none);
  EXPECT_TRUE(none.empty());
  Point p;
  EXPECT_FALSE(series.last(1000, 2000, p));
  EXPECT_FALSE(series.last(-5, 9, p));
}

TEST(Head, SelectsByEveryKindOfMatcher) {
  Head head;
  for (const char* job : {"api", "app", "db"})
    for (const char* env : {"prod", "test"}) head.append(Labels{{"__name__", "up"}, {"job", job}, {"env", env}}, 1, 1);
  head.append(named("bare"), 1, 1);
  const Matcher up{Kind::kEqual, "__name__", "up"};
  EXPECT_EQ(selected(head, {up}).size(), 6u);
  EXPECT_THAT(selected(head, {up, {Kind::kEqual, "job", "db"}, {Kind::kNotEqual, "env", "test"}}),
              ElementsAre("up{env=\"prod\", job=\"db\"}"));
  EXPECT_THAT(selected(head, {{Kind::kRegex, "job", "a.*"}, {Kind::kEqual, "env", "test"}}),
              ElementsAre("up{env=\"test\", job=\"api\"}", "up{env=\"test\", job=\"app\"}"));
  EXPECT_EQ(selected(head, {{Kind::kRegex, "job", "api|db|gone"}}).size(), 4u);
  EXPECT_EQ(selected(head, {{Kind::kNotRegex, "job", "a.+"}}).size(), 3u) << "a series without the label matches";
  EXPECT_EQ(selected(head, {{Kind::kNotRegex, "job", "a.+"}, {Kind::kNotEqual, "job", ""}}).size(), 2u);
  EXPECT_THAT(selected(head, {{Kind::kEqual, "job", ""}}), ElementsAre("bare"));
  EXPECT_EQ(selected(head, {{Kind::kRegex, "job", ".*"}}).size(), 7u);
  EXPECT_EQ(selected(head, {{Kind::kRegex, "job", ".+"}}).size(), 6u);
  EXPECT_TRUE(selected(head, {{Kind::kEqual, "nothing", "here"}}).empty());
  EXPECT_THAT(selected(head, {{Kind::kRegex, "job", "("}}),
              ElementsAre("error parsing regexp: missing closing ): `(`"));
}

TEST(Head, ASelectorSeesSeriesBornLater) {
  Head head;
  head.append(named("up", "job", "a"), 1, 1);
  const Matchers matchers{{Kind::kEqual, "__name__", "up"}};
  EXPECT_EQ(selected(head, matchers).size(), 1u);
  head.append(named("up", "job", "b"), 1, 1);
  head.append(named("down", "job", "b"), 1, 1);
  EXPECT_EQ(selected(head, matchers).size(), 2u);
}

TEST(Head, ListsNamesAndValuesOfLabels) {
  Head head;
  head.append(named("up", "job", "b"), 1, 1);
  head.append(named("up", "job", "a"), 1, 1);
  EXPECT_THAT(head.label_values("job"), ElementsAre("a", "b"));
  EXPECT_THAT(head.label_values(""), ElementsAre("__name__", "job"));
  EXPECT_TRUE(head.label_values("gone").empty());
}

TEST(Head, KeepsHistogramsAndStartsBesideFloats) {
  Head head;
  auto histogram = std::make_shared<Histogram>();
  histogram->count = 3;
  EXPECT_TRUE(head.append(named("h"), 10, std::shared_ptr<const Histogram>(histogram)));
  EXPECT_TRUE(head.append(named("h"), 20, 5.0));
  EXPECT_FALSE(head.append(named("h"), 20, std::shared_ptr<const Histogram>(histogram)));
  head.set_start(named("h"), 20, 7);
  const auto found = head.select({{Kind::kEqual, "__name__", "h"}});
  std::vector<HistogramPoint> histograms;
  std::vector<StartPoint> starts;
  found->at(0)->histograms(0, 100, histograms);
  found->at(0)->starts(0, 100, starts);
  ASSERT_EQ(histograms.size(), 1u);
  EXPECT_EQ(histograms[0].ms, 10);
  EXPECT_EQ(histograms[0].value->count, 3);
  ASSERT_EQ(starts.size(), 1u);
  EXPECT_EQ(starts[0].start_ms, 7);
}

}  // namespace
}  // namespace reeve::series
