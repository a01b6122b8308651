#include "alert/inhibit.h"

#include <gtest/gtest.h>

namespace reeve::alert {
namespace {

base::Result<std::vector<InhibitRule>> read(const std::string& text) {
  return read_inhibit_rules(*yaml::parse(text, "r.yaml"));
}

std::vector<InhibitRule> rules(const std::string& text) {
  auto out = read(text);
  EXPECT_TRUE(out.ok()) << out.error().text;
  return std::move(out).value();
}

const char* kCritical =
    "- source_matchers: ['severity=critical']\n"
    "  target_matchers: ['severity=~\"warning|info\"']\n"
    "  equal: [cluster, service]\n";

model::Labels alert(const std::string& severity, const std::string& cluster, const std::string& service = "") {
  return model::Labels(
      std::vector<model::Labels::Pair>{{"severity", severity}, {"cluster", cluster}, {"service", service}});
}

TEST(Inhibit, AWorseAlertOfTheSamePlaceKeepsTheOtherQuiet) {
  const auto all = rules(kCritical);
  const std::vector<model::Labels> firing{alert("critical", "a"), alert("critical", "b", "web")};
  EXPECT_EQ(inhibited_by(all, alert("warning", "a"), firing), &firing[0]);
  EXPECT_EQ(inhibited_by(all, alert("info", "b", "web"), firing), &firing[1]);
  EXPECT_EQ(inhibited_by(all, alert("warning", "b"), firing), nullptr) << "another service";
  EXPECT_EQ(inhibited_by(all, alert("warning", "c"), firing), nullptr) << "another cluster";
  EXPECT_EQ(inhibited_by(all, alert("page", "a"), firing), nullptr) << "no target";
  EXPECT_EQ(inhibited_by(all, alert("warning", "a"), {}), nullptr);
}

TEST(Inhibit, WhatMatchesBothSidesIsNotKeptQuietByItsLike) {
  const auto all = rules("- {source_matchers: [a=~\".+\"], target_matchers: [a=~\".+\"]}");
  const model::Labels one{{"a", "1"}}, two{{"a", "2"}};
  EXPECT_EQ(inhibited_by(all, one, {one, two}), nullptr);
  const auto half = rules("- {source_matchers: [a=~\".+\"], target_matchers: [b=x]}");
  const model::Labels both{{"a", "1"}, {"b", "x"}}, source{{"a", "2"}};
  const std::vector<model::Labels> firing{both, source};
  EXPECT_EQ(inhibited_by(half, both, firing), &firing[1]);
  EXPECT_EQ(inhibited_by(half, both, {both}), nullptr);
}

TEST(Inhibit, RulesAreReadStrictly) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: b", "r.yaml:1:1: inhibit_rules must be a list, but is a map"},
      {"- {source_matchers: [a=b]}", "r.yaml:1:3: missing field \"target_matchers\""},
      {"- {source_matchers: [], target_matchers: [a=b]}",
       "r.yaml:1:21: source_matchers is empty: it would match every alert"},
      {"- {source_matchers: a=b, target_matchers: [a=b]}", "r.yaml:1:21: source_matchers must be a list, but is text"},
      {"- {source_matchers: [a=b], target_matchers: [a=b], equals: [x]}",
       "r.yaml:1:52: unknown field \"equals\" (did you mean \"equal\"?)"},
      {"- {source_matchers: [a=b], target_matchers: [a=b], equal: x}",
       "r.yaml:1:59: equal must be a list, but is text"},
      {"- {source_matchers: ['a=~\"(\"'], target_matchers: [a=b]}",
       "r.yaml:1:22: the regular expression `(` does not compile: missing ): ("},
  };
  for (const auto& [text, error] : cases) {
    const auto out = read(text);
    ASSERT_FALSE(out.ok()) << text;
    EXPECT_EQ(out.error().text.substr(0, out.error().text.find('\n')), error);
  }
}

}  // namespace
}  // namespace reeve::alert
