/// \file
/// What does the engine count about itself? A registry of counters, gauges and histograms, and its Prometheus text.
///
/// Any thread may change a value (relaxed atomics); registering and text() are the core thread's. Metrics live as long
/// as the registry. Source: the Prometheus text exposition format 0.0.4.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/labels.h"

namespace reeve::api {

class Counter {
 public:
  void add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  /// Of the bucket that ends at bounds()[i], not cumulative; the last one is +Inf.
  uint64_t bucket(size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;  // upper, rising
  std::vector<std::atomic<uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

class Metrics {
 public:
  /// The counter of that name and labels; made at first use. A name has one kind and one help; another kind is a broken
  /// promise. Names of counters end in `_total`.
  Counter& counter(const std::string& name, const std::string& help, const model::Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const model::Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, std::vector<double> bounds,
                       const model::Labels& labels = {});
  /// Values that somebody else counts, asked at each text(): counters when `name` ends in `_total`, else gauges.
  using Reading = std::pair<model::Labels, double>;
  void ask(const std::string& name, const std::string& help, std::function<std::vector<Reading>()> read);
  void ask(const std::string& name, const std::string& help, std::function<double()> read);

  /// All of it, families sorted by name.
  std::string text() const;

 private:
  enum class Kind { kCounter, kGauge, kHistogram, kAsked };
  struct Family {
    Kind kind = Kind::kCounter;
    std::string help;
    std::map<model::Labels, std::unique_ptr<Counter>> counters;
    std::map<model::Labels, std::unique_ptr<Gauge>> gauges;
    std::map<model::Labels, std::unique_ptr<Histogram>> histograms;
    std::function<std::vector<Reading>()> read;
  };
  Family& family(const std::string& name, const std::string& help, Kind kind);
  static void print(std::string& out, const std::string& name, const Family& family);
  std::map<std::string, Family> families_;
};

}  // namespace reeve::api
