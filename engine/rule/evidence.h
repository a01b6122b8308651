/// \file
/// Which samples does an alert rest on, and how new are they? Asked of the series that agree with the alert's labels.
///
/// Core thread. A series agrees when no label that both have differs; labels that the rule itself sets do not count.
#pragma once

#include <cstdint>
#include <optional>

#include "model/alert.h"
#include "rule/ranges.h"
#include "rule/rule.h"

namespace reeve::rule {

class Evidence {
 public:
  /// `need` and `rule` must outlive it; `alert` are the alert's labels.
  Evidence(const series::Source& source, const Need& need, const Rule& rule, const model::Labels& alert)
      : source_(source), need_(need), rule_(rule), alert_(alert) {}
  /// Every selector that is needed has a sample in (after, at] and has not ended.
  bool fresh(int64_t after_ms, int64_t at_ms) const;
  /// As fresh(), within each selector's own window: an answer at `at` says something.
  bool present(int64_t at_ms) const;
  /// The time of the newest sample; of several selectors, of the one that is furthest behind. None: not present.
  std::optional<int64_t> newest_ms(int64_t at_ms) const;
  /// Every range that is needed reaches back over its whole window, and every selector has a sample after `since`.
  bool covered(int64_t since_ms, int64_t at_ms) const;
  /// {series, at_ms, value} of the newest samples, at most ten.
  model::Value samples(int64_t at_ms) const;

 private:
  bool agrees(const series::SeriesView& series) const;
  /// Calls f(series) for each series of a selector that agrees, until it returns true; true when one did.
  template <class F>
  bool any(const Need& selector, F&& f) const;
  std::optional<int64_t> newest_ms(const Need& need, int64_t at_ms) const;
  void samples(const Need& need, int64_t at_ms, model::Value& out) const;

  const series::Source& source_;
  const Need& need_;
  const Rule& rule_;
  const model::Labels& alert_;
};

}  // namespace reeve::rule
