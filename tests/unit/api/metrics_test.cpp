#include "api/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace reeve::api {
namespace {

TEST(Metrics, PrintsFamiliesSortedWithHelpAndType) {
  Metrics metrics;
  metrics.counter("reeve_z_total", "last").add(3);
  metrics.gauge("reeve_a", "first").set(1.5);
  metrics.counter("reeve_m_total", "two", {{"kind", "x"}}).add();
  metrics.counter("reeve_m_total", "two", {{"kind", "a"}});
  EXPECT_EQ(metrics.text(),
            "# HELP reeve_a first\n# TYPE reeve_a gauge\nreeve_a 1.5\n"
            "# HELP reeve_m_total two\n# TYPE reeve_m_total counter\n"
            "reeve_m_total{kind=\"a\"} 0\nreeve_m_total{kind=\"x\"} 1\n"
            "# HELP reeve_z_total last\n# TYPE reeve_z_total counter\nreeve_z_total 3\n");
}

TEST(Metrics, GivesTheSameThingForTheSameLabels) {
  Metrics metrics;
  Counter& one = metrics.counter("reeve_x_total", "x", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(&one, &metrics.counter("reeve_x_total", "x", {{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(&one, &metrics.counter("reeve_x_total", "x"));
}

TEST(Metrics, HistogramCountsEachValueInItsBucketAndPrintsThemAdded) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("reeve_seconds", "s", {0.1, 1}, {{"op", "x"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) histogram.observe(value);
  EXPECT_EQ(metrics.text(),
            "# HELP reeve_seconds s\n# TYPE reeve_seconds histogram\n"
            "reeve_seconds_bucket{op=\"x\",le=\"0.1\"} 2\n"
            "reeve_seconds_bucket{op=\"x\",le=\"1\"} 3\n"
            "reeve_seconds_bucket{op=\"x\",le=\"+Inf\"} 4\n"
            "reeve_seconds_sum{op=\"x\"} 7.65\n"
            "reeve_seconds_count{op=\"x\"} 4\n");
}

TEST(Metrics, EscapesLabelsAndHelp) {
  Metrics metrics;
  metrics.gauge("reeve_g", "a \\ \"b\"\nc", {{"l", "a\\b\"c\nd"}}).set(std::numeric_limits<double>::infinity());
  EXPECT_EQ(metrics.text(),
            "# HELP reeve_g a \\\\ \"b\"\\nc\n# TYPE reeve_g gauge\nreeve_g{l=\"a\\\\b\\\"c\\nd\"} +Inf\n");
}

TEST(Metrics, AsksOthersAtEachText) {
  Metrics metrics;
  double value = 1;
  metrics.ask("reeve_asked_total", "t", [&] { return value; });
  metrics.ask("reeve_many", "m", [] { return std::vector<Metrics::Reading>{{{{"i", "a"}}, 1}, {{{"i", "b"}}, 2}}; });
  EXPECT_NE(metrics.text().find("# TYPE reeve_asked_total counter\nreeve_asked_total 1\n"), std::string::npos);
  value = 2;
  EXPECT_NE(metrics.text().find("reeve_asked_total 2\n"), std::string::npos);
  EXPECT_NE(metrics.text().find("# TYPE reeve_many gauge\nreeve_many{i=\"a\"} 1\nreeve_many{i=\"b\"} 2\n"),
            std::string::npos);
}

TEST(Metrics, LosesNothingWhenThreadsCountTogether) {
  Metrics metrics;
  Counter& counter = metrics.counter("reeve_c_total", "c");
  Histogram& histogram = metrics.histogram("reeve_h", "h", {1});
  const auto work = [&] {
    for (int i = 0; i < 10000; ++i) {
      counter.add();
      histogram.observe(2);
    }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(counter.value(), 20000U);
  EXPECT_EQ(histogram.bucket(1), 20000U);
  EXPECT_EQ(histogram.sum(), 40000.0);
}

TEST(Metrics, RefusesANameOfTwoKindsAndACounterWithoutTotal) {
  Metrics metrics;
  metrics.gauge("reeve_x", "x");
  EXPECT_DEATH(metrics.histogram("reeve_x", "x", {1}), "kind");
  EXPECT_DEATH(metrics.counter("reeve_y", "y"), "is_total");
}

}  // namespace
}  // namespace reeve::api
