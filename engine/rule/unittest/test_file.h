/// \file
/// What does a rule unit-test file ask? promtool's format, read strictly, with reeve's `events`, `responses`,
/// `run_test`.
///
/// Pure, any thread. Source: prometheus cmd/promtool/unittest.go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/event.h"
#include "response/response.h"
#include "yaml/yaml.h"

namespace reeve::rule::unittest {

struct InputSeries {
  yaml::Node series, values;  ///< read when the test runs, so that another test's fault is not in the way
};

/// An event to inject, `at` after the test's start.
struct InputEvent {
  base::Duration at;
  model::Event event;
};

struct ExpectedAlert {
  model::Labels labels, annotations;
};
struct AlertTest {
  base::Duration eval_time;
  std::string alertname;
  std::vector<ExpectedAlert> alerts;
};

struct ExpectedSample {
  std::string labels;  ///< as written
  double value = 0;
  std::string histogram;  ///< as written; empty: none
};
struct ExprTest {
  std::string expr;
  base::Duration eval_time;
  std::vector<ExpectedSample> samples;
};

/// Which runs the firing alerts of that name would start.
struct ExpectedRun {
  std::string runbook;
  model::Value with = model::Value::map();
  std::string mode;  ///< empty: not compared
};
struct RunTest {
  base::Duration eval_time;
  std::string alertname;
  std::vector<ExpectedRun> runs;
};

struct Test {
  std::string name;
  base::Duration interval;
  base::Time start;
  std::vector<InputSeries> series;
  std::vector<InputEvent> events;
  std::vector<AlertTest> alert_tests;
  std::vector<ExprTest> expr_tests;
  std::vector<RunTest> run_tests;
  model::Labels external_labels;
  std::string external_url;
};

struct TestFile {
  std::string path;
  std::vector<std::string> rule_files;  ///< as written
  base::Duration evaluation_interval = base::minutes(1);
  std::vector<std::string> group_order;
  bool fuzzy = false;
  std::vector<response::Response> responses;
  std::vector<Test> tests;
};

/// \errors kInvalid with places; kNotFound.
base::Result<TestFile> read_test_file(const std::string& path);
/// The same of what was read already. \errors kInvalid with places.
base::Result<TestFile> read_tests(const yaml::Node& root, const std::string& path);

}  // namespace reeve::rule::unittest
