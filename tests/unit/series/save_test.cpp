// What is saved comes back; what is damaged does not, and does no harm.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "series/series.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;
namespace fs = std::filesystem;

class Save : public testing::Test {
 protected:
  void SetUp() override {
    base::set_log(base::Level::kError, base::LogFormat::kLogfmt);
    std::string pattern = (fs::temp_directory_path() / "reeve-series-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string file() const { return folder_ + "/head.reeve"; }
  std::string read() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(file(), std::ios::binary) << bytes; }

  std::string folder_;
};

std::string everything(const Head& head) {
  std::string out;
  const auto found = head.select({{Kind::kRegex, "__name__", ".+"}});
  for (const SeriesView* series : *found) {
    std::vector<Point> points;
    series->points(INT64_MIN, INT64_MAX, points);
    out += series->labels().text();
    for (const Point& p : points) out += " " + std::to_string(p.ms) + "=" + base::format_number(p.value);
    out += '\n';
  }
  return out;
}

void fill(Head& head) {
  for (int i = 0; i < 20; ++i)
    for (int64_t t = 1; t <= 7 * i; ++t)
      head.append(Labels{{"__name__", "m"}, {"i", std::to_string(i)}}, t * 1000, 0.25 * static_cast<double>(t) * i);
  head.append(Labels{{"__name__", "odd"}, {"text", "a\"b\n\xc3\xa9"}}, 5, model::stale_marker());
}

TEST_F(Save, ComesBackWhole) {
  Head head;
  fill(head);
  ASSERT_TRUE(head.save(folder_).ok());
  Head again;
  again.load(folder_, 10000);
  EXPECT_EQ(everything(again), everything(head));
  EXPECT_EQ(again.series_count(), head.series_count());
  EXPECT_TRUE(again.append(Labels{{"__name__", "m"}, {"i", "3"}}, 22000, 1)) << "and goes on";
  EXPECT_FALSE(again.append(Labels{{"__name__", "m"}, {"i", "3"}}, 22000, 1));
  EXPECT_NE(again.memory_bytes(), 0);
}

TEST_F(Save, TheSaverHoldsTheMomentItWasMade) {
  Head head;
  fill(head);
  const std::string before = everything(head);
  const auto job = head.saver(folder_);
  for (int64_t t = 1000; t < 1100; ++t) head.append(Labels{{"__name__", "m"}, {"i", "3"}}, t * 1000, 1);
  ASSERT_TRUE(job().ok());
  Head again;
  again.load(folder_, 10000);
  EXPECT_EQ(everything(again), before);
}

TEST_F(Save, OldSamplesAreNotBroughtBack) {
  Head head;
  fill(head);
  ASSERT_TRUE(head.save(folder_).ok());
  Head again;
  again.load(folder_, 100 * 3600000LL);
  EXPECT_EQ(again.series_count(), 0u);
}

TEST_F(Save, AMissingFileIsAnEmptyHead) {
  Head head;
  head.load(folder_ + "/nowhere", 0);
  EXPECT_EQ(head.series_count(), 0u);
}

TEST_F(Save, EveryCutAndEveryFlippedByteStartsEmpty) {
  Head head;
  fill(head);
  ASSERT_TRUE(head.save(folder_).ok());
  const std::string good = read();
  for (size_t size = 0; size < good.size(); size += 1 + good.size() / 97) {
    write(good.substr(0, size));
    Head again;
    again.load(folder_, 10000);
    EXPECT_EQ(again.series_count(), 0u) << "cut at " << size;
  }
  for (size_t at = 0; at < good.size(); at += 1 + good.size() / 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    write(bad);
    Head again;
    again.load(folder_, 10000);
    EXPECT_EQ(again.series_count(), 0u) << "flipped at " << at;
  }
}

TEST_F(Save, AFolderThatCannotBeWrittenIsAnError) {
  Head head;
  const base::Status status = head.save(file() + "/below/a/file");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().fault, base::Fault::kUnavailable);
}

}  // namespace
}  // namespace reeve::series
