// What one process of a plugin holds on its own: the samples of a collect, and the fences of runs.
#include <gtest/gtest.h>

#include <cmath>

#include "model/msgpack.h"
#include "plugin/fences.h"
#include "plugin/limits.h"
#include "plugin/process/batch.h"

namespace reeve::plugin {
namespace {

reeve_text text(const std::string& s) {
  return {s.data(), s.size()};
}

struct Sample {
  explicit Sample(std::string called, size_t count = 0, std::string value = "v") : name(std::move(called)) {
    for (size_t i = 0; i < count; ++i) names.push_back("l" + std::to_string(i));
    values.assign(count, std::move(value));
  }
  bool add_to(Batch& batch) {
    labels.clear();
    for (size_t i = 0; i < names.size(); ++i) labels.push_back({text(names[i]), text(values[i])});
    const reeve_sample sample{size, text(name), labels.data(), labels.size(), number, at_ms};
    return batch.add(sample);
  }
  uint32_t size = sizeof(reeve_sample);
  std::string name;
  std::vector<std::string> names, values;
  std::vector<reeve_label> labels;
  double number = 1;
  int64_t at_ms = 0;
};

TEST(BatchOf, PacksEachSampleAsTheEngineReadsIt) {
  Batch batch;
  Sample first("a_total", 2, "x\ny"), second("b");
  first.number = -2.5;
  first.at_ms = 1700000000000;
  second.number = std::nan("");
  EXPECT_TRUE(first.add_to(batch));
  EXPECT_TRUE(second.add_to(batch));
  EXPECT_EQ(batch.count(), 2U);
  model::Unpacker in(batch.packed());
  EXPECT_EQ(in.string(), "a_total");
  EXPECT_EQ(in.list(), 4U);
  EXPECT_EQ(in.string(), "l0");
  EXPECT_EQ(in.string(), "x\ny");
  EXPECT_EQ(in.string(), "l1");
  EXPECT_EQ(in.string(), "x\ny");
  EXPECT_EQ(in.number(), -2.5);
  EXPECT_EQ(in.integer(), 1700000000000);
  EXPECT_EQ(in.string(), "b");
  EXPECT_EQ(in.list(), 0U);
  EXPECT_TRUE(std::isnan(in.number()));
  EXPECT_EQ(in.integer(), 0);
  EXPECT_TRUE(in.ok());
}

TEST(BatchOf, OneWrongSampleSpoilsItUntilItIsCleared) {
  struct Row {
    Sample sample;
    std::string why;
  };
  std::vector<Row> rows;
  rows.push_back({Sample(""), "no metric name: \"\""});
  rows.push_back({Sample("9a"), "no metric name: \"9a\""});
  rows.push_back({Sample("many", kMaxLabels + 1), "many has more than 64 labels"});
  rows.push_back(
      {Sample("m", 1, std::string(kMaxLabelBytes + 1, 'x')), "the label \"l0\" of \"m\" is longer than 4 KiB"});
  rows.push_back({Sample("m", 1, "\xff"), "the label \"l0\" of \"m\" is no UTF-8"});
  rows.push_back({Sample("m", 1), "no label name: \"__name__\" on \"m\""});
  rows.back().sample.names[0] = "__name__";
  rows.push_back({Sample("m"), "a sample tells a wrong size: rebuild the plugin with sdk/include"});
  rows.back().sample.size = 8;
  Batch batch;
  for (Row& each : rows) {
    batch.clear();
    EXPECT_TRUE(Sample("good").add_to(batch));
    EXPECT_FALSE(each.sample.add_to(batch)) << each.why;
    EXPECT_FALSE(Sample("good").add_to(batch)) << "the whole batch, whatever follows";
    EXPECT_FALSE(Sample("").add_to(batch));
    EXPECT_EQ(batch.error(), each.why) << "the first reason";
  }
  batch.clear();
  EXPECT_EQ(batch.error(), "");
  EXPECT_EQ(batch.count(), 0U);
  EXPECT_TRUE(Sample("good", kMaxLabels, "v").add_to(batch));
}

TEST(BatchOf, HasRoomForTwoHundredThousandAndSixtyMegabytes) {
  Batch batch;
  Sample one("a");
  for (size_t i = 0; i < kMaxSamples; ++i) ASSERT_TRUE(one.add_to(batch)) << i;
  EXPECT_FALSE(one.add_to(batch));
  EXPECT_EQ(batch.error(), "more than 200,000 samples in one batch");
  batch.clear();
  Sample fat("a", kMaxLabels, std::string(kMaxLabelBytes, 'x'));
  size_t count = 0;
  while (fat.add_to(batch)) ++count;
  EXPECT_EQ(batch.error(), "more than 60 MiB in one batch");
  EXPECT_GE(count * kMaxLabels * kMaxLabelBytes, kMaxBatchBytes - (1U << 20));
}

TEST(FencesOf, RefuseAnOlderEpochOfTheSameRun) {
  Fences fences;
  EXPECT_TRUE(fences.admit("a", 1));
  EXPECT_TRUE(fences.admit("a", 1)) << "the same, again";
  EXPECT_TRUE(fences.admit("a", 3));
  EXPECT_FALSE(fences.admit("a", 2));
  EXPECT_TRUE(fences.admit("b", 2)) << "another run";
  EXPECT_TRUE(fences.admit("", 1));
  EXPECT_TRUE(fences.admit("", 0)) << "no run: nothing to fence";
}

TEST(FencesOf, ForgetTheOldestRunsAndNeverTheOneThatAsks) {
  Fences fences;
  EXPECT_TRUE(fences.admit("0", 9));
  const auto name = [](size_t i) { return "r" + std::to_string(100'000 + i); };
  for (size_t i = 0; i + 1 < Fences::kRunsRemembered; ++i) ASSERT_TRUE(fences.admit(name(i), 5));
  EXPECT_FALSE(fences.admit("0", 8)) << "all of them are remembered, and asking forgets nothing";
  EXPECT_FALSE(fences.admit("0", 8));
  EXPECT_TRUE(fences.admit(name(99'999), 5));
  EXPECT_TRUE(fences.admit("0", 8)) << "one more, and the oldest is forgotten";
  EXPECT_FALSE(fences.admit("0", 7)) << "but it was taken note of again";
}

}  // namespace
}  // namespace reeve::plugin
