/// \file
/// Does a rule set do what a test expects? Runs one test on a virtual clock.
///
/// Core thread (it makes a loop of its own). Source: prometheus cmd/promtool/unittest.go.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "rule/evaluation.h"
#include "rule/unittest/print.h"
#include "rule/unittest/series_text.h"
#include "rule/unittest/test_file.h"

namespace reeve::rule::unittest {

class TestRun {
 public:
  /// `rules` in the order of evaluation. The arguments must outlive it.
  TestRun(const TestFile& file, const Test& test, const RuleSet& rules, bool diff);
  ~TestRun();
  /// Everything that is not as expected, each as promtool prints it; empty: the test passes.
  std::vector<std::string> run();

 private:
  /// Chance has no part in a test: nobody compares the ids that it makes.
  class Fixed : public base::Random {
   public:
    void fill(uint8_t* bytes, size_t count) override { std::fill_n(bytes, count, ++count_); }

   private:
    uint8_t count_ = 0;
  };
  struct Feed {  // an input series on its way
    model::Labels labels;
    std::vector<Cell> cells;
    size_t next = 0;
    std::shared_ptr<const series::Histogram> before = nullptr;  // of a series of histograms
  };

  bool load();
  base::Duration last_time() const;
  bool tick(base::Duration at);
  void events_until(base::Duration at);
  void feed_until(base::Time at);
  void check_between(base::Duration from, base::Duration to);
  void check_alerts(const AlertTest& wanted);
  void check_runs(const RunTest& wanted);
  void check_expr(const ExprTest& wanted);
  std::vector<model::Alert> firing(const std::string& alertname) const;
  std::vector<ExpectedRun> runs_of(const RunTest& wanted, std::string& why) const;
  bool same(const std::vector<Sample>& wanted, const std::vector<Sample>& got) const;
  void fail(const std::string& head, const std::string& expected, const std::string& got, const std::string& tail = {});
  base::Time at(base::Duration since) const { return test_.start + since; }

  const TestFile& file_;
  const Test& test_;
  const bool diff_;
  base::ManualLoop loop_;
  Fixed random_;
  std::unique_ptr<series::Head> head_;
  std::unique_ptr<Engine> engine_;
  std::vector<Feed> feeds_;
  std::vector<InputEvent> events_;
  size_t next_event_ = 0;
  std::vector<std::string> rule_errors_, errors_;
};

}  // namespace reeve::rule::unittest
