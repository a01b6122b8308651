// The judgement of modes: which response it is, what counts for it, what it lacks.
#include "app/promotion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json.h"

namespace reeve::app {
namespace {

using model::Value;
using response::Mode;
using testing::HasSubstr;

response::Response read(const std::string& text, const std::string& id, bool of_rule = false) {
  auto node = yaml::parse(text, "reeve.yaml");
  EXPECT_TRUE(node.ok());
  auto read = response::read(*node, id, of_rule);
  EXPECT_TRUE(read.ok()) << read.error().text;
  return std::move(*read);
}

class Books : public runbook::Library {
 public:
  explicit Books(std::vector<runbook::Runbook> all) : all_(std::move(all)) {}
  const runbook::Runbook* find(const std::string& name) const override {
    for (const runbook::Runbook& one : all_)
      if (one.name == name) return &one;
    return nullptr;
  }
  std::vector<const runbook::Runbook*> all() const override { return {}; }

 private:
  std::vector<runbook::Runbook> all_;
};

TEST(ResponseKey, IsItsRunbookAndItsAlertsWhereverItStands) {
  const auto key = [](const std::string& text, int at) {
    return key_of(read(text, "reeve.yaml:responses[" + std::to_string(at) + "]"));
  };
  const std::string usual = key("{runbook: a/b, match: {x: \"1\", y: \"2\"}}", 0);
  EXPECT_EQ(key("{runbook: a/b, match: {x: \"1\", y: \"2\"}}", 3), usual) << "it moved";
  EXPECT_EQ(key("{runbook: a/b, match: {y: \"2\", x: \"1\"}, mode: auto}", 0), usual);
  EXPECT_EQ(key("{runbook: a/b, matchers: ['x=\"1\"', 'y=\"2\"']}", 0), usual);
  EXPECT_NE(key("{runbook: a/c, match: {x: \"1\", y: \"2\"}}", 0), usual) << "does something else";
  EXPECT_NE(key("{runbook: a/b, match: {x: \"1\"}}", 0), usual) << "answers more";
  EXPECT_NE(key_of(read("a/b", "r.yaml:g/A", true)), key_of(read("a/b", "r.yaml:g/B", true))) << "another rule";
}

TEST(ModeInForce, IsTheStrictestThatIsNamedElseApprove) {
  runbook::Runbook one;
  one.name = "a/b";
  const auto in_force = [&one](std::optional<Mode> engine, std::optional<Mode> response, const char* runbook) {
    one.mode = runbook;
    const Books library({one});
    response::Response of;
    of.runbook = "a/b";
    of.mode = response;
    return std::string(response::mode_name(mode_in_force(engine, of, &library)));
  };
  EXPECT_EQ(in_force({}, {}, ""), "approve");
  EXPECT_EQ(in_force({}, {}, "auto"), "auto") << "the runbook's own word";
  EXPECT_EQ(in_force({}, Mode::kAuto, ""), "auto");
  EXPECT_EQ(in_force(Mode::kSuggest, Mode::kAuto, "auto"), "suggest");
  EXPECT_EQ(in_force(Mode::kAuto, {}, "shadow"), "shadow");
}

Config config_of(std::vector<response::Response> responses, std::optional<int> evidence = {}) {
  Config config;
  config.responses = std::move(responses);
  config.safety.promotion_evidence = evidence;
  return config;
}

TEST(Standings, TakeTheLoosestOfWhatCannotBeToldApart) {
  const std::string same = "{runbook: a/b, match: {x: \"1\"}, mode: ";
  const Config config = config_of({read(same + "shadow}", "one"), read(same + "auto}", "two")});
  const auto all = standings(config, {}, Books({}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].id, "two");
  EXPECT_EQ(all[0].mode, Mode::kAuto);
}

TEST(Standings, ARunbooksOwnWordOnEvidenceWins) {
  runbook::Runbook strict, plain;
  strict.name = "a/strict";
  strict.safety.promotion_evidence = 9;
  plain.name = "a/plain";
  const Config config = config_of(
      {read("{runbook: a/strict, match: {x: \"1\"}}", "one"), read("{runbook: a/plain, match: {x: \"1\"}}", "two")}, 2);
  const auto all = standings(config, {}, Books({strict, plain}));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].wanted, 9);
  EXPECT_EQ(all[1].wanted, 2);
}

TEST(Evidence, CountsWhatIsYounger) {
  std::vector<Value> rows;
  const auto add = [&rows](int seq, const char* outcome) {
    rows.push_back(Value::map().set("seq", seq).set("outcome", outcome));
  };
  add(3, "succeeded");
  for (const char* outcome : {"succeeded", "failed", "escalated", "killed", "cancelled", "would_act", "would_not"})
    add(5, outcome);
  EXPECT_EQ(model::to_json(evidence_of(rows, 3).to_value()),
            R"({"succeeded":1,"failed":3,"cancelled":1,"would_act":1,"would_not":1})");
  EXPECT_EQ(evidence_of(rows, 0).good(), 3);
  EXPECT_EQ(evidence_of(rows, 5).good(), 0);
}

struct Asked {
  Mode from, to;
  int wanted, good;
  bool refused;
};
class Promotion : public testing::TestWithParam<Asked> {};
TEST_P(Promotion, NeedsItsEvidenceOnlyToActByItself) {
  const Asked& asked = GetParam();
  Standing now;
  now.key = "k";
  now.id = "reeve.yaml:responses[0]";
  now.runbook = "a/b";
  now.mode = asked.to;
  now.wanted = asked.wanted;
  Evidence evidence;
  evidence.succeeded = asked.good;
  evidence.failed = 7;
  const auto changes = mode_changes({now}, {{"k", {asked.from, 4}}}, [&](const std::string& key, uint64_t after) {
    EXPECT_EQ(key, "k");
    EXPECT_EQ(after, 4U);
    return evidence;
  });
  ASSERT_EQ(changes.size(), asked.from == asked.to ? 0U : 1U);
  if (changes.empty()) return;
  EXPECT_EQ(!shortfall(changes[0]).empty(), asked.refused) << shortfall(changes[0]);
  EXPECT_THAT(shortfall(changes[0]), HasSubstr(asked.refused ? "a/b cannot act by itself" : ""));
  const model::Entry entry = mode_entry(changes[0], "uid:7");
  EXPECT_EQ(entry.kind + " " + entry.actor, "mode.changed uid:7");
  EXPECT_EQ(entry.facts["from"].as_string(), response::mode_name(asked.from));
  EXPECT_EQ(entry.facts["to"].as_string(), response::mode_name(asked.to));
}
INSTANTIATE_TEST_SUITE_P(
    Of, Promotion,
    testing::Values(Asked{Mode::kApprove, Mode::kAuto, 0, 0, false}, Asked{Mode::kApprove, Mode::kAuto, 3, 2, true},
                    Asked{Mode::kApprove, Mode::kAuto, 3, 3, false}, Asked{Mode::kShadow, Mode::kAuto, 1, 0, true},
                    Asked{Mode::kShadow, Mode::kApprove, 3, 0, false}, Asked{Mode::kAuto, Mode::kShadow, 3, 0, false},
                    Asked{Mode::kAuto, Mode::kAuto, 3, 0, false}));

TEST(ModeChanges, WhatTheLedgerDoesNotKnowWasTheDefault) {
  Standing approve, shadow;
  approve.key = "a";
  shadow.key = "b";
  shadow.mode = Mode::kShadow;
  const auto changes = mode_changes({approve, shadow}, {}, [](const std::string&, uint64_t) { return Evidence{}; });
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].now.key, "b");
  EXPECT_EQ(changes[0].from, Mode::kApprove);
}

}  // namespace
}  // namespace reeve::app
