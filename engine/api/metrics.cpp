#include "api/metrics.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace reeve::api {

namespace {
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

// `name{a="b",le="5"} 3`; `le` empty: no bucket.
void append_line(std::string& out, const std::string& name, const model::Labels& labels, std::string_view le,
                 const std::string& value) {
  out += name;
  char before = '{';
  const auto label = [&](std::string_view key, std::string_view text) {
    out += before;
    before = ',';
    out += key;
    out += "=\"";
    append_escaped(out, text, true);
    out += '"';
  };
  for (const auto& [key, text] : labels) label(key, text);
  if (!le.empty()) label("le", le);
  if (before == ',') out += '}';
  out += ' ';
  out += value;
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const model::Labels& labels,
                      const Histogram& histogram) {
  uint64_t count = 0;
  for (size_t i = 0; i <= histogram.bounds().size(); ++i) {
    count += histogram.bucket(i);
    const std::string le = i < histogram.bounds().size() ? base::format_number(histogram.bounds()[i]) : "+Inf";
    append_line(out, name + "_bucket", labels, le, std::to_string(count));
  }
  append_line(out, name + "_sum", labels, "", base::format_number(histogram.sum()));
  append_line(out, name + "_count", labels, "", std::to_string(count));
}

bool is_total(const std::string& name) {
  return name.ends_with("_total");
}
}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {
  REEVE_ASSERT(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  double before = sum_.load(std::memory_order_relaxed);
  while (!sum_.compare_exchange_weak(before, before + value, std::memory_order_relaxed)) {
  }
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& help, Kind kind) {
  const auto [found, is_new] = families_.try_emplace(name);
  if (is_new) {
    found->second.kind = kind;
    found->second.help = help;
  }
  REEVE_ASSERT(found->second.kind == kind);
  return found->second;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const model::Labels& labels) {
  REEVE_ASSERT(is_total(name));
  auto& slot = family(name, help, Kind::kCounter).counters[labels];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const model::Labels& labels) {
  auto& slot = family(name, help, Kind::kGauge).gauges[labels];
  if (!slot) slot = std::make_unique<Gauge>();
  return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, std::vector<double> bounds,
                              const model::Labels& labels) {
  auto& slot = family(name, help, Kind::kHistogram).histograms[labels];
  if (!slot) slot = std::make_unique<Histogram>(std::move(bounds));
  return *slot;
}

void Metrics::ask(const std::string& name, const std::string& help, std::function<std::vector<Reading>()> read) {
  family(name, help, Kind::kAsked).read = std::move(read);
}

void Metrics::ask(const std::string& name, const std::string& help, std::function<double()> read) {
  ask(name, help, [read = std::move(read)] { return std::vector<Reading>{{model::Labels{}, read()}}; });
}

void Metrics::print(std::string& out, const std::string& name, const Family& family) {
  out += "# HELP " + name + ' ';
  append_escaped(out, family.help, false);
  const bool counts = family.kind == Kind::kCounter || (family.kind == Kind::kAsked && is_total(name));
  out += "\n# TYPE " + name + (family.kind == Kind::kHistogram ? " histogram\n" : counts ? " counter\n" : " gauge\n");
  for (const auto& [labels, counter] : family.counters)
    append_line(out, name, labels, "", std::to_string(counter->value()));
  for (const auto& [labels, gauge] : family.gauges)
    append_line(out, name, labels, "", base::format_number(gauge->value()));
  for (const auto& [labels, histogram] : family.histograms) append_histogram(out, name, labels, *histogram);
  if (!family.read) return;
  for (const auto& [labels, value] : family.read()) append_line(out, name, labels, "", base::format_number(value));
}

std::string Metrics::text() const {
  std::string out;
  for (const auto& [name, family] : families_) print(out, name, family);
  return out;
}

}  // namespace reeve::api
