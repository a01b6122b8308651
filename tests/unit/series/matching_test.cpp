// Matchers: what they take, what a missing label is, which values can match at all; and labels and their index.
#include "series/matching.h"

#include <gtest/gtest.h>

#include "series/index.h"

namespace reeve::series {
namespace {
using Kind = Matcher::Kind;
using model::Labels;

struct Case {
  Kind kind;
  const char* value;
  bool empty, eu, us;            // matches "", "eu", "us"
  const char* literals = "any";  // the only values that can match, joined; any: not known
};

TEST(Matching, EveryKindOnAMissingAndOnPresentLabels) {
  const Case cases[] = {
      {Kind::kEqual, "eu", false, true, false, "eu"}, {Kind::kEqual, "", true, false, false, ""},
      {Kind::kNotEqual, "eu", true, false, true},     {Kind::kNotEqual, "", false, true, true},
      {Kind::kRegex, "eu", false, true, false, "eu"}, {Kind::kRegex, "eu|us", false, true, true, "eu,us"},
      {Kind::kRegex, "", true, false, false, ""},     {Kind::kRegex, "eu|", true, true, false, "eu,"},
      {Kind::kRegex, ".*", true, true, true},         {Kind::kRegex, ".+", false, true, true},
      {Kind::kRegex, "e.*", false, true, false},      {Kind::kRegex, "(?i)EU", false, true, false},
      {Kind::kNotRegex, "eu|us", true, false, false}, {Kind::kNotRegex, "", false, true, true},
      {Kind::kNotRegex, ".*", false, false, false},   {Kind::kNotRegex, ".+", true, false, false},
      {Kind::kNotRegex, "e.*", true, false, true},    {Kind::kNotRegex, "|eu", false, false, true},
  };
  for (const Case& c : cases) {
    const auto matcher = CompiledMatcher::compile({c.kind, "zone", c.value});
    ASSERT_TRUE(matcher.ok()) << c.value;
    EXPECT_EQ(matcher->matches_empty(), c.empty) << c.value;
    EXPECT_EQ(matcher->matches(""), c.empty) << c.value;
    EXPECT_EQ(matcher->matches("eu"), c.eu) << c.value;
    EXPECT_EQ(matcher->matches("us"), c.us) << c.value;
    std::string literals = "any";
    if (const auto* known = matcher->literals()) {
      literals.clear();
      for (const std::string& one : *known) literals += (&one == known->data() ? "" : ",") + one;
    }
    EXPECT_EQ(literals, c.literals) << static_cast<int>(c.kind) << c.value;
    EXPECT_EQ(matches({*matcher}, Labels{{"zone", "eu"}, {"other", "x"}}), c.eu);
    EXPECT_EQ(matches({*matcher}, Labels{{"other", "x"}}), c.empty);
  }
}

TEST(Matching, AllMatchersMustHold) {
  const auto compiled = compile({{Kind::kRegex, "a", "1|2"}, {Kind::kNotEqual, "a", "2"}, {Kind::kEqual, "b", ""}});
  EXPECT_TRUE(matches(*compiled, Labels{{"a", "1"}}));
  EXPECT_FALSE(matches(*compiled, Labels{{"a", "2"}}));
  EXPECT_FALSE(matches(*compiled, Labels{{"a", "1"}, {"b", "x"}}));
  EXPECT_TRUE(matches(*compile({}), Labels{})) << "nothing is asked";
}

TEST(Matching, OneBadExpressionSpoilsAll) {
  const auto compiled = compile({{Kind::kEqual, "a", "("}, {Kind::kNotRegex, "b", "a{2,1}"}});
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().fault, base::Fault::kInvalid);
  EXPECT_EQ(compiled.error().text, "error parsing regexp: invalid repeat count: `{2,1}`");
}

TEST(Matching, TheKeyTellsMatchersApartHoweverTheirTextsRunTogether) {
  const Matchers all[] = {
      {{Kind::kEqual, "a", "b"}},
      {{Kind::kNotEqual, "a", "b"}},
      {{Kind::kEqual, "ab", ""}},
      {{Kind::kEqual, "", "ab"}},
      {{Kind::kEqual, "a", "b01:a1:b"}},
      {{Kind::kEqual, "a", "b"}, {Kind::kEqual, "a", "b"}},
      {{Kind::kEqual, "a", "b"}, {Kind::kEqual, "c", "d"}},
      {{Kind::kEqual, "c", "d"}, {Kind::kEqual, "a", "b"}},
      {},
  };
  for (const Matchers& a : all)
    for (const Matchers& b : all) EXPECT_EQ(cache_key(a) == cache_key(b), &a == &b) << cache_key(a);
}

// A label set as the index makes it, with the memory that it lies in.
class Sets : public testing::Test {
 protected:
  const LabelSet& set(const Labels& labels) {
    std::vector<const Label*> interned;
    for (const auto& [name, value] : labels) interned.push_back(index_.intern(name, value, bytes_));
    blocks_.emplace_back(LabelSet::bytes_for(interned.size()) / sizeof(uint64_t) + 1);
    return *LabelSet::init(blocks_.back().data(), interned.data(), interned.size());
  }
  LabelIndex index_;
  std::atomic<int64_t> bytes_{0};
  std::vector<std::vector<uint64_t>> blocks_;
};

TEST_F(Sets, AreOrderedAsPrometheusOrdersSeries) {
  const Labels ordered[] = {
      {},           {{"a", "1"}},  {{"a", "1"}, {"b", "1"}}, {{"a", "1"}, {"b", "2"}}, {{"a", "10"}},
      {{"a", "2"}}, {{"aa", "0"}}, {{"b", "\x01"}},          {{"b", "\xff"}},
  };
  for (const Labels& a : ordered) {
    for (const Labels& b : ordered) {
      const int by_place = &a < &b ? -1 : &a > &b ? 1 : 0;
      const int got = compare(set(a), set(b));
      EXPECT_EQ(got < 0 ? -1 : got > 0 ? 1 : 0, by_place) << a.text() << b.text();
      EXPECT_EQ(same(set(a), set(b)), by_place == 0);
      EXPECT_EQ(set(a).hash() == set(b).hash(), by_place == 0);
    }
  }
}

TEST_F(Sets, FindTheirLabels) {
  const LabelSet& labels = set({{"__name__", "up"}, {"job", "api"}, {"zone", "eu"}});
  EXPECT_EQ(labels.size(), 3u);
  EXPECT_EQ(labels.value(LabelName("job")), "api");
  EXPECT_EQ(labels.value(LabelName("jo")), "");
  EXPECT_EQ(labels.find(LabelName("nolabel")), nullptr);
  EXPECT_EQ(labels.labels().text(), "up{job=\"api\", zone=\"eu\"}");
}

TEST_F(Sets, ALabelIsKeptOnceAndFreedWithItsLastSeries) {
  IndexedLabel* label = index_.intern("a", "1", bytes_);
  EXPECT_EQ(index_.intern("a", "1", bytes_), label);
  EXPECT_NE(index_.intern("a1", "", bytes_), label) << "name and value do not run together";
  index_.intern("a", "2", bytes_);
  EXPECT_EQ(index_.with_name("a").size(), 2u);
  EXPECT_TRUE(index_.with_name("b").empty());
  EXPECT_EQ(index_.find("a", "3"), nullptr);
  LabelIndex::hold(label);
  const int64_t before = bytes_;
  const int64_t freed = index_.sweep();
  EXPECT_GT(freed, 0);
  EXPECT_LT(freed, before);
  EXPECT_EQ(index_.find("a", "1"), label);
  EXPECT_EQ(index_.find("a", "2"), nullptr);
  EXPECT_EQ(index_.with_name("a").size(), 1u);
  LabelIndex::release(label);
  EXPECT_EQ(freed + index_.sweep(), before);
  EXPECT_TRUE(index_.names().empty());
}

TEST(IdList, KeepsItsOrderThroughGrowthAndErasure) {
  IdList ids;
  EXPECT_EQ(ids.bytes(), 0u);
  for (uint32_t i = 0; i < 100; ++i) ids.push_back(i * 3);
  EXPECT_EQ(ids.size(), 100u);
  EXPECT_GE(ids.bytes(), 100 * sizeof(uint32_t));
  ids.erase_if([](uint32_t id) { return id % 2 == 0; });
  uint32_t want = 3;
  for (const uint32_t id : ids) {
    EXPECT_EQ(id, want);
    want += 6;
  }
  ids.erase_if([](uint32_t) { return true; });
  EXPECT_EQ(ids.begin(), ids.end());
  ids.push_back(7);
  EXPECT_EQ(*ids.begin(), 7u);
}

}  // namespace
}  // namespace reeve::series
