// Messages with the lines that they are about.
#include "runbook/excerpt.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace reeve::runbook {
namespace {

struct Excerpts : testing::Test {
  std::string file = testing::TempDir() + "/excerpt:3_test.lua";
  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  void TearDown() override { std::filesystem::remove(file); }
};

TEST_F(Excerpts, ShowTwoLinesBeforeAndAfterAndACaret) {
  write("one\ntwo\nthree(x)\nfour\nfive\nsix\n");
  EXPECT_EQ(with_excerpts(file + ":3:7: no x: 4:2: y"), file + ":3:7: no x: 4:2: y\n" +
                                                            "  1 | one\n"
                                                            "  2 | two\n"
                                                            "  3 | three(x)\n"
                                                            "    |       ^\n"
                                                            "  4 | four\n"
                                                            "  5 | five");
}

TEST_F(Excerpts, StandBesideEachOfSeveralMessages) {
  write("one\ntwo");
  EXPECT_EQ(
      with_excerpts(file + ":1:1: a\nplain\n" + file + ":2:2: b"),
      file + ":1:1: a\n  1 | one\n    | ^\n  2 | two\nplain\n" + file + ":2:2: b\n  1 | one\n  2 | two\n    |  ^");
}

TEST_F(Excerpts, DoNotCountAByteOrderMark) {
  write("\xef\xbb\xbfone");
  EXPECT_EQ(with_excerpts(file + ":1:2: a"), file + ":1:2: a\n  1 | one\n    |  ^");
}

TEST_F(Excerpts, LeaveAloneWhatNamesNoPlace) {
  write("one");
  for (const std::string& text : {std::string(), std::string("a:b:c"), std::string("x.lua: is missing"),
                                  file + ":1: no column", file + ":1:99999999999: too far", file + "x:1:1: no file"})
    EXPECT_EQ(with_excerpts(text), text);
  EXPECT_EQ(with_excerpts(file + ":9:9: behind"), file + ":9:9: behind\n  1 | one\n    |    ^");
}

}  // namespace
}  // namespace reeve::runbook
