#include "rule/evidence.h"

#include <algorithm>

namespace reeve::rule {

namespace {
constexpr size_t kMostSamples = 10;

// Whether `need` holds, where `holds` says so for a selector.
template <class F>
bool all_hold(const Need& need, F&& holds) {
  switch (need.kind) {
    case Need::Kind::kNothing:
      return true;
    case Need::Kind::kSelector:
      return holds(need);
    case Need::Kind::kAll:
      return std::all_of(need.parts.begin(), need.parts.end(), [&](const Need& p) { return all_hold(p, holds); });
    case Need::Kind::kAny:
      return std::any_of(need.parts.begin(), need.parts.end(), [&](const Need& p) { return all_hold(p, holds); });
  }
  return true;
}

// The newest sample of a series that has not ended.
bool newest(const series::SeriesView& series, int64_t after_ms, int64_t at_ms, series::Point& point) {
  if (series.last(after_ms, at_ms, point) && !model::is_stale(point.value)) return true;
  if (!series.has_extras()) return false;
  std::vector<series::HistogramPoint> histograms;
  series.histograms(after_ms, at_ms, histograms);
  if (histograms.empty() || histograms.back().ms <= point.ms) return false;
  point = {histograms.back().ms, histograms.back().value->sum};
  return true;
}
}  // namespace

bool Evidence::agrees(const series::SeriesView& series) const {
  const model::Labels& labels = series.labels();
  return std::all_of(alert_.begin(), alert_.end(), [&](const model::Labels::Pair& label) {
    if (label.first == model::kAlertNameLabel) return true;
    const auto set_by_rule = [&](const NamedTemplate& own) { return own.name == label.first; };
    if (std::any_of(rule_.labels.begin(), rule_.labels.end(), set_by_rule)) return true;
    const std::string_view value = labels.get(label.first);
    return value.empty() || value == label.second;
  });
}

template <class F>
bool Evidence::any(const Need& selector, F&& f) const {
  const auto found = source_.select(selector.matchers);
  if (!found.ok()) return false;  // a regular expression too big to compile: no data, which keeps and never acts
  return std::any_of(found->begin(), found->end(),
                     [&](const series::SeriesView* series) { return agrees(*series) && f(*series); });
}

bool Evidence::fresh(int64_t after_ms, int64_t at_ms) const {
  return all_hold(need_, [&](const Need& selector) {
    return any(selector, [&](const series::SeriesView& series) {
      series::Point point;
      return newest(series, after_ms, at_ms, point);
    });
  });
}

bool Evidence::present(int64_t at_ms) const {
  return all_hold(need_, [&](const Need& selector) {
    return any(selector, [&](const series::SeriesView& series) {
      series::Point point;
      return newest(series, at_ms - selector.window.ms(), at_ms, point);
    });
  });
}

bool Evidence::covered(int64_t since_ms, int64_t at_ms) const {
  return all_hold(need_, [&](const Need& selector) {
    const int64_t window = selector.window.ms();
    if (selector.range && at_ms - since_ms >= window) return true;
    return any(selector, [&](const series::SeriesView& series) {
      series::Point point;
      if (!newest(series, since_ms, at_ms, point)) return false;
      // Saved series count: the window must begin with a sample, give or take a tenth.
      const int64_t begin = at_ms - window;
      return !selector.range || series.last(begin - window, begin + window / 10, point);
    });
  });
}

std::optional<int64_t> Evidence::newest_ms(int64_t at_ms) const {
  return newest_ms(need_, at_ms);
}

std::optional<int64_t> Evidence::newest_ms(const Need& need, int64_t at_ms) const {
  std::optional<int64_t> out;
  if (need.kind == Need::Kind::kSelector) {
    any(need, [&](const series::SeriesView& series) {
      series::Point point;
      if (newest(series, at_ms - need.window.ms(), at_ms, point) && (!out || point.ms > *out)) out = point.ms;
      return false;
    });
    return out;
  }
  for (const Need& part : need.parts) {
    if (part.kind == Need::Kind::kNothing) continue;
    const std::optional<int64_t> ms = newest_ms(part, at_ms);
    const bool all = need.kind == Need::Kind::kAll;
    if (all && !ms) return std::nullopt;
    if (ms && (!out || (all ? *ms < *out : *ms > *out))) out = ms;
  }
  return out;
}

model::Value Evidence::samples(int64_t at_ms) const {
  model::Value out = model::Value::list();
  samples(need_, at_ms, out);
  return out;
}

void Evidence::samples(const Need& need, int64_t at_ms, model::Value& out) const {
  for (const Need& part : need.parts) samples(part, at_ms, out);
  if (need.kind != Need::Kind::kSelector) return;
  any(need, [&](const series::SeriesView& series) {
    series::Point point;
    if (out.as_list().size() >= kMostSamples) return true;
    if (!newest(series, at_ms - need.window.ms(), at_ms, point)) return false;
    model::Value sample = model::Value::map();
    sample.set("series", series.labels().text()).set("at_ms", point.ms).set("value", point.value);
    if (std::find(out.as_list().begin(), out.as_list().end(), sample) == out.as_list().end()) out.push(sample);
    return false;
  });
}

}  // namespace reeve::rule
