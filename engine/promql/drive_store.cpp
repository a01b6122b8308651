#include "promql/drive_store.h"

#include "promql/histogram_math.h"

namespace reeve::promql {

namespace {
std::unique_ptr<series::Head> empty_head() {
  series::HeadLimits limits;
  limits.memory_bytes = 4LL << 30;
  return std::make_unique<series::Head>(limits);
}

// All that a series holds, by time.
std::map<int64_t, GivenSample> samples_of(const series::SeriesView& series) {
  std::map<int64_t, GivenSample> samples;
  std::vector<series::Point> points;
  std::vector<series::HistogramPoint> histograms;
  std::vector<series::StartPoint> starts;
  series.points(INT64_MIN, INT64_MAX, points);
  series.histograms(INT64_MIN, INT64_MAX, histograms);
  series.starts(INT64_MIN, INT64_MAX, starts);
  for (const auto& point : points) samples[point.ms] = {point.ms, point.value, nullptr, false, 0};
  for (const auto& point : histograms) samples[point.ms] = {point.ms, 0, point.value, false, 0};
  for (const auto& start : starts) {
    samples[start.ms].has_start = true;
    samples[start.ms].start_ms = start.start_ms;
  }
  return samples;
}
}  // namespace

DriveStore::DriveStore() : head_(empty_head()) {}

void DriveStore::clear() {
  head_ = empty_head();
  newest_.clear();
}

std::shared_ptr<const series::Histogram> DriveStore::hinted(const model::Labels& labels, const GivenSample& sample) {
  using Hint = series::Histogram::ResetHint;
  const auto before = newest_.find(labels);
  if (!sample.histogram) {
    if (before != newest_.end()) before->second = nullptr;
    return nullptr;
  }
  std::shared_ptr<const series::Histogram> known = before == newest_.end() ? nullptr : before->second;
  newest_[labels] = sample.histogram;
  const series::Histogram& now = *sample.histogram;
  if (now.hint == Hint::kGauge || now.hint == Hint::kReset) return sample.histogram;
  const bool comparable = known && known->hint != Hint::kGauge && known->schema == now.schema &&
                          known->zero_threshold == now.zero_threshold && known->bounds == now.bounds;
  if (!comparable) return with_hint(now, Hint::kUnknown);
  const bool reset = is_reset(*with_hint(now, Hint::kUnknown), *known);
  return with_hint(now, reset ? Hint::kReset : Hint::kNotReset);
}

bool DriveStore::put(const model::Labels& labels, const GivenSample& sample) {
  const bool added = sample.histogram ? head_->append(labels, sample.ms, hinted(labels, sample))
                                      : head_->append(labels, sample.ms, sample.value);
  if (added && !sample.histogram) hinted(labels, sample);
  if (added && sample.has_start) head_->set_start(labels, sample.ms, sample.start_ms);
  return added;
}

void DriveStore::append(const model::Labels& labels, std::vector<GivenSample> samples) {
  std::map<int64_t, GivenSample> by_time;
  for (GivenSample& sample : samples) by_time[sample.ms] = std::move(sample);
  std::vector<GivenSample> late;
  for (const auto& [ms, sample] : by_time)
    if (!put(labels, sample)) late.push_back(sample);
  if (!late.empty()) rebuild(labels, late);
}

void DriveStore::rebuild(const model::Labels& labels, const std::vector<GivenSample>& late) {
  const std::unique_ptr<series::Head> old = std::move(head_);
  clear();
  const auto all = old->select({});
  if (!all.ok()) return;
  for (const series::SeriesView* series : all.value()) {
    std::map<int64_t, GivenSample> samples = samples_of(*series);
    if (series->labels() == labels)
      for (const GivenSample& sample : late) samples[sample.ms] = sample;
    for (const auto& [ms, sample] : samples) put(series->labels(), sample);
  }
}

}  // namespace reeve::promql
