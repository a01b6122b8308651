// Label sets against a sorted map, their text as PromQL writes it, and what tells two of them apart.
#include "model/labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/json.h"
#include "unit/model/random_value.h"

namespace reeve::model {
namespace {

TEST(LabelsRandom, BehaveAsASortedMapWithoutEmptyValues) {
  std::mt19937_64 random(16);
  for (int round = 0; round < 200; ++round) {
    Labels labels;
    std::map<std::string, std::string> plain;
    for (int step = 0; step < 40; ++step) {
      const std::string name(1, static_cast<char>('a' + random() % 12));
      const std::string value = random() % 3 ? std::to_string(random() % 5) : "";
      if (random() % 6 == 0) {
        labels.erase(name);
        plain.erase(name);
      } else {
        labels.set(name, value);
        if (value.empty()) {
          plain.erase(name);
        } else {
          plain[name] = value;
        }
      }
    }
    ASSERT_EQ(std::vector<Labels::Pair>(labels.begin(), labels.end()),
              std::vector<Labels::Pair>(plain.begin(), plain.end()));
    ASSERT_EQ(labels.size(), plain.size());
    for (char c = 'a'; c < 'm'; ++c) {
      const std::string name(1, c);
      ASSERT_EQ(labels.has(name), plain.count(name) == 1);
      ASSERT_EQ(labels.get(name), plain.count(name) ? plain[name] : "");
    }
    // However they are given, they are the same.
    std::vector<Labels::Pair> shuffled(labels.begin(), labels.end());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const Labels again(shuffled);
    ASSERT_EQ(again, labels);
    ASSERT_EQ(again.key(), labels.key());
    ASSERT_EQ(again.fingerprint(), labels.fingerprint());
    ASSERT_EQ(Labels::from_value(*parse_json(to_json(labels.to_value()))), labels);
  }
}

struct Text {
  Labels labels;
  const char* text;
};

TEST(LabelsText, IsWhatPromqlWrites) {
  const Text table[] = {
      {{}, "{}"},
      {{{"__name__", "up"}}, "up"},
      {{{"__name__", "job:up:rate5m"}}, "job:up:rate5m"},
      {{{"__name__", ":lead"}}, ":lead"},
      {{{"__name__", "a:b c"}}, R"({__name__="a:b c"})"},
      {{{"__name__", "a:b-c"}, {"x", "1"}}, R"({__name__="a:b-c", x="1"})"},
      {{{"__name__", "9lives"}}, R"({__name__="9lives"})"},
      {{{"__name__", "http.requests"}, {"a", "1"}}, R"({__name__="http.requests", a="1"})"},
      {{{"b", "2"}, {"a", "1"}}, R"({a="1", b="2"})"},
      {{{"k8s.pod", "x"}}, R"({"k8s.pod"="x"})"},
      {{{"a:b", "x"}}, R"({"a:b"="x"})"},
      {{{"1a", "x"}}, R"({"1a"="x"})"},
      {{{"a b\"c", "x"}}, R"({"a b\"c"="x"})"},
      {{{"a", "q\"b\\n\n\t\r"}}, R"({a="q\"b\\n\n\t\r"})"},
      {{{"a", "\xc3\xa9"}}, "{a=\"\xc3\xa9\"}"},
      {{{"a", "\xff\x01"}}, R"({a="\xff\x01"})"},
      {{{"a", "\x7f"}}, R"({a="\x7f"})"},
  };
  for (const Text& t : table) EXPECT_EQ(t.labels.text(), t.text);
}

TEST(LabelsKey, TellsApartWhatRunsTogether) {
  const Labels sets[] = {
      {},
      {{"a", "b"}},
      {{"ab", "c"}},
      {{"a", "bc"}},
      {{"a", "b"}, {"c", "d"}},
      {{"a",
        "b\xff"
        "c\xff"
        "d"}},
      {{"a", "bcd"}},
      {{"b", "a"}},
  };
  std::set<std::string> keys;
  for (const Labels& labels : sets) {
    EXPECT_EQ(labels.key().size(), 64u);
    keys.insert(labels.key());
    EXPECT_EQ(labels.fingerprint_text().size(), 16u);
  }
  // A value with the separator inside is the one collision of Alertmanager's bytes.
  EXPECT_GE(keys.size(), std::size(sets) - 1);
}

TEST(LabelsKey, FingerprintsAreAlertmanagers) {
  // FNV-1a 64 over name 0xff value 0xff, computed apart from this program.
  EXPECT_EQ(Labels({{"alertname", "HostDown"}, {"instance", "a:1"}}).fingerprint_text(), "0ec43b68d6e4a769");
  EXPECT_EQ(Labels({{"instance", "a:1"}}).fingerprint_text(), "c914d53116d3a62c");
}

TEST(LabelsOrder, IsThatOfNamesThenValues) {
  const Labels ordered[] = {{}, {{"a", "1"}}, {{"a", "1"}, {"b", "1"}}, {{"a", "2"}}, {{"b", "0"}}};
  for (const Labels& a : ordered)
    for (const Labels& b : ordered) EXPECT_EQ(a < b, &a < &b) << a.text() << b.text();
}

TEST(LabelsValue, OtherKindsAreWrittenOutAndEmptyOnesLeftOut) {
  const Labels labels =
      Labels::from_value(*parse_json(R"({"s":"x","n":1,"d":1.5,"b":true,"e":"","l":[1],"null":null,"m":{"a":1}})"));
  EXPECT_EQ(labels.text(), R"({b="true", d="1.5", l="[1]", m="{\"a\":1}", n="1", null="null", s="x"})");
  EXPECT_TRUE(Labels::from_value(*parse_json("[1,2]")).empty());
  EXPECT_TRUE(Labels::from_value(Value()).empty());
}

}  // namespace
}  // namespace reeve::model
