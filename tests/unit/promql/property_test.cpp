// What holds for every expression: a range query answers at each step what an instant query answers there, the
// canonical text means the same, and neither depth nor hostile text does harm.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "model/json.h"
#include "promql/drive_store.h"
#include "promql/promql.h"

namespace reeve::promql {
namespace {

// Counters that fall back, gauges with gaps and NaN, series that end and begin anew, histograms.
class Property : public testing::Test {
 protected:
  Property() {
    std::mt19937 random(7);
    for (const char* job : {"api", "web"})
      for (const char* zone : {"eu", "us", ""}) fill(job, zone, random);
  }

  void fill(const char* job, const char* zone, std::mt19937& random) {
    model::Labels labels;
    labels.set("job", job);
    if (*zone) labels.set("zone", zone);
    std::vector<GivenSample> counter, gauge, histogram;
    double total = 0;
    for (int64_t i = 0; i < 60; ++i) {
      const int64_t ms = i * 15000 + static_cast<int64_t>(random() % 2000);
      total = random() % 20 == 0 ? 0 : total + random() % 50;
      counter.push_back({ms, total, nullptr, false, 0});
      if (random() % 5 != 0) gauge.push_back({ms, odd_value(random), nullptr, false, 0});
      auto h = std::make_shared<series::Histogram>();
      h->positive = {total, total * 2};
      h->positive_spans = {{0, 2}};
      h->count = total * 3;
      h->sum = total * 4;
      if (i % 3 == 0) histogram.push_back({ms, 0, h, false, 0});
    }
    append("c_total", labels, std::move(counter));
    append("g", labels, std::move(gauge));
    append("h", labels, std::move(histogram));
    append(std::string("info_") + job, labels, {{0, 1, nullptr, false, 0}, {900000, 1, nullptr, false, 0}});
  }

  static double odd_value(std::mt19937& random) {
    const uint32_t die = random() % 30;
    if (die == 0) return NAN;
    if (die == 1) return INFINITY;
    if (die == 2) return model::stale_marker();
    return static_cast<double>(random() % 1000) / 8 - 60;
  }

  void append(const std::string& name, model::Labels labels, std::vector<GivenSample> samples) {
    labels.set(model::kNameLabel, name);
    store_.append(labels, std::move(samples));
  }

  DriveStore store_;
};

std::string cell_text(double value, const std::shared_ptr<const series::Histogram>& histogram) {
  Answer answer;
  answer.value = Vector{{model::Labels{}, 0, value, histogram}};
  return model::to_json(to_value(answer));
}

// Labels and what stands there, for one step.
using Cells = std::map<std::string, std::string>;

Cells cells_of(const Answer& answer) {
  Cells cells;
  if (const auto* scalar = std::get_if<Scalar>(&answer.value)) cells["{}"] = cell_text(scalar->value, nullptr);
  if (const auto* vector = std::get_if<Vector>(&answer.value))
    for (const Element& e : *vector) cells[e.labels.text()] = cell_text(e.value, e.histogram);
  return cells;
}

Cells cells_at(const Matrix& matrix, int64_t ms) {
  Cells cells;
  for (const Series& series : matrix) {
    for (const auto& p : series.points)
      if (p.ms == ms) cells[series.labels.text()] = cell_text(p.value, nullptr);
    for (const auto& p : series.histograms)
      if (p.ms == ms) cells[series.labels.text()] = cell_text(0, p.value);
  }
  return cells;
}

const char* const kExpressions[] = {
    "g",
    "g offset 1m",
    "g @ 300",
    "-g",
    "g > 0",
    "g > bool 0",
    "g + on(job, zone) c_total",
    "g / on(job) group_left sum by (job) (c_total)",
    "g and c_total > 100",
    "g or on(job) c_total",
    "c_total unless on(zone) (g > 20)",
    "sum(g)",
    "sum by (job) (c_total)",
    "avg without (zone) (g)",
    "stddev(c_total)",
    "min by (zone) (g) - max by (zone) (g)",
    "topk(2, c_total)",
    "bottomk by (job) (1, g)",
    "quantile(0.7, c_total)",
    "count_values(\"v\", round(g / 50))",
    "limit_ratio(0.5, c_total)",
    "rate(c_total[1m])",
    "increase(c_total[37s])",
    "irate(c_total[1m])",
    "delta(g[2m])",
    "resets(c_total[5m])",
    "changes(g[3m])",
    "deriv(c_total[2m])",
    "predict_linear(c_total[2m], 60)",
    "avg_over_time(g[90s])",
    "max_over_time(g[90s])",
    "quantile_over_time(0.3, c_total[2m])",
    "stdvar_over_time(c_total[2m])",
    "count_over_time(g[1m])",
    "last_over_time(g[1m])",
    "absent(g > 1000)",
    "absent_over_time(g{job=\"none\"}[1m])",
    "max_over_time(rate(c_total[1m])[3m:20s])",
    "sum_over_time((g > 0)[2m:15s] offset 30s)",
    "avg_over_time(sum(c_total)[2m:30s] @ 600)",
    "increase(c_total[1m] anchored)",
    "rate(c_total[1m] smoothed)",
    "c_total smoothed",
    "histogram_quantile(0.9, h)",
    "histogram_count(rate(h[3m]))",
    "sum by (job) (h)",
    "h * 2",
    "avg_over_time(h[2m])",
    "label_replace(g, \"z\", \"$1\", \"zone\", \"(.).*\")",
    "label_join(g, \"jz\", \"-\", \"job\", \"zone\")",
    "clamp(g, -10, scalar(sum(info_api)))",
    "timestamp(g)",
    "time() - timestamp(c_total)",
    "vector(time())",
    "hour() * 60 + minute()",
    "scalar(sum(c_total))",
    "double_exponential_smoothing(c_total[2m], 0.3, 0.6)",
    "mad_over_time(c_total[2m])",
    "ts_of_max_over_time(c_total[2m])",
    "sum by (__name__) ({__name__=~\"g|c_total\"})",
    "c_total + on(job, zone) fill(0) g",
};

TEST_F(Property, ARangeQueryAnswersWhatItsInstantsAnswer) {
  constexpr int64_t kStart = -20000, kEnd = 1300000, kStep = 13337;
  for (const char* text : kExpressions) {
    const auto expr = parse(text);
    ASSERT_TRUE(expr.ok()) << text << ": " << expr.error().text;
    const auto whole = range(*expr, store_.source(), kStart, kEnd, kStep);
    ASSERT_TRUE(whole.ok()) << text << ": " << whole.error().text;
    size_t answers = 0;
    for (int64_t ms = kStart; ms <= kEnd; ms += kStep) {
      const auto one = instant(*expr, store_.source(), ms);
      ASSERT_TRUE(one.ok()) << text << ": " << one.error().text;
      const Cells want = cells_of(*one);
      answers += want.size();
      ASSERT_EQ(cells_at(std::get<Matrix>(whole->value), ms), want) << text << " at " << ms;
    }
    EXPECT_GT(answers, 0u) << text << " never answers, so nothing was compared";
  }
}

TEST_F(Property, AStepOfARangeQueryDoesNotDependOnItsNeighbours) {
  for (const char* text : kExpressions) {
    const auto expr = parse(text);
    const auto fine = range(*expr, store_.source(), 60000, 900000, 5000);
    const auto coarse = range(*expr, store_.source(), 60000, 900000, 35000);
    ASSERT_TRUE(fine.ok() && coarse.ok()) << text;
    for (int64_t ms = 60000; ms <= 900000; ms += 35000)
      ASSERT_EQ(cells_at(std::get<Matrix>(fine->value), ms), cells_at(std::get<Matrix>(coarse->value), ms))
          << text << " at " << ms;
  }
}

TEST_F(Property, TheCanonicalTextMeansTheSame) {
  for (const char* text : kExpressions) {
    const auto expr = parse(text);
    const auto again = parse(expr->text());
    ASSERT_TRUE(again.ok()) << text << " is printed as " << expr->text() << ": " << again.error().text;
    EXPECT_EQ(again->text(), expr->text());
    for (const int64_t ms : {0, 333333, 800000})
      EXPECT_EQ(cells_of(*instant(*again, store_.source(), ms)), cells_of(*instant(*expr, store_.source(), ms)))
          << text << " at " << ms;
  }
}

TEST(CanonicalText, OfACanonicalTextIsItself) {
  std::ifstream in(std::filesystem::path(REEVE_TEST_DIR) / "unit/promql/drive/canonical_text.cases");
  int texts = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("< ", 0) != 0) continue;
    const std::string text = model::parse_json(line.substr(2))->find("data")->as_string();
    const auto expr = parse(text);
    ASSERT_TRUE(expr.ok()) << text << ": " << expr.error().text;
    EXPECT_EQ(expr->text(), text);
    ++texts;
  }
  EXPECT_GT(texts, 150);
}

// Cuts and doubles pieces of real expressions: whatever comes out is parsed or refused with a place.
TEST(Hostile, PiecesOfExpressionsAreParsedOrRefusedWithAPlace) {
  std::mt19937 random(11);
  const auto piece = [&](const std::string& text) {
    const size_t from = random() % (text.size() + 1);
    return text.substr(from, random() % (text.size() - from + 1));
  };
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (int k = 0; k < 3; ++k) text += piece(kExpressions[random() % std::size(kExpressions)]);
    if (!text.empty() && random() % 4 == 0) text[random() % text.size()] = static_cast<char>(random());
    const auto expr = parse(text);
    if (expr.ok()) {
      const auto again = parse(expr->text());
      ASSERT_TRUE(again.ok()) << text << " is printed as " << expr->text();
      continue;
    }
    ++refused;
    const bool placed = expr.error().text.find(": parse error: ") != std::string::npos;
    ASSERT_TRUE(placed || text.empty()) << text << ": " << expr.error().text;
  }
  EXPECT_GT(refused, 1000);
}

TEST(Hostile, DepthIsRefusedNotSuffered) {
  const auto nested = [](const char* open, const char* inner, const char* close, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += inner;
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  const std::pair<const char*, const char*> shapes[] = {{"(", ")"},
                                                        {"-", ""},
                                                        {"abs(", ")"},
                                                        {"sum(", ")"},
                                                        {"1 + (", ")"},
                                                        {"2 ^ ", ""},
                                                        {"max_over_time(", "[1m:1s])"}};
  for (const auto& [open, close] : shapes) {
    const auto few = parse(nested(open, "m", close, 100));
    EXPECT_TRUE(few.ok()) << open << ": " << few.error().text;
    const auto many = parse(nested(open, "m", close, 200000));
    ASSERT_FALSE(many.ok()) << open;
    EXPECT_NE(many.error().text.find("expression is nested too deeply"), std::string::npos) << many.error().text;
  }
  EXPECT_FALSE(parse("m[" + nested("(", "1h", ")", 100000) + "]").ok());
  std::string chain = "m";
  for (int i = 0; i < 100000; ++i) chain += " + m";
  EXPECT_FALSE(parse(chain).ok());
}

}  // namespace
}  // namespace reeve::promql
