/// \file
/// What does a line of promqltest's series notation mean? `metric{a="b"} 1+1x5 _ stale {{sum:1}}`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "series/histogram.h"

namespace reeve::promqltest {

/// One item of a sequence; nothing set: a gap.
struct Item {
  std::optional<double> value;
  std::shared_ptr<const series::Histogram> histogram;
  bool gap() const { return !value && !histogram; }
};

struct SeriesLine {
  model::Labels labels;
  std::vector<Item> items;
};

/// Start timestamps relative to each sample's time, in ms; nothing: no start timestamp.
struct StartLine {
  model::Labels labels;
  std::vector<std::optional<int64_t>> offsets_ms;
};

base::Result<SeriesLine> parse_series(std::string_view line);
base::Result<StartLine> parse_starts(std::string_view line);
/// True for `metric{..}@st ...`.
bool is_start_line(std::string_view line);
/// A duration as promqltest has it: "5m", "1.5s" is not one; a plain number is seconds.
base::Result<int64_t> parse_ms(std::string_view text);

}  // namespace reeve::promqltest
