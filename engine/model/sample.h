/// \file
/// What did a collector measure? Samples, and the batch in which they become visible together.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/labels.h"

namespace reeve::model {

/// The NaN that ends a series at once; any other NaN is data. Source: prometheus model/value.
inline constexpr uint64_t kStaleBits = 0x7ff0000000000002ULL;
inline double stale_marker() {
  return std::bit_cast<double>(kStaleBits);
}
inline bool is_stale(double value) {
  return std::bit_cast<uint64_t>(value) == kStaleBits;
}

struct Sample {
  Labels labels;  ///< with __name__
  double value = 0;
  std::optional<int64_t> at_ms;  ///< the source's own time; else the batch's
};

/// One whole collect of one plugin instance: all of it, or nothing.
struct Batch {
  std::string instance;  ///< `<plugin>/<name>`
  base::Time started;    ///< when the collect began: the time of its samples
  base::Duration took;
  bool ok = true;
  std::string error;  ///< why not ok; then samples is empty
  std::vector<Sample> samples;
};

}  // namespace reeve::model
