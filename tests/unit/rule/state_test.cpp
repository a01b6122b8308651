// The alert state machine: scenarios from testdata/states.txt, observed time, flapping.
#include "rule/state.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace reeve::rule {
namespace {

using model::AlertState;

struct Line {
  int number;
  std::string text;
};
struct Case {
  std::string name;
  std::vector<Line> lines;  // the first is the rule
};

std::vector<Case> cases() {
  std::ifstream file(REEVE_TEST_DIR "/unit/rule/testdata/states.txt");
  std::vector<Case> out;
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (text.empty() || text[0] == '#') continue;
    if (base::starts_with(text, "case ")) {
      out.push_back({text.substr(5), {}});
    } else {
      out.back().lines.push_back({number, text});
    }
  }
  return out;
}

base::Duration duration(const std::string& text) {
  return base::parse_duration(text).value();
}

void set(Rule& rule, const std::string& key, const std::string& value) {
  if (key == "for") {
    rule.hold_for = duration(value);
  } else if (key == "keep_firing_for") {
    rule.keep_firing_for = duration(value);
  } else if (key == "needs") {
    rule.needs = std::stoi(value);
    rule.of = std::stoi(value.substr(value.find('/') + 1));
  } else if (key == "absent") {
    rule.absent = value == "keep" ? Absent::kKeep : Absent::kFire;
  } else {
    ASSERT_EQ(key, "reset");
    rule.reset = *promql::parse("x");  // its value comes from the scenario
  }
}

Rule rule_of(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  Rule rule;
  words >> word;
  while (words >> word) set(rule, word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
  return rule;
}

Seen seen_of(const std::string& words, Track& track) {
  Seen seen;
  track.alert.warming = false;
  for (const std::string& word : base::split(words, '+')) {
    if (word == "match") seen.matched = true;
    if (word == "reset") seen.reset = true;
    if (word == "nodata") seen.data = false;
    if (word == "muted") seen.muted = true;
    if (word == "arrival") seen.tick = false;
    if (word == "warm") track.alert.warming = true;
  }
  return seen;
}

TEST(AlertStates, FollowTheScenarios) {
  const std::vector<Case> all = cases();
  ASSERT_GT(all.size(), 20u);
  for (const Case& scenario : all) {
    const Rule rule = rule_of(scenario.lines[0].text);
    Track track;
    for (size_t i = 1; i < scenario.lines.size(); ++i) {
      std::istringstream words(scenario.lines[i].text);
      std::string elapsed, what, state;
      words >> elapsed >> what >> state;
      Seen seen = seen_of(what, track);
      seen.elapsed = duration(elapsed);
      track.alert.state = advance(track, rule, seen);
      EXPECT_EQ(model::alert_state_name(track.alert.state), state)
          << "states.txt:" << scenario.lines[i].number << " of \"" << scenario.name << '"';
    }
  }
}

TEST(AlertStates, ForgetsOnlyWhatHasNoHistory) {
  Rule rule;
  rule.needs = 2;
  rule.of = 3;
  Track track;
  EXPECT_TRUE(track.idle());
  track.alert.state = advance(track, rule, {.matched = true});
  EXPECT_FALSE(track.idle());
  for (int i = 0; i < 3; ++i) track.alert.state = advance(track, rule, {});
  EXPECT_TRUE(track.idle());
}

constexpr Moment at(int64_t wall_ms, int64_t boot_ms) {
  return {base::time_from_ms(wall_ms), base::Boot{boot_ms * 1000}};
}

TEST(ObservedTime, IsTheWallClocksWhileBothClocksAgree) {
  EXPECT_EQ(observed(at(0, 5000), at(15000, 20003), {}), base::seconds(15));
}

TEST(ObservedTime, IsBootTimeWhenTheWallClockWasSet) {
  const base::Duration most = base::seconds(30);
  EXPECT_EQ(observed(at(0, 0), at(3600000, 15000), most), base::seconds(15));   // put forward an hour
  EXPECT_EQ(observed(at(0, 0), at(-3600000, 15000), most), base::seconds(15));  // set back an hour
}

TEST(ObservedTime, IsAtMostTwoIntervalsAfterAPause) {
  EXPECT_EQ(observed(at(0, 0), at(600000, 600000), base::seconds(30)), base::seconds(30));
  EXPECT_EQ(observed(at(0, 0), at(600000, 600000), {}), base::minutes(10));
}

TEST(ObservedTime, IsNeverNegative) {
  EXPECT_EQ(observed(at(20, 20), at(10, 10), {}), base::Duration{});
}

TEST(FlappingDetector, BeginsAboveHighAndEndsBelowLow) {
  const FlappingLimits limits{.high = 30, .low = 25};
  Flapping flapping;
  bool state = false;
  int changes = 0;
  while (!flapping.on()) flapping.push(state = !state, limits), ++changes;
  EXPECT_EQ(changes, 6);  // six new changes weigh 6.7 of 20
  int quiet = 0;
  while (flapping.on()) flapping.push(state, limits), ++quiet;
  EXPECT_GT(quiet, 5);
  while (!flapping.quiet()) flapping.push(state, limits), ++quiet;
  EXPECT_EQ(quiet, 20);
  EXPECT_EQ(flapping.percent(), 0);
}

TEST(FlappingDetector, StaysQuietOnSteadyStates) {
  Flapping flapping;
  for (int i = 0; i < 100; ++i) flapping.push(true, {});
  EXPECT_FALSE(flapping.on());
}

TEST(FlappingDetector, IsFedByTicksOnly) {
  Rule rule;
  rule.flapping = FlappingLimits{};
  Track track;
  for (int i = 0; i < 20; ++i) track.alert.state = advance(track, rule, {.matched = i % 2 == 0, .tick = false});
  EXPECT_FALSE(track.flapping.on());
  for (int i = 0; i < 20; ++i) track.alert.state = advance(track, rule, {.matched = i % 2 == 0});
  EXPECT_TRUE(track.flapping.on());
}

}  // namespace
}  // namespace reeve::rule
