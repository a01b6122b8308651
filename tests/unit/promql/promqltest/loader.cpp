#include "unit/promql/promqltest/loader.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "promql/quote.h"

namespace reeve::promqltest {

namespace {
std::vector<promql::GivenSample> samples_of(const SeriesLine& line, int64_t interval_ms, const StartLine* starts) {
  std::vector<promql::GivenSample> samples;
  for (size_t i = 0; i < line.items.size(); ++i) {
    if (line.items[i].gap()) continue;
    promql::GivenSample sample;
    sample.ms = static_cast<int64_t>(i) * interval_ms;
    sample.value = line.items[i].value.value_or(0);
    sample.histogram = line.items[i].histogram;
    if (starts && i < starts->offsets_ms.size() && starts->offsets_ms[i]) {
      sample.has_start = true;
      sample.start_ms = sample.ms + *starts->offsets_ms[i];
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

// The classic series of one histogram: its buckets by bound, its count and sum.
struct Classic {
  std::map<double, const SeriesLine*> buckets;
  const SeriesLine* count = nullptr;
  const SeriesLine* sum = nullptr;
};

bool ends_with(const std::string& name, const char* suffix, std::string& base) {
  const std::string_view end(suffix);
  if (name.size() <= end.size() || std::string_view(name).substr(name.size() - end.size()) != end) return false;
  base = name.substr(0, name.size() - end.size());
  return true;
}

std::map<model::Labels, Classic> classic_histograms(const Load& load) {
  std::map<model::Labels, Classic> histograms;
  for (const SeriesLine& line : load.series) {
    std::string base;
    model::Labels labels = line.labels;
    const std::string name(labels.name());
    double bound = 0;
    if (ends_with(name, "_bucket", base) && promql::parse_float(labels.get("le"), bound)) {
      labels.erase("le");
      labels.set(model::kNameLabel, base);
      histograms[labels].buckets[bound] = &line;
    } else if (ends_with(name, "_count", base)) {
      labels.set(model::kNameLabel, base);
      histograms[labels].count = &line;
    } else if (ends_with(name, "_sum", base)) {
      labels.set(model::kNameLabel, base);
      histograms[labels].sum = &line;
    }
  }
  std::erase_if(histograms, [](const auto& entry) { return entry.second.buckets.empty(); });
  return histograms;
}

std::optional<double> value_at(const SeriesLine* line, size_t i) {
  return line && i < line->items.size() ? line->items[i].value : std::nullopt;
}

// The native histogram at one step; nothing when the classic one has no buckets there.
std::shared_ptr<const series::Histogram> nhcb_at(const Classic& classic, size_t i) {
  auto histogram = std::make_shared<series::Histogram>();
  histogram->schema = series::Histogram::kCustomSchema;
  double before = 0;
  bool any = false;
  for (const auto& [bound, line] : classic.buckets) {
    const auto count = value_at(line, i);
    if (!count) continue;
    any = true;
    if (!std::isinf(bound)) histogram->bounds.push_back(bound);
    histogram->positive.push_back(*count - before);
    before = *count;
  }
  if (!any) return nullptr;
  histogram->count = value_at(classic.count, i).value_or(before);
  histogram->sum = value_at(classic.sum, i).value_or(0);
  histogram->positive_spans = {{0, static_cast<uint32_t>(histogram->positive.size())}};
  return histogram;
}
}  // namespace

void Store::load(const Load& load) {
  for (const SeriesLine& line : load.series) {
    const auto starts = std::find_if(load.starts.begin(), load.starts.end(),
                                     [&](const StartLine& start) { return start.labels == line.labels; });
    store_.append(line.labels, samples_of(line, load.interval_ms, starts == load.starts.end() ? nullptr : &*starts));
  }
  if (load.with_nhcb) load_nhcb(load);
}

void Store::load_nhcb(const Load& load) {
  for (const auto& [labels, classic] : classic_histograms(load)) {
    size_t steps = 0;
    for (const auto& [bound, line] : classic.buckets) steps = std::max(steps, line->items.size());
    std::vector<promql::GivenSample> samples;
    for (size_t i = 0; i < steps; ++i)
      if (auto histogram = nhcb_at(classic, i))
        samples.push_back({static_cast<int64_t>(i) * load.interval_ms, 0, std::move(histogram), false, 0});
    store_.append(labels, std::move(samples));
  }
}

}  // namespace reeve::promqltest
