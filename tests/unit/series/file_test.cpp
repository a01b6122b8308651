// A file whose hashes are right may still be wrong inside: written by another program, another version, or an attacker.
#include "series/file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "series/chunk.h"

namespace reeve::series {
namespace {
namespace fs = std::filesystem;

class File : public testing::Test {
 protected:
  void SetUp() override {
    base::set_log(base::Level::kError, base::LogFormat::kLogfmt);
    std::string pattern = (fs::temp_directory_path() / "reeve-file-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string block(std::string_view payload) {
    FileWriter out;
    out.number(static_cast<uint32_t>(payload.size()));
    out.number(text_hash(payload));
    out.bytes() += payload;
    return out.bytes();
  }
  // How many series a head has after it loads a file with these bytes; it had one before.
  size_t loaded(const std::string& bytes) const {
    std::ofstream(folder_ + "/" + std::string(kHeadFile), std::ios::binary) << bytes;
    Head head;
    head.append(model::Labels{{"__name__", "before"}}, 1, 1);
    head.load(folder_, 100000);
    return head.series_count();
  }
  size_t loaded_payload(std::string_view payload) const {
    return loaded(std::string(kHeadMagic) + block(payload) + block(""));
  }

  std::string folder_;
};

// One label and one series, of which a test spoils a part.
struct Parts {
  std::string name = "__name__", value = "m";
  uint16_t label_count = 1;
  uint32_t label = 0;
  std::vector<std::vector<Point>> chunks{{{10000, 1}, {20000, 2}}, {{30000, 3}}};
  uint8_t tail_count = 2;
  std::vector<Point> tail{{40000, 4}, {50000, 5}};
  char kind = 'S';

  std::string payload() const {
    FileWriter out;
    out.number('L');
    out.text(name);
    out.text(value);
    out.number(kind);
    out.number(label_count);
    for (uint16_t i = 0; i < label_count; ++i) out.number(label);
    out.number(static_cast<uint32_t>(chunks.size()));
    for (const auto& points : chunks) {
      Chunk* chunk = Chunk::make(points.data(), points.size());
      out.text(chunk->bytes());
      chunk->release();
    }
    out.number(tail_count);
    for (const Point& point : tail) {
      out.number(point.ms);
      out.number(point.value);
    }
    return out.bytes();
  }
};

TEST_F(File, AGoodOneTakesThePlaceOfWhatWasThere) {
  EXPECT_EQ(loaded_payload(Parts().payload()), 1u);
  Head head;
  head.load(folder_, 100000);
  std::vector<Point> points;
  head.select({})->at(0)->points(INT64_MIN, INT64_MAX, points);
  ASSERT_EQ(points.size(), 5u);
  EXPECT_EQ(points[4].value, 5);
}

TEST_F(File, WhatIsWrongInsideIsRefusedWhole) {
  const std::pair<const char*, std::function<void(Parts&)>> spoiled[] = {
      {"a label that is not defined", [](Parts& p) { p.label = 1; }},
      {"a label number far away", [](Parts& p) { p.label = UINT32_MAX; }},
      {"a label twice", [](Parts& p) { p.label_count = 2; }},
      {"an empty value", [](Parts& p) { p.value = ""; }},
      {"chunks that overlap", [](Parts& p) { p.chunks[1][0].ms = 20000; }},
      {"chunks in the wrong order", [](Parts& p) { std::swap(p.chunks[0], p.chunks[1]); }},
      {"a tail before the chunks' end", [](Parts& p) { p.tail[0].ms = 30000; }},
      {"a tail that goes back", [](Parts& p) { p.tail[1].ms = 39999; }},
      {"a tail too long", [](Parts& p) { p.tail_count = 9, p.tail.resize(9, {60000, 1}); }},
      {"a tail cut short", [](Parts& p) { p.tail.pop_back(); }},
      {"bytes after the end", [](Parts& p) { p.tail.push_back({60000, 1}); }},
      {"an unknown record", [](Parts& p) { p.kind = 'X'; }},
  };
  for (const auto& [what, spoil] : spoiled) {
    Parts parts;
    spoil(parts);
    EXPECT_EQ(loaded_payload(parts.payload()), 1u) << what;
    Head empty;
    empty.load(folder_, 100000);
    EXPECT_EQ(empty.series_count(), 0u) << what;
  }
}

TEST_F(File, ABlockThatEndsInAnyPlaceIsRefused) {
  const std::string payload = Parts().payload();
  for (size_t size = 1; size < payload.size(); ++size) {
    loaded_payload(std::string_view(payload).substr(0, size));
    Head empty;
    empty.load(folder_, 100000);
    // A label alone is no series; everything else is damaged.
    EXPECT_EQ(empty.series_count(), 0u) << size;
  }
}

TEST_F(File, TheFrameMustBeWhole) {
  const std::string magic(kHeadMagic), good = block(Parts().payload()), end = block("");
  const std::pair<const char*, std::string> files[] = {
      {"no magic", good + end},
      {"another version", "RVHEAD02" + good + end},
      {"no end", magic + good},
      {"something after the end", magic + good + end + "x"},
      {"another file after the end", magic + good + end + magic + good + end},
      {"a wrong hash of the end", magic + good + std::string(12, '\1')},
      {"only a magic", magic},
      {"half a magic", magic.substr(0, 4)},
      {"a size beyond the file", magic + std::string("\xff\xff\xff\xff", 4) + std::string(8, '\0')},
  };
  for (const auto& [what, bytes] : files) {
    loaded(bytes);
    Head empty;
    empty.load(folder_, 100000);
    EXPECT_EQ(empty.series_count(), 0u) << what;
  }
  EXPECT_EQ(loaded(magic + end), 0u) << "an empty head is a good one";
  EXPECT_EQ(loaded(magic + good + block(Parts().payload().substr(0, 0))), 1u);
}

TEST(FileReader, GivesZerosAfterTheEnd) {
  FileReader in(
      std::string_view("\x05\x00\x00\x00"
                       "abc",
                       7));
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(in.number<uint64_t>(), 0u);
  EXPECT_FALSE(in.ok());
}

TEST(FileReader, ReadsWhatTheWriterWrote) {
  FileWriter out;
  out.number(int64_t{-7});
  out.text(std::string_view("a\0b", 3));
  out.text("");
  out.number(-0.0);
  FileReader in(out.bytes());
  EXPECT_EQ(in.number<int64_t>(), -7);
  EXPECT_EQ(in.text(), std::string_view("a\0b", 3));
  EXPECT_EQ(in.text(), "");
  EXPECT_TRUE(std::signbit(in.number<double>()));
  EXPECT_TRUE(in.ok() && in.at_end());
}

}  // namespace
}  // namespace reeve::series
