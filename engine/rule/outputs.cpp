#include "rule/outputs.h"

#include <bit>

#include "model/sample.h"

namespace reeve::rule {

namespace {
// Why a sample was not taken: nothing when the same one is there already.
std::string conflict_of(const series::Head& head, const model::Labels& labels, int64_t ms, double value) {
  series::Matchers matchers;
  for (const auto& [name, text] : labels) matchers.push_back({series::Matcher::Kind::kEqual, name, text});
  const auto found = head.select(matchers);
  if (!found.ok()) return {};
  for (const series::SeriesView* series : *found) {
    series::Point point;
    if (series->labels() != labels || !series->last(ms - 1, INT64_MAX, point)) continue;
    if (point.ms > ms) return "out of order sample";
    const bool same = std::bit_cast<uint64_t>(point.value) == std::bit_cast<uint64_t>(value);
    return same ? "" : "duplicate sample for timestamp";
  }
  return {};
}
}  // namespace

void Outputs::write(series::Head& head, model::Labels labels, int64_t ms, double value) {
  if (!head.append(labels, ms, value)) {
    if (const std::string conflict = conflict_of(head, labels, ms, value); !conflict.empty()) {
      conflict_ = conflict;
      return;  // the series is somebody else's to end
    }
  }
  now_.insert(std::move(labels));
}

void Outputs::write(series::Head& head, model::Labels labels, int64_t ms,
                    std::shared_ptr<const series::Histogram> value) {
  head.append(labels, ms, std::move(value));
  now_.insert(std::move(labels));
}

base::Status Outputs::finish(series::Head& head, int64_t ms) {
  for (const model::Labels& labels : before_)
    if (!now_.contains(labels)) head.append(labels, ms, model::stale_marker());
  before_ = std::move(now_);
  now_.clear();
  const std::string conflict = std::exchange(conflict_, {});
  if (conflict.empty()) return {};
  return base::Error{base::Fault::kConflict, conflict};
}

}  // namespace reeve::rule
