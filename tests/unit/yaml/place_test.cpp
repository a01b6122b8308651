// Where an error inside a scalar points: at the very byte of the file, in every style, or at the scalar itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "yaml/yaml.h"

namespace reeve::yaml {
namespace {

/// The file's character that an error points at; npos: the message has no place.
size_t pointed_at(const std::string& file, const base::Error& error) {
  int line = 0, column = 0;
  if (std::sscanf(error.text.c_str(), "f.yaml:%d:%d:", &line, &column) != 2) return std::string::npos;
  size_t at = 0;
  for (int i = 1; i < line; ++i) at = file.find('\n', at) + 1;
  for (int i = 1; i < column; ++i) {  // columns count characters
    ++at;
    while (at < file.size() && (static_cast<unsigned char>(file[at]) & 0xc0) == 0x80) ++at;
  }
  return at;
}

bool blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

/// For each byte of the scalar under "e" that is no blank and begins a character: the error about it must point at an
/// equal byte, further on for each further byte. The number of bytes asked about.
size_t check_every_byte(const std::string& file) {
  const auto root = parse(file, "f.yaml");
  EXPECT_TRUE(root.ok()) << file << "\n" << (root.ok() ? "" : root.error().text);
  if (!root.ok()) return 0;
  const Node node = *root->find("e");
  const std::string& scalar = node.scalar();
  size_t asked = 0, before = 0;
  int line = 1, column = 0;
  for (const char c : scalar) {
    ++column;
    if (c == '\n') {
      ++line;
      column = 0;
      continue;
    }
    if (blank(c) || (static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    const size_t at = pointed_at(file, node.error_at(line, column, "here"));
    EXPECT_LT(at, file.size());
    if (at >= file.size()) return asked;
    const bool escaped = file[at] == '\\' && at + 1 < file.size() && file[at + 1] == c;
    EXPECT_TRUE(file[at] == c || escaped) << "byte " << column << " of line " << line << " of " << scalar << "\nin\n"
                                          << file;
    EXPECT_GE(at, before);
    before = at;
    ++asked;
  }
  return asked;
}

TEST(YamlPlaces, PointAtEveryByteOfEveryStyle) {
  const char* files[] = {
      "e: sum by (job) (rate(x[5m])) > 3\n",
      "a: 1\ne:    up == 0   # why\nb: 2\n",
      "e: 'it''s ''quoted'' text'\n",
      "e: \"a \\\"b\\\" \\\\ c/d\"\n",
      "e: |\n  sum(x)\n    + y\n\n  - z\n",
      "e: |-\n  one\n  two\n",
      "e: >\n  folded\n  text\n\n  twice\n",
      "e: >-\n\n  after\n  an empty line\n",
      "e: plain\n  over three\n\n  lines\n",
      "e: 'single\n  over two'\n",
      "e: \"double\n  over two\"\n",
      "e: größe + ü\n",
      "e: 'größe'\n",
      "e: |\n  größe\n  日本\n",
      "{a: 1, e: flow text, b: 2}",
      "{a: 1, e: 'flow',\n b: 2}",
      "e: &anchor !!str tagged text\n",
      "? e\n: value of a long key\n",
      "e: |2\n    deep\n   less\n",
      "e: x\r\nb: y\r\n",
      "e: |\r\n  x\r\n  y\r\n",
  };
  size_t asked = 0;
  for (const char* file : files) asked += check_every_byte(file);
  EXPECT_GT(asked, 200u);
}

TEST(YamlPlaces, PointAtEveryByteOfWhateverIsWrittenInEachStyle) {
  std::mt19937 chance{7};
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(chance); };
  const std::string letters[] = {"a", "b", "(", ")", "+", "ü", "日", "$", "."};
  for (int round = 0; round < 300; ++round) {
    std::string words, lines;
    for (size_t i = 0, n = 1 + below(8); i < n; ++i) {
      std::string word = "w";
      for (size_t k = 0, m = below(6); k < m; ++k) word += letters[below(std::size(letters))];
      words += (i ? " " : "") + word;
      lines += "  " + std::string(i ? below(3) : 0, ' ') + word + (below(3) ? "" : "\n") + "\n";
    }
    const size_t style = below(5);
    const std::string file = style == 0   ? "e: " + words + "\n"
                             : style == 1 ? "e: '" + words + "'\n"
                             : style == 2 ? "e: \"" + words + "\"\n"
                             : style == 3 ? "e: |\n" + lines
                                          : "e: >\n" + lines;
    check_every_byte("before: 1\n" + file + "after: 2\n");
    if (testing::Test::HasFailure()) FAIL() << file;
  }
}

TEST(YamlPlaces, AnEscapeThatIsNotFollowedGivesTheScalarItself) {
  for (const char* file : {"e: \"\\u0041 x\"", "e: \"\\x41 x\"", "e: \"\\U00000041 x\"", "e: \"\\e x\""}) {
    const auto root = parse(file, "f.yaml");
    ASSERT_TRUE(root.ok());
    EXPECT_EQ(root->find("e")->error_at(1, 3, "here").text.substr(0, 12), "f.yaml:1:4: ") << file;
  }
}

TEST(YamlPlaces, OfWhatAMapOrAListIs) {
  const auto root = parse("a:\n  - {b: 1}\n  -\n    c: 2\nd: [ ]\n", "f.yaml");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->find("a")->position().text(), "f.yaml:2:3");
  EXPECT_EQ(root->find("a")->items()[0].position().text(), "f.yaml:2:5");
  EXPECT_EQ(root->find("a")->items()[1].position().text(), "f.yaml:4:5");
  EXPECT_EQ(root->find("d")->position().text(), "f.yaml:5:4");
  EXPECT_EQ(root->pairs()[1].first.position().text(), "f.yaml:5:1");
}

TEST(YamlPlaces, OfNothingIsWhereItsValueWouldStand) {
  const std::pair<const char*, const char*> cases[] = {
      {"e:", "1:3"},
      {"e: ~", "1:4"},
      {"e:\nb: 1", "1:3"},
      {"e: # why\nb: 1", "1:3"},
      {"b: 1\ne:\n", "2:3"},
      {"{e: , b: 1}", "1:4"},
      {"e: null", "1:4"},
      {"e:\n\n\nb: 1", "1:3"},
      {"e: # a\n  # b\n\n# c\nb: 1", "1:3"},
      {"'x # y': 1\ne: #", "2:3"},
  };
  for (const auto& [text, place] : cases) {
    const auto root = parse(text, "f.yaml");
    ASSERT_TRUE(root.ok()) << text;
    EXPECT_EQ(root->find("e")->position().text(), std::string("f.yaml:") + place) << text;
  }
}

TEST(YamlPlaces, LongWideTextIsCutBetweenCharacters) {
  for (size_t lead = 0; lead < 4; ++lead) {
    std::string text(lead, 'x');
    for (int i = 0; i < 40; ++i) text += "日";
    const auto root = parse("e: " + text + "\n", "f.yaml");
    ASSERT_TRUE(root.ok());
    const std::string said = root->find("e")->number().error().text;
    EXPECT_TRUE(base::is_utf8(said)) << said;
    EXPECT_NE(said.find("...\""), std::string::npos);
    EXPECT_LT(said.find('\n'), 120u);
  }
}

TEST(YamlPlaces, WhatCannotBeShownIsMarked) {
  const auto root = parse("a: \"x\ty\"\ne: [", "f.yaml");
  ASSERT_FALSE(root.ok());
  EXPECT_NE(root.error().text.find("  1 | a: \"x y\"\n"), std::string::npos) << root.error().text;
}

TEST(YamlPlaces, FilesWithoutALastLineEndAreShownWhole) {
  const auto root = parse("a: 1\nb: x", "f.yaml");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->find("b")->error("here").text, "f.yaml:2:4: here\n  1 | a: 1\n  2 | b: x\n    |    ^");
}

}  // namespace
}  // namespace reeve::yaml
