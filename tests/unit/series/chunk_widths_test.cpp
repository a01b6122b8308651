// At which numbers does a chunk need a wider residual, more decimals, or raw doubles? Nothing is lost at any of them.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "series/chain.h"

namespace reeve::series {
namespace {

size_t data_size(const std::vector<Point>& points) {
  Chunk* chunk = Chunk::make(points.data(), points.size());
  Point out[Chunk::kMost];
  chunk->decode(out);
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(out[i].ms, points[i].ms) << i;
    EXPECT_EQ(std::bit_cast<uint64_t>(out[i].value), std::bit_cast<uint64_t>(points[i].value)) << i;
  }
  const size_t size = chunk->size() - sizeof(Chunk);
  EXPECT_TRUE(chunk->release());
  return size;
}

// Four samples whose values leave the line between the first and the last by `off` once.
std::vector<Point> off_the_line(double off) {
  return {{1000, 0}, {2000, off}, {3000, 0}, {4000, 0}};
}

struct Width {
  double off;
  size_t bytes;  // of all four values
};

TEST(ChunkWidths, GrowWithTheDistanceFromTheLine) {
  const Width table[] = {
      {0, 0},
      {1, 4},
      {255, 4},
      {256, 8},
      {65535, 8},
      {65536, 16},
      {4294967295.0, 16},
      {4294967296.0, 32},
      {-1, 4},
      {-255, 4},
      {-256, 8},
      {-65535, 8},
      {0.5, 4},
      {25.5, 4},
      {25.6, 8},
      {0.01, 4},
      {2.55, 4},
      {2.56, 8},
      {0.000001, 4},
      {0.0000001, 32},
      {1.0 / 3, 32},
      {-0.0, 32},
      {9007199254740991.0, 32},
      {1e300, 32},
      {NAN, 32},
      {INFINITY, 32},
  };
  for (const Width& w : table) EXPECT_EQ(data_size(off_the_line(w.off)), w.bytes) << w.off;
}

TEST(ChunkWidths, OneOddValueMakesAllRaw) {
  std::vector<Point> points;
  for (int i = 0; i < 32; ++i) points.push_back({i * 1000, i * 0.5});
  EXPECT_EQ(data_size(points), 0u);
  for (const size_t at : {0U, 1U, 15U, 31U}) {
    std::vector<Point> odd = points;
    odd[at].value = model::stale_marker();
    EXPECT_EQ(data_size(odd), 32u * 8) << at;
  }
}

TEST(ChunkWidths, TimesThatJumpAreKept) {
  const std::vector<int64_t> times[] = {
      {0},        {INT64_MIN, INT64_MAX}, {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX},
      {-1, 0, 1}, {0, 1, 1000000000000},  {0, 255, 256, 257, 65536, 65537},
  };
  for (const auto& list : times) {
    std::vector<Point> points;
    for (const int64_t ms : list) points.push_back({ms, 1});
    data_size(points);
  }
}

TEST(ChunkWidths, DecimalsGrowOnlyAsFarAsNeeded) {
  std::vector<Point> cents, mixed;
  for (int i = 0; i < 10; ++i) {
    cents.push_back({i * 1000, i / 100.0});
    mixed.push_back({i * 1000, i % 2 ? i / 1000.0 : i / 10.0});
  }
  EXPECT_EQ(data_size(cents), 0u) << "a line in cents";
  EXPECT_GT(data_size(mixed), 0u);
  EXPECT_LE(data_size(mixed), 20u);
}

// A chain: chunks and a tail that is still written, read through one door.
TEST(Chain, ReadsAcrossItsChunksAndItsTail) {
  std::vector<Chunk*> chunks;
  for (int c = 0; c < 3; ++c) {
    std::vector<Point> points;
    for (int i = 0; i < 4; ++i) points.push_back({(c * 4 + i) * 10, static_cast<double>(c * 4 + i)});
    chunks.push_back(Chunk::make(points.data(), points.size()));
  }
  int64_t bytes = 0;
  Chain* chain = Chain::make(8, chunks.data(), chunks.size(), bytes);
  for (Chunk* chunk : chunks) EXPECT_FALSE(chunk->release()) << "the chain holds it";
  chain->tail()[0] = {120, 12};
  chain->tail()[1] = {130, 13};
  for (const auto& [from, to, tail, first, last] : {std::tuple{-1, 1000, 2, 0, 13},
                                                    {-1, 1000, 1, 0, 12},
                                                    {-1, 1000, 0, 0, 11},
                                                    {30, 80, 2, 4, 8},
                                                    {39, 40, 2, 4, 4},
                                                    {110, 125, 2, 12, 12},
                                                    {115, 1000, 2, 12, 13},
                                                    {-5, 0, 2, 0, 0}}) {
    std::vector<Point> points;
    chain->points(from, to, static_cast<uint32_t>(tail), points);
    ASSERT_EQ(points.size(), static_cast<size_t>(last - first + 1)) << from << ".." << to;
    EXPECT_EQ(points.front().value, first);
    EXPECT_EQ(points.back().value, last);
    Point newest;
    ASSERT_TRUE(chain->last(from, to, static_cast<uint32_t>(tail), newest));
    EXPECT_EQ(newest.value, last);
  }
  std::vector<Point> none;
  Point newest;
  for (const auto& [from, to] : {std::pair{130, 1000}, {-10, -1}, {41, 49}, {112, 119}}) {
    chain->points(from, to, 2, none);
    EXPECT_TRUE(none.empty()) << from << ".." << to;
    EXPECT_FALSE(chain->last(from, to, 2, newest)) << from << ".." << to;
  }
  EXPECT_GT(chain->release(), 0);
}

}  // namespace
}  // namespace reeve::series
