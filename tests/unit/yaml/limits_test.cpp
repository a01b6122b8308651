#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "yaml/only_document.h"
#include "yaml/yaml.h"

namespace reeve::yaml {
namespace {

std::string refusal(const std::string& text, const Limits& limits = {}) {
  const auto out = parse(text, "f.yaml", limits);
  return out.ok() ? "" : out.error().text.substr(0, out.error().text.find('\n'));
}

TEST(YamlLimits, ABillionLaughsIsRefusedBeforeAnyoneWalksIt) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 8; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_EQ(refusal(bomb), "f.yaml:6:10: the aliases stand for more than 100000 values");
}

TEST(YamlLimits, AliasesCountEachTimeTheyAreUsed) {
  Limits limits;
  limits.alias_expansions = 7;  // [1, 2] is three values
  EXPECT_EQ(refusal("- &a [1, 2]\n- *a\n- *a\n", limits), "");
  EXPECT_EQ(refusal("- &a [1, 2]\n- *a\n- *a\n- *a\n", limits), "f.yaml:4:3: the aliases stand for more than 7 values");
}

TEST(YamlLimits, NestingIsBoundedAlsoThroughAliases) {
  EXPECT_EQ(refusal(std::string(100, '[') + std::string(100, ']')), "");
  EXPECT_EQ(refusal(std::string(101, '[') + std::string(101, ']')), "f.yaml:1:101: nested more than 100 levels deep");
  std::string chain = "- &a0 [x]\n";
  for (int i = 1; i < 200; ++i) chain += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_NE(refusal(chain).find("nested more than 100 levels deep"), std::string::npos);
}

TEST(YamlLimits, AHostileDepthEndsInAnErrorNotInAStackOverflow) {
  EXPECT_EQ(refusal(std::string(500000, '[')), "f.yaml:1:10001: more than 10000 brackets are open here");
  EXPECT_NE(refusal(std::string(9000, '{')), "");
  EXPECT_EQ(refusal("[" + std::string(2'000'000, ',')),
            "f.yaml:1:2000001: more than 2000000 brackets and commas in one file");
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_NE(refusal(deep), "");
  EXPECT_NE(refusal(std::string(100000, '-') + " x: ["), "");
}

TEST(YamlLimits, ValuesAndBytesAreBounded) {
  Limits limits;
  limits.nodes = 4;  // the list and three texts
  EXPECT_EQ(refusal("[a, b, c]", limits), "");
  EXPECT_EQ(refusal("[a, b, c, d]", limits), "f.yaml:1:11: more than 4 values in one file");
  limits.bytes = 8;
  EXPECT_EQ(refusal("a: 12345", limits), "");
  EXPECT_EQ(refusal("a: 123456", limits), "f.yaml:1:1: the file has 9 bytes, more than the limit of 8");
}

TEST(YamlLimits, BytesThatAreNoTextAreNamed) {
  EXPECT_EQ(refusal("a: 1\nb: ü\xff\n"), "f.yaml:2:5: this byte is not UTF-8: save the file as UTF-8");
  EXPECT_EQ(refusal("a: \xed\xa0\x80"), "f.yaml:1:4: this byte is not UTF-8: save the file as UTF-8");
  EXPECT_EQ(refusal(std::string("a: 1\0\n", 6)), "f.yaml:1:5: the control character U+0000 is not allowed");
  EXPECT_EQ(refusal("a: \x1b[31m"), "f.yaml:1:4: the control character U+001B is not allowed");
  EXPECT_EQ(refusal("a: \xc2\x80"), "f.yaml:1:4: the control character U+0080 is not allowed");
  EXPECT_EQ(refusal("a: \x7f"), "f.yaml:1:4: the control character U+007F is not allowed");
  EXPECT_EQ(refusal("a: \xc2\x85 \xc2\xa0"), "");
  EXPECT_EQ(refusal(std::string("\xff\xfe"
                                "a\0",
                                4)),
            "f.yaml:1:1: this byte is not UTF-8: save the file as UTF-8");
}

TEST(YamlLimits, AByteOrderMarkIsNoContent) {
  const auto out = parse(
      "\xef\xbb\xbf"
      "a: x\n",
      "f.yaml");
  ASSERT_TRUE(out.ok()) << out.error().text;
  ASSERT_NE(out->find("a"), nullptr);
  EXPECT_EQ(out->find("a")->position().text(), "f.yaml:1:4");
}

TEST(YamlParse, TheOnlyDocument) {
  EXPECT_TRUE(parse("a: 1\n---\nb: 2\n", "f.yaml").ok());
  for (const char* good : {"", "a: 1\n", "---\na: 1\n", "%YAML 1.2\n---\na: 1\n...\n", "a: 1\n# end\n"})
    EXPECT_TRUE(parse_only_document(good, "f.yaml").ok()) << good;
  const std::string says = ": a second document begins here, and would not be read: one document only";
  for (const char* bad : {"a: 1\n---\nb: 2\n", "---\n---\nb: 2\n", "a: 1\n...\nb: 2\n"}) {
    const auto read = parse_only_document(bad, "f.yaml");
    ASSERT_FALSE(read.ok()) << bad;
    EXPECT_NE(read.error().text.find(says), std::string::npos) << read.error().text;
  }
  EXPECT_FALSE(parse_only_document("a: 1\n---\nb: [\n", "f.yaml").ok());
}

TEST(YamlLoad, SaysWhyAFileCannotBeRead) {
  const std::string folder = testing::TempDir() + "reeve_yaml_" + std::to_string(getpid());
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  const std::string path = folder + "/a.yaml";
  EXPECT_EQ(load(path).error().fault, base::Fault::kNotFound);
  EXPECT_EQ(load(path).error().text, "cannot read " + path + ": No such file or directory");
  EXPECT_EQ(load(folder).error().fault, base::Fault::kUnavailable);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(load(path).error().text, "cannot read " + path + ": not a file");
  unlink(path.c_str());
  std::ofstream(path) << "a: 1\nb: [\n";
  EXPECT_EQ(load(path).error().fault, base::Fault::kInvalid);
  EXPECT_EQ(load(path).error().text.find(path + ":"), 0u);
  std::ofstream(path) << "a: 1\n";
  EXPECT_EQ(*load(path)->find("a")->integer(), 1);
  Limits limits;
  limits.bytes = 3;
  EXPECT_FALSE(load(path, limits).ok());
  unlink(path.c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace reeve::yaml
