// A head under thousands of random steps agrees with the simplest store there is: a map of maps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "series/matching.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;
constexpr int64_t kMinute = 60000;

// What a head should hold, without any cleverness. Values by their bits, so that NaNs compare.
class Plain {
 public:
  bool append(const Labels& labels, int64_t ms, double value) {
    auto& samples = series_[labels];
    if (!samples.empty() && samples.rbegin()->first >= ms) return false;
    samples[ms] = std::bit_cast<uint64_t>(value);
    return true;
  }
  void append(const model::Batch& batch) {
    const int64_t ms = batch.started.ms();
    std::set<Labels> present;
    for (const model::Sample& sample : batch.samples) {
      append(sample.labels, sample.at_ms.value_or(ms), sample.value);
      present.insert(sample.labels);
      own_time_[sample.labels] = sample.at_ms.has_value();
    }
    for (const Labels& labels : members_[batch.instance])
      if (!present.count(labels)) end(labels, ms);
    members_[batch.instance] = present;
  }
  void forget(const std::string& instance, int64_t ms) {
    for (const Labels& labels : members_[instance]) end(labels, ms);
    members_.erase(instance);
  }
  std::map<Labels, std::map<int64_t, uint64_t>>& all() { return series_; }

 private:
  void end(const Labels& labels, int64_t ms) {
    const auto& samples = series_[labels];
    if (samples.empty() || samples.rbegin()->second == model::kStaleBits) return;
    append(labels, own_time_[labels] ? samples.rbegin()->first + 1 : ms, model::stale_marker());
  }
  std::map<Labels, std::map<int64_t, uint64_t>> series_;
  std::map<std::string, std::set<Labels>> members_;
  std::map<Labels, bool> own_time_;
};

class Random : public testing::Test {
 protected:
  Labels labels() {
    Labels out{{"__name__", "m" + std::to_string(random_() % 3)}, {"i", std::to_string(random_() % 12)}};
    if (random_() % 2) out.set("zone", random_() % 2 ? "eu" : "us");
    return out;
  }
  double value() {
    switch (random_() % 8) {
      case 0:
        return std::bit_cast<double>(0x7ff8000000000000ULL | random_() % 100);
      case 1:
        return -0.0;
      case 2:
        return static_cast<double>(random_()) * 1e280;
      default:
        return static_cast<double>(random_() % 100000) / 100;
    }
  }
  model::Batch batch(int64_t ms) {
    model::Batch b;
    b.instance = "plugin/" + std::to_string(random_() % 3);
    b.started = base::time_from_ms(ms);
    b.ok = random_() % 10 != 0;
    for (size_t n = b.ok ? random_() % 10 : 0; n > 0; --n) {
      b.samples.push_back({labels(), value(), std::nullopt});
      if (random_() % 6 == 0) b.samples.back().at_ms = ms - static_cast<int64_t>(random_() % 30000);
    }
    return b;
  }

  // Everything between two times, from the head and from the map.
  void compare(const Source& head, Plain& plain, int64_t from_ms, int64_t to_ms) {
    const auto found = head.select({{Kind::kRegex, "__name__", ".+"}});
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), plain.all().size());
    for (const SeriesView* series : *found) {
      std::vector<Point> points;
      series->points(from_ms, to_ms, points);
      std::map<int64_t, uint64_t> got, want;
      for (const Point& p : points) got[p.ms] = std::bit_cast<uint64_t>(p.value);
      for (const auto& [ms, bits] : plain.all()[series->labels()])
        if (ms > from_ms && ms <= to_ms) want[ms] = bits;
      ASSERT_EQ(points.size(), got.size()) << series->labels().text() << ": a time twice";
      ASSERT_EQ(got, want) << series->labels().text();
      Point newest;
      ASSERT_EQ(series->last(from_ms, to_ms, newest), !want.empty());
      if (!want.empty()) {
        ASSERT_EQ(newest.ms, want.rbegin()->first);
        ASSERT_EQ(std::bit_cast<uint64_t>(newest.value), want.rbegin()->second);
      }
    }
  }

  std::mt19937_64 random_{20261124};
};

TEST_F(Random, BatchesAndSinglesAgreeWithAMap) {
  for (int round = 0; round < 20; ++round) {
    Head head;
    Plain plain;
    int64_t ms = 0;
    for (int step = 0; step < 300; ++step) {
      ms += static_cast<int64_t>(random_() % 20000);
      const uint64_t die = random_() % 20;
      if (die == 0) {
        const std::string instance = "plugin/" + std::to_string(random_() % 3);
        head.forget_instance(instance, ms);
        plain.forget(instance, ms);
      } else if (die < 8) {
        const Labels one = labels();
        const double v = value();
        const int64_t at = ms - static_cast<int64_t>(random_() % 10000);
        ASSERT_EQ(head.append(one, at, v), plain.append(one, at, v));
      } else {
        const model::Batch b = batch(ms);
        head.append(b);
        plain.append(b);
      }
    }
    compare(head, plain, INT64_MIN, INT64_MAX);
    for (int i = 0; i < 20; ++i) {
      const auto from = static_cast<int64_t>(random_() % static_cast<uint64_t>(ms + 1));
      compare(head, plain, from, from + static_cast<int64_t>(random_() % 500000));
    }
  }
}

TEST_F(Random, AViewStaysAsItWasWhateverFollows) {
  Head head;
  Plain plain;
  const Matchers all{{Kind::kRegex, "__name__", ".+"}};
  std::vector<std::pair<std::shared_ptr<const Source>, Plain>> moments;
  int64_t ms = 0;
  for (int step = 0; step < 400; ++step) {
    ms += 1 + static_cast<int64_t>(random_() % 5000);
    const model::Batch b = batch(ms);
    head.append(b);
    plain.append(b);
    if (step % 40 == 7) moments.emplace_back(head.view({all}), plain);
  }
  head.expire(ms + 1000 * kMinute);
  EXPECT_EQ(head.series_count(), 0u);
  for (auto& [view, then] : moments) compare(*view, then, INT64_MIN, INT64_MAX);
}

TEST_F(Random, WhatIsKeptAfterExpireIsWhatTheWindowNeeds) {
  Head head;
  Plain plain;
  int64_t ms = 0;
  for (int step = 0; step < 2000; ++step) {
    ms += static_cast<int64_t>(random_() % 10000);
    const Labels one = labels();
    const double v = value();
    head.append(one, ms, v);
    plain.append(one, ms, v);
    if (step % 50 == 0) head.expire(ms);
  }
  head.expire(ms);
  const int64_t since = ms - 15 * kMinute;
  std::erase_if(plain.all(), [&](const auto& entry) { return entry.second.rbegin()->first <= since; });
  compare(head, plain, since, INT64_MAX);
}

TEST_F(Random, SavedAndLoadedItIsTheSame) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "reeve-random-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  auto head = std::make_unique<Head>();
  Plain plain;
  int64_t ms = 0;
  for (int step = 0; step < 1000; ++step) {
    ms += static_cast<int64_t>(random_() % 500);
    const Labels one = labels();
    const double v = value();
    ASSERT_EQ(head->append(one, ms, v), plain.append(one, ms, v));
    if (step % 100 != 99) continue;
    ASSERT_TRUE(head->save(folder).ok());
    head = std::make_unique<Head>();
    head->load(folder, ms);
    compare(*head, plain, INT64_MIN, INT64_MAX);
  }
  fs::remove_all(folder);
}

// The index, its caches and its shortcuts against asking every series.
TEST_F(Random, SelectorsFindWhatAskingEverySeriesFinds) {
  const char* const patterns[] = {"",    "m0",  "m1|m2",  "m.",   "m.+", ".*",  ".+",  "1.*",     "[0-5]",   "(eu|us)",
                                  "eu|", "e.*", "(?i)EU", ".*u.", "x",   "1|2", "1?.", "(1|2).*", "m[01]|x", "^m1$"};
  Head head;
  std::vector<Labels> born;
  int64_t ms = 0;
  for (int round = 0; round < 60; ++round) {
    for (int i = 0; i < 10; ++i) {
      const Labels one = labels();
      if (head.append(one, ++ms, 1) && std::find(born.begin(), born.end(), one) == born.end()) born.push_back(one);
    }
    for (int i = 0; i < 40; ++i) {
      Matchers matchers;
      for (size_t n = 1 + random_() % 3; n > 0; --n) {
        const char* const name = std::array{"__name__", "i", "zone", "nolabel"}[random_() % 4];
        matchers.push_back({static_cast<Kind>(random_() % 4), name, patterns[random_() % std::size(patterns)]});
      }
      const auto compiled = compile(matchers);
      ASSERT_TRUE(compiled.ok());
      std::vector<std::string> want, got;
      for (const Labels& one : born)
        if (matches(*compiled, one)) want.push_back(one.text());
      const auto found = head.select(matchers);
      for (const SeriesView* series : *found) got.push_back(series->labels().text());
      ASSERT_EQ(got, want) << cache_key(matchers) << " (in the order of birth)";
    }
  }
}

}  // namespace
}  // namespace reeve::series
