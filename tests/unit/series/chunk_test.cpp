// Every bit of every sample survives a chunk, whatever the values are, and common values take little room.
#include "series/chunk.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace reeve::series {
namespace {

std::vector<Point> every(int64_t interval_ms, const std::vector<double>& values) {
  std::vector<Point> points;
  for (size_t i = 0; i < values.size(); ++i)
    points.push_back({static_cast<int64_t>(i) * interval_ms + 1000, values[i]});
  return points;
}

// The bytes it takes for its data, after checking that all comes back.
size_t round_trip(const std::vector<Point>& points) {
  Chunk* chunk = Chunk::make(points.data(), points.size());
  EXPECT_EQ(chunk->count(), points.size());
  EXPECT_EQ(chunk->first_ms(), points.front().ms);
  EXPECT_EQ(chunk->last_ms(), points.back().ms);
  Point out[Chunk::kMost];
  chunk->decode(out);
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(out[i].ms, points[i].ms) << i;
    EXPECT_EQ(std::bit_cast<uint64_t>(out[i].value), std::bit_cast<uint64_t>(points[i].value)) << points[i].value;
  }
  Chunk* copy = Chunk::from_bytes(chunk->bytes());
  EXPECT_NE(copy, nullptr);
  if (copy) {
    EXPECT_EQ(copy->bytes(), chunk->bytes());
    copy->release();
  }
  const size_t size = chunk->size() - sizeof(Chunk);
  EXPECT_TRUE(chunk->release());
  return size;
}

TEST(Chunk, ARegularConstantTakesNoData) {
  EXPECT_EQ(round_trip(every(15000, std::vector<double>(32, 1))), 0u);
}

TEST(Chunk, ASteadyCounterTakesNoData) {
  std::vector<double> values;
  for (int i = 0; i < 32; ++i) values.push_back(1e9 + i * 1234);
  EXPECT_EQ(round_trip(every(15000, values)), 0u);
}

TEST(Chunk, SmallNumbersWithTwoDecimalsTakeTwoBytesEach) {
  std::vector<double> values;
  for (int i = 0; i < 32; ++i) values.push_back((i * 7919 % 10000) / 100.0);
  EXPECT_EQ(round_trip(every(15000, values)), 64u);
}

TEST(Chunk, JitterOfTimesTakesOneByteEach) {
  std::vector<Point> points = every(15000, std::vector<double>(32, 0));
  for (size_t i = 0; i < points.size(); ++i) points[i].ms += static_cast<int64_t>(i * 37 % 100);
  EXPECT_EQ(round_trip(points), 32u);
}

TEST(Chunk, OddValuesKeepTheirBits) {
  const double odd[] = {std::bit_cast<double>(model::kStaleBits),
                        std::nan(""),
                        -0.0,
                        1e300,
                        5e-324,
                        INFINITY,
                        -INFINITY,
                        0.1 + 0.2,
                        9007199254740993.0,
                        -9007199254740992.0,
                        1e15 + 0.3};
  for (const double value : odd) {
    round_trip(every(1, {value}));
    round_trip(every(1, {1, value, 2}));
  }
}

TEST(Chunk, TimesMayLieAnywhere) {
  round_trip({{INT64_MIN + 1, 1}, {0, 2}, {INT64_MAX, 3}});
  round_trip({{-5, 1}, {-4, 2}, {4000000000000, 3}});
}

TEST(Chunk, RandomSamplesSurvive) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Point> points;
    int64_t ms = static_cast<int64_t>(random() % 1000000);
    const auto decimals = std::pow(10.0, static_cast<double>(random() % 8));
    for (size_t i = 0, n = 1 + random() % 32; i < n; ++i) {
      ms += 1 + static_cast<int64_t>(random() % (1ULL << (random() % 34)));
      const double value = static_cast<double>(static_cast<int64_t>(random()) >> (random() % 64)) / decimals;
      points.push_back({ms, value});
    }
    round_trip(points);
  }
}

TEST(Chunk, DamagedBytesAreRefused) {
  const std::vector<Point> points = every(15000, {1, 2.5, 3});
  Chunk* chunk = Chunk::make(points.data(), points.size());
  const std::string good(chunk->bytes());
  chunk->release();
  EXPECT_EQ(Chunk::from_bytes(""), nullptr);
  EXPECT_EQ(Chunk::from_bytes(std::string_view(good).substr(0, good.size() - 1)), nullptr);
  EXPECT_EQ(Chunk::from_bytes(good + "x"), nullptr);
  std::string no_samples = good;
  no_samples[50] = 0;  // the count
  EXPECT_EQ(Chunk::from_bytes(no_samples), nullptr);
}

}  // namespace
}  // namespace reeve::series
