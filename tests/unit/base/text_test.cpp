#include "base/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/hash.h"
#include "base/log.h"

namespace reeve::base {
namespace {

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

TEST(Trim, TakesBlanksOfBothEndsOnly) {
  EXPECT_EQ(trim(" \t a b\n"), "a b");
  EXPECT_EQ(trim("  "), "");
}

TEST(IsUtf8, RefusesWhatIsNoText) {
  for (const char* good : {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) EXPECT_TRUE(is_utf8(good));
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(DidYouMean, FindsTypingErrorsAndNothingElse) {
  const std::vector<std::string> words{"for", "expr", "labels", "annotations"};
  EXPECT_EQ(did_you_mean("fro", words), "for");
  EXPECT_EQ(did_you_mean("label", words), "labels");
  EXPECT_EQ(did_you_mean("anotations", words), "annotations");
  EXPECT_EQ(did_you_mean("zzz", words), "");
}

struct Glob {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(MatchesGlob, KnowsStarAndQuestionMarkOnly) {
  for (const Glob& g :
       {Glob{"*", "", true}, Glob{"docker/*", "docker/local/a", true}, Glob{"docker/*", "proc/a", false},
        Glob{"a?c", "abc", true}, Glob{"a?c", "ac", false}, Glob{"*b*", "aabb", true}, Glob{"", "", true},
        Glob{"", "a", false}, Glob{"[a]", "a", false}, Glob{"a*b*c", "axxbyyc", true}, Glob{"a*b*c", "axxbyy", false}})
    EXPECT_EQ(matches_glob(g.pattern, g.text), g.matches) << g.pattern << " on " << g.text;
}

TEST(FormatNumber, IsTheShortestThatReadsBack) {
  EXPECT_EQ(format_number(1), "1");
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(1e21), "1000000000000000000000");
  EXPECT_EQ(format_number(1e23), "100000000000000000000000");
  EXPECT_EQ(format_number(-1.2345e20), "-123450000000000000000");
  EXPECT_EQ(format_number(9007199254740993.0), "9007199254740992");
  EXPECT_EQ(format_number(1234567890123456.5), "1234567890123456.5");
  EXPECT_EQ(format_number(1e-7), "0.0000001");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(std::nan("")), "NaN");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(Sha256, AgreesWithTheStandard) {
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(hex(sha256("abc")), abc);
  EXPECT_EQ(hex(Sha256().add("a").add("bc").finish()), abc);
}

TEST(Unhex, RefusesOddAndForeignDigits) {
  EXPECT_EQ(*unhex("00fF"), std::string("\0\xff", 2));
  EXPECT_FALSE(unhex("0").ok());
  EXPECT_FALSE(unhex("0g").ok());
}

TEST(Uuid, IsVersionSevenAndOrderedByTime) {
  const Uuid early = new_uuid(Time{1000000}, system_random()), late = new_uuid(Time{2000000}, system_random());
  EXPECT_LT(early, late);
  EXPECT_EQ(uuid_text(early)[14], '7');
  EXPECT_EQ(*parse_uuid(uuid_text(late)), late);
  EXPECT_FALSE(parse_uuid("not-a-uuid").ok());
}

TEST(SigningKey, SignsWhatItsPublicKeyVerifiesAndIsKept) {
  const std::string path = testing::TempDir() + "/reeve_key_" + uuid_text(new_uuid(Time{0}, system_random()));
  std::string public_key, signature;
  {
    auto key = SigningKey::load_or_create(path);
    ASSERT_TRUE(key.ok()) << key.error().text;
    public_key = key->public_key();
    signature = key->sign("head");
  }
  EXPECT_TRUE(verify_signature(public_key, "head", signature));
  EXPECT_FALSE(verify_signature(public_key, "heaD", signature));
  auto again = SigningKey::load_or_create(path);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), public_key);
}

TEST(LogLine, EscapesWhatCouldForgeALine) {
  EXPECT_EQ(format_log_line(Level::kInfo, LogFormat::kLogfmt, "t", "started", {{"plugin", "a b\n\"x\""}, {"n", 3}}),
            "time=t level=info msg=started plugin=\"a b\\n\\\"x\\\"\" n=3");
  EXPECT_EQ(format_log_line(Level::kError, LogFormat::kJson, "t", "x\x01", {}),
            "{\"time\":\"t\",\"level\":\"error\",\"msg\":\"x\\u0001\"}");
}

}  // namespace
}  // namespace reeve::base
