/// \file
/// What series has `reeve promql --stdio` been given? A head that also takes samples out of order.
///
/// Native histograms get the reset hints that Prometheus' storage would give them: each says whether its counter began
/// anew since the one before.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "series/series.h"

namespace reeve::promql {

/// One sample as it was given: a float, or a histogram.
struct GivenSample {
  int64_t ms = 0;
  double value = 0;
  std::shared_ptr<const series::Histogram> histogram;
  bool has_start = false;
  int64_t start_ms = 0;
};

class DriveStore {
 public:
  DriveStore();
  void clear();
  /// Of two samples at one time the later given one stays.
  void append(const model::Labels& labels, std::vector<GivenSample> samples);
  const series::Source& source() const { return *head_; }

 private:
  bool put(const model::Labels& labels, const GivenSample& sample);
  std::shared_ptr<const series::Histogram> hinted(const model::Labels& labels, const GivenSample& sample);
  void rebuild(const model::Labels& labels, const std::vector<GivenSample>& late);
  std::unique_ptr<series::Head> head_;
  /// The newest sample of each series that has histograms, when it is one.
  std::map<model::Labels, std::shared_ptr<const series::Histogram>> newest_;
};

}  // namespace reeve::promql
