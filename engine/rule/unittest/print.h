/// \file
/// How does promtool print what was expected and what came? Alerts, samples, durations, runs.
///
/// Pure. Source: prometheus cmd/promtool/unittest.go.
#pragma once

#include <string>
#include <vector>

#include "rule/unittest/test_file.h"

namespace reeve::rule::unittest {

/// A sample as it is compared and printed.
struct Sample {
  model::Labels labels;
  double value = 0;
  std::string histogram;
};

/// Go's strconv.FormatFloat(value, 'E', -1, 64).
std::string exponent_text(double value);
/// Go's strconv.Quote.
std::string go_quote(const std::string& text);
/// Go's time.Duration.String(): "1m30s", "0s".
std::string go_duration(base::Duration duration);
/// `{__name__="up", job="x"}`, also for a bare name.
std::string labels_text(const model::Labels& labels);
std::string samples_text(const std::vector<Sample>& samples);
/// `lines` but the first begin with `indent`.
std::string indent_lines(const std::string& lines, const std::string& indent);
std::string alerts_text(const std::vector<ExpectedAlert>& alerts);
std::string runs_text(const std::vector<ExpectedRun>& runs);
/// The lines of two texts that differ, `-` expected and `+` got.
std::string diff_text(const std::string& expected, const std::string& got);

}  // namespace reeve::rule::unittest
