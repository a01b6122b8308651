// What stops an evaluation: too many samples, a deadline, another thread; and what an expression says that it reads.
#include <gtest/gtest.h>

#include "promql/drive_store.h"
#include "promql/promql.h"

namespace reeve::promql {
namespace {

class Limits : public testing::Test {
 protected:
  Limits() {
    for (int n = 0; n < 10; ++n) {
      model::Labels labels;
      labels.set(model::kNameLabel, "m");
      labels.set("n", std::to_string(n));
      std::vector<GivenSample> samples;
      for (int64_t i = 0; i < 100; ++i) samples.push_back({i * 1000, static_cast<double>(i), nullptr, false, 0});
      store_.append(labels, std::move(samples));
    }
  }

  base::Result<Answer> ask(const char* text, const Options& options, const Cancel* cancel = nullptr) const {
    return instant(*parse(text), store_.source(), 99000, options, cancel);
  }
  DriveStore store_;
};

TEST_F(Limits, TooManySamplesAreRefused) {
  struct Case {
    const char* expr;
    int64_t enough, too_few;
  };
  // Ten series: one sample each for a selector, fifty each in the window.
  const Case cases[] = {{"m", 20, 5},
                        {"sum(m)", 40, 5},
                        {"sum_over_time(m[50s])", 2000, 100},
                        {"max_over_time(m[50s:1s])", 4000, 300},
                        {"m[50s]", 2000, 100}};
  for (const Case& c : cases) {
    Options options;
    options.max_samples = c.enough;
    const auto fits = ask(c.expr, options);
    EXPECT_TRUE(fits.ok()) << c.expr << ": " << fits.error().text;
    options.max_samples = c.too_few;
    const auto refused = ask(c.expr, options);
    ASSERT_FALSE(refused.ok()) << c.expr;
    EXPECT_EQ(refused.error().fault, base::Fault::kRefused) << c.expr;
    EXPECT_EQ(refused.error().text, "query processing would load too many samples into memory in query execution");
  }
}

TEST_F(Limits, ARangeQueryOfTooManyStepsIsRefusedBeforeItRuns) {
  const auto answer = range(*parse("m"), store_.source(), 0, INT64_MAX / 2, 1);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, base::Fault::kRefused);
  const auto endless = range(*parse("1"), store_.source(), INT64_MIN + 1, INT64_MAX - 1, 1);
  ASSERT_FALSE(endless.ok());
}

TEST_F(Limits, ASubqueryOfTooManyStepsIsRefused) {
  const auto answer = ask("count_over_time(m[200y:1ms])", {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, base::Fault::kRefused);
}

TEST_F(Limits, AnotherThreadEndsIt) {
  const char* const long_one = "max_over_time(sum_over_time(m[50s])[90s:10ms])";
  Cancel cancel;
  EXPECT_TRUE(ask(long_one, {}, &cancel).ok());
  cancel.requested = true;
  const auto answer = ask(long_one, {}, &cancel);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, base::Fault::kTimeout);
  EXPECT_EQ(answer.error().text, "query was canceled in expression evaluation");
}

// Every look at the clock costs a second.
class SlowClock final : public base::Clock {
 public:
  base::Time wall() const override { return {}; }
  base::Boot boot() const override { return base::Boot{} + base::seconds(++looks_); }
  std::string boot_id() const override { return "slow"; }

 private:
  mutable int64_t looks_ = 0;
};

TEST_F(Limits, TheDeadlineEndsIt) {
  SlowClock clock;
  Options options;
  options.clock = &clock;
  options.deadline = clock.boot() + base::hours(24);
  EXPECT_TRUE(ask("sum_over_time(m[50s])", options).ok());
  options.deadline = clock.boot();
  const auto answer = ask("max_over_time(sum_over_time(m[50s])[90s:10ms])", options);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, base::Fault::kTimeout);
  EXPECT_EQ(answer.error().text, "query timed out in expression evaluation");
}

struct Reads {
  const char* expr;
  int64_t window_s;
  std::vector<int64_t> selectors_s;
  bool subquery = false;
};

TEST(Expr, SaysHowFarBackItReads) {
  const Reads table[] = {
      {"1", 0, {}},
      {"m", 300, {300}},
      {"m offset 1h", 3900, {3900}},
      {"rate(m[10m])", 600, {600}},
      {"rate(m[10m] offset 1m)", 660, {660}},
      {"m + rate(n[1h])", 3600, {300, 3600}},
      {"sum(m) / on() group_left avg_over_time(n[1d])", 86400, {300, 86400}},
      {"max_over_time(m[1h:1m])", 3900, {3900}, true},
      {"max_over_time(rate(m[5m])[1h:1m] offset 1h)", 7500, {7500}, true},
      {"absent(m)", 300, {300}},
  };
  for (const Reads& reads : table) {
    const auto expr = parse(reads.expr);
    ASSERT_TRUE(expr.ok()) << reads.expr;
    EXPECT_EQ(expr->window().ms() / 1000, reads.window_s) << reads.expr;
    std::vector<int64_t> windows;
    for (const Selector& selector : expr->selectors()) windows.push_back(selector.window.ms() / 1000);
    EXPECT_EQ(windows, reads.selectors_s) << reads.expr;
    EXPECT_EQ(expr->has_subquery(), reads.subquery) << reads.expr;
  }
}

TEST(Expr, TheLookBackIsAnOption) {
  Options options;
  options.lookback = base::seconds(7);
  EXPECT_EQ(parse("m", options)->window().ms(), 7000);
  EXPECT_EQ(parse("rate(m[1m])", options)->window().ms(), 60000);
}

TEST(Expr, KnowsWhatIsAskedForInItsAbsence) {
  const auto expr = parse("absent(a) or absent_over_time(b[5m]) or c or sum(absent(d{x=\"y\"}))");
  std::string absent;
  for (const Selector& selector : expr->selectors())
    if (selector.absent) absent += selector.matchers.back().value + " ";
  EXPECT_EQ(absent, "a b d ");
}

}  // namespace
}  // namespace reeve::promql
