// The parts between a rule and its alerts: what an expression needs, whether data is there, what ticks write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json.h"
#include "rule/evidence.h"
#include "rule/outputs.h"
#include "rule/ranges.h"

namespace reeve::rule {
namespace {

using testing::IsEmpty;

promql::Expr expr(const std::string& text) {
  auto parsed = promql::parse(text);
  if (!parsed.ok()) throw std::runtime_error(text + ": " + parsed.error().text);
  return *std::move(parsed);
}

// ---- what an expression needs ----

std::string text_of(const Need& need) {
  std::vector<std::string> parts;
  for (const Need& part : need.parts) parts.push_back(text_of(part));
  switch (need.kind) {
    case Need::Kind::kNothing:
      return "nothing";
    case Need::Kind::kSelector: {
      std::string name;
      for (const series::Matcher& matcher : need.matchers)
        if (matcher.name == model::kNameLabel) name = matcher.value;
      return name + (need.range ? "[" + base::format_duration(need.window) + "]" : "");
    }
    case Need::Kind::kAll:
      return "all(" + base::join(parts, ", ") + ")";
    case Need::Kind::kAny:
      return "any(" + base::join(parts, ", ") + ")";
  }
  return {};
}

TEST(Needs, AreTheSamplesWithoutWhichAnEmptyAnswerSaysNothing) {
  const std::pair<const char*, const char*> cases[] = {
      {"up == 0", "up"},
      {"1", "nothing"},
      {"vector(1) > 2", "nothing"},
      {"a / b > 1", "all(a, b)"},
      {"a and b and c", "all(all(a, b), c)"},
      {"a or b", "any(a, b)"},
      {"a or vector(0)", "nothing"},
      {"a unless b", "a"},
      {"a > 1 unless on (job) (b or c)", "a"},
      {"absent(a)", "nothing"},
      {"absent_over_time(a[5m])", "nothing"},
      {"a and absent(b)", "a"},
      {"sum by (job) (rate(a[5m])) > 3", "a[5m]"},
      {"histogram_quantile(0.9, sum by (le) (rate(a[10m])))", "a[10m]"},
      {"max_over_time(a[30s:10s])", "a[5m30s]"},
      {"max_over_time((a / b)[1m:10s])", "all(a[6m], b[6m])"},
      {"a - a offset 1h > 5", "a"},
      {"a @ 100", "nothing"},
      {"a offset 5m", "nothing"},
      {"predict_linear(a[1h], 3600) < 0", "a[1h]"},
      {"time() - a > 10", "a"},
      {"count(a) < 2 or absent(a)", "nothing"},
      {"-a > -1", "a"},
      {"clamp(a, 0, scalar(b))", "all(a, b)"},
      {"label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\") == 1", "a"},
      {"topk(3, a) > 1", "a"},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(text_of(need_of(expr(text))), wanted) << text;
}

TEST(Ranges, TheLongestWindowCountsWithItsOffset) {
  const std::pair<const char*, base::Duration> cases[] = {
      {"up", {}},
      {"up offset 10m", base::minutes(10)},
      {"up offset -10m", {}},
      {"rate(a[5m])", base::minutes(5)},
      {"rate(a[5m] offset 1h)", base::minutes(65)},
      {"rate(a[5m]) / rate(b[1h])", base::hours(1)},
      {"max_over_time(rate(a[5m])[1h:1m])", base::minutes(65)},
      {"max_over_time(rate(a[5m])[1h:1m] offset 2h)", base::minutes(185)},
      {"1", {}},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(longest_range(expr(text)), wanted) << text;
}

TEST(Ranges, SayWhetherASelectorCanReadAName) {
  const auto may = [](const char* selector, const char* name) {
    return may_select(expr(selector).selectors().at(0).matchers, name);
  };
  EXPECT_TRUE(may("up", "up"));
  EXPECT_FALSE(may("up", "down"));
  EXPECT_TRUE(may("{__name__=~\"u.*\"}", "up"));
  EXPECT_FALSE(may("{__name__=~\"u\"}", "up"));
  EXPECT_FALSE(may("{__name__!~\"u.*\", job=\"a\"}", "up"));
  EXPECT_TRUE(may("{__name__!=\"x\", job=\"a\"}", "up"));
  EXPECT_TRUE(may("{job=\"a\"}", "up"));
}

// ---- whether the data is there ----

class EvidenceTest : public testing::Test {
 protected:
  EvidenceTest() { rule_.labels.push_back({"severity", "page", {}}); }
  Evidence of(const std::string& text) {
    need_ = need_of(expr(text));
    return {head_, need_, rule_, alert_};
  }
  void sample(const std::string& name, const std::string& instance, int64_t ms, double value = 1) {
    head_.append({{"__name__", name}, {"instance", instance}, {"job", "j"}}, ms, value);
  }

  series::Head head_;
  Rule rule_;
  model::Labels alert_{{"alertname", "A"}, {"instance", "a"}, {"severity", "page"}};
  Need need_;
};

TEST_F(EvidenceTest, IsOfTheAlertsOwnSeries) {
  sample("x", "b", 1000);
  EXPECT_FALSE(of("x").present(1000));
  sample("x", "a", 2000);
  EXPECT_TRUE(of("x").present(2000));
  EXPECT_EQ(of("x").newest_ms(2000), 2000);
  sample("x", "b", 3000);
  EXPECT_EQ(of("x").newest_ms(3000), 2000);
}

TEST_F(EvidenceTest, LabelsThatTheRuleSetsDoNotCount) {
  head_.append({{"__name__", "x"}, {"instance", "a"}, {"severity", "of the series"}}, 1000, 1);
  EXPECT_TRUE(of("x").present(1000));
}

TEST_F(EvidenceTest, AnAggregateThatLacksALabelRestsOnAllOfIt) {
  head_.append({{"__name__", "x"}, {"job", "j"}}, 1000, 1);  // no instance at all
  EXPECT_TRUE(of("sum(x)").present(1000));
}

TEST_F(EvidenceTest, AgesOutWithTheWindow) {
  sample("x", "a", 1000);
  EXPECT_TRUE(of("x").present(1000 + 300'000 - 1));
  EXPECT_FALSE(of("x").present(1000 + 300'000));  // left open, as PromQL's
  EXPECT_TRUE(of("rate(x[10m])").present(1000 + 600'000 - 1));
  EXPECT_FALSE(of("rate(x[1m])").present(1000 + 60'000));
}

TEST_F(EvidenceTest, EndsWithAStaleMarker) {
  sample("x", "a", 1000);
  sample("x", "a", 2000, model::stale_marker());
  EXPECT_FALSE(of("x").present(2000));
  EXPECT_EQ(of("x").newest_ms(2000), std::nullopt);
}

TEST_F(EvidenceTest, FreshMeansAfterThatTime) {
  sample("x", "a", 5000);
  EXPECT_TRUE(of("x").fresh(4999, 6000));
  EXPECT_FALSE(of("x").fresh(5000, 6000));
  EXPECT_FALSE(of("x").fresh(4000, 4999));
}

TEST_F(EvidenceTest, OfBothSidesTheOlderCountsOfEitherTheNewer) {
  sample("x", "a", 1000), sample("y", "a", 5000);
  EXPECT_EQ(of("x / y").newest_ms(6000), 1000);
  EXPECT_EQ(of("x or y").newest_ms(6000), 5000);
  EXPECT_EQ(of("x / z").newest_ms(6000), std::nullopt);
  EXPECT_EQ(of("x or z").newest_ms(6000), 1000);
  EXPECT_FALSE(of("x / y").fresh(2000, 6000));
  EXPECT_TRUE(of("x or y").fresh(2000, 6000));
  EXPECT_EQ(of("1").newest_ms(6000), std::nullopt);
  EXPECT_TRUE(of("1").present(6000));  // nothing is needed
}

TEST_F(EvidenceTest, ARangeIsCoveredWhenItsWindowHasBegunWithASample) {
  for (int64_t ms = 0; ms <= 120'000; ms += 10'000) sample("x", "a", ms);
  EXPECT_TRUE(of("rate(x[1m])").covered(115'000, 120'000));   // saved samples reach back
  EXPECT_FALSE(of("rate(x[5m])").covered(115'000, 120'000));  // they do not
  EXPECT_TRUE(of("rate(x[5m])").covered(-180'000, 120'000));  // it was watched as long as that
  EXPECT_TRUE(of("x").covered(115'000, 120'000));
  EXPECT_FALSE(of("x").covered(120'000, 130'000));  // nothing since
}

TEST_F(EvidenceTest, NamesAtMostTenSamples) {
  alert_ = model::Labels{{"alertname", "A"}};
  for (int i = 0; i < 15; ++i) sample("x", "i" + std::to_string(i), 1000 + i, i);
  const model::Value samples = of("x or x").samples(2000);
  EXPECT_EQ(samples.as_list().size(), 10u);
  EXPECT_EQ(model::to_json(samples.as_list()[0]),
            R"({"series":"x{instance=\"i0\", job=\"j\"}","at_ms":1000,"value":0.0})");
  EXPECT_THAT(of("1").samples(2000).as_list(), IsEmpty());
}

// ---- what ticks write ----

class OutputsTest : public testing::Test {
 protected:
  std::string last(const model::Labels& labels) {
    series::Matchers matchers;
    for (const auto& [name, value] : labels) matchers.push_back({series::Matcher::Kind::kEqual, name, value});
    const auto found = head_.select(matchers);
    series::Point point;
    if (!found.ok() || found->empty() || !found->front()->last(-1, INT64_MAX, point)) return "none";
    return model::is_stale(point.value) ? "stale" : base::format_number(point.value);
  }
  const model::Labels a_{{"__name__", "r"}, {"x", "a"}}, b_{{"__name__", "r"}, {"x", "b"}};
  series::Head head_;
  Outputs outputs_;
};

TEST_F(OutputsTest, EndWhatIsNotWrittenAgain) {
  outputs_.write(head_, a_, 1000, 1), outputs_.write(head_, b_, 1000, 2);
  EXPECT_TRUE(outputs_.finish(head_, 1000).ok());
  outputs_.write(head_, a_, 2000, 3);
  EXPECT_TRUE(outputs_.finish(head_, 2000).ok());
  EXPECT_EQ(last(a_), "3");
  EXPECT_EQ(last(b_), "stale");
  EXPECT_TRUE(outputs_.finish(head_, 3000).ok());
  EXPECT_EQ(last(a_), "stale");
}

TEST_F(OutputsTest, TheSameSampleTwiceIsNoConflictAnotherIs) {
  head_.append(a_, 1000, 1);
  outputs_.write(head_, a_, 1000, 1);
  EXPECT_TRUE(outputs_.finish(head_, 1000).ok());
  head_.append(a_, 2000, 1);
  outputs_.write(head_, a_, 2000, 7);
  const base::Status other = outputs_.finish(head_, 2000);
  EXPECT_EQ(other.error().text, "duplicate sample for timestamp");
  EXPECT_EQ(other.error().fault, base::Fault::kConflict);
  head_.append(b_, 5000, 1);
  outputs_.write(head_, b_, 4000, 1);
  EXPECT_EQ(outputs_.finish(head_, 4000).error().text, "out of order sample");
  EXPECT_TRUE(outputs_.finish(head_, 6000).ok());  // said once
  EXPECT_EQ(last(b_), "1");                        // another's series is not ended
}

}  // namespace
}  // namespace reeve::rule
