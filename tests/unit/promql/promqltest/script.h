/// \file
/// What does a script of promqltest ask for? Its commands, read from text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "unit/promql/promqltest/notation.h"

namespace reeve::promqltest {

struct Load {
  int64_t interval_ms = 0;
  bool with_nhcb = false;  ///< also native histograms with custom buckets from the classic ones
  std::vector<SeriesLine> series;
  std::vector<StartLine> starts;
};

/// What an annotation or error must say.
struct Expected {
  enum class How { kAny, kText, kRegex } how = How::kAny;
  std::string text;
};

struct Eval {
  int line = 0;
  bool range = false;
  int64_t at_ms = 0, end_ms = 0, step_ms = 0;  ///< a range begins at at_ms
  std::string expr;
  bool ordered = false, fail = false, no_warn = false, no_info = false;
  Expected failure;
  std::vector<Expected> warnings, infos;
  struct RangeVector {
    int64_t start_ms = 0, end_ms = 0, step_ms = 0;
  };
  std::optional<RangeVector> range_vector;  ///< an instant query that answers a matrix
  std::optional<std::string> string;
  std::optional<double> scalar;
  std::vector<SeriesLine> results;
};

struct Command {
  enum class Kind { kClear, kLoad, kEval } kind = Kind::kClear;
  Load load;
  Eval eval;
};

/// \errors kInvalid: `line 12: ...`.
base::Result<std::vector<Command>> parse_script(const std::string& text);

}  // namespace reeve::promqltest
