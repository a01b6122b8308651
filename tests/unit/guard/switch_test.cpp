// Kill switches: which of them hold after which entries, and what they cover.
#include <gtest/gtest.h>

#include "guard/guard.h"

namespace reeve::guard {
namespace {

model::Entry entry(bool pulled, const std::string& scope) {
  model::Entry entry;
  entry.kind = pulled ? "switch.pulled" : "switch.lifted";
  entry.actor = "uid:7";
  entry.facts.set("scope", scope);
  if (pulled) entry.body = R"({"reason":"r"})";
  return entry;
}

/// "+docker/* -*": pulled and lifted in order; a sign alone is everything pulled, and every switch lifted.
State after(const std::string& story) {
  State state;
  for (const std::string& word : base::split(story, ' '))
    if (!word.empty()) state.apply(entry(word[0] == '+', word.substr(1)), base::Boot{});
  return state;
}

std::string scopes(const State& state) {
  std::string out;
  for (const auto& pulled : state.switches()) out += (out.empty() ? "" : " ") + std::string("<") + pulled.scope + ">";
  return out;
}

TEST(Switches, HoldUntilTheyAreLiftedByNameOrAltogether) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"+", "<>"},
      {"+ +", "<>"},
      {"+docker/* +proc/*", "<docker/*> <proc/*>"},
      {"+docker/* +proc/* -docker/*", "<proc/*>"},
      {"+docker/* +proc/* -", ""},
      {"+docker/* + -*", "<docker/*>"},
      {"+docker/* + -docker/*", "<>"},
      {"-docker/* +docker/*", "<docker/*>"},
      {"+docker/* - +proc/*", "<proc/*>"},
      {"+docker/web-1 -docker/*", "<docker/web-1>"},  // a name, no pattern
  };
  for (const auto& [story, want] : table) EXPECT_EQ(scopes(after(story)), want) << story;
}

TEST(Switches, CoverWhatTheirPatternMatches) {
  struct Case {
    const char* story;
    std::vector<std::string> targets;
    bool halted;
  };
  const Case table[] = {
      {"+", {}, true},
      {"+", {"docker/local/1"}, true},
      {"+docker/*", {}, false},
      {"+docker/*", {"docker/local/1"}, true},
      {"+docker/*", {"proc/api"}, false},
      {"+docker/*", {"proc/api", "docker/local/1"}, true},
      {"+docker/local/1", {"docker/local/11"}, false},
      {"+docker/local/?", {"docker/local/1"}, true},
      {"+docker/* -", {"docker/local/1"}, false},
  };
  for (const Case& one : table)
    EXPECT_EQ(after(one.story).halted(one.targets) != nullptr, one.halted)
        << one.story << " " << testing::PrintToString(one.targets);
}

TEST(Switches, OfTheFileCountBesideThoseOfTheLedgerAndOnce) {
  State state = after("+docker/* +");
  state.set_file_switches(read_halt_file("* moving\nssh/* later\n"));
  EXPECT_EQ(scopes(state), "<> <ssh/*> <docker/*>");
  EXPECT_EQ(state.switches()[0].reason, "moving") << "the file's words are the newer";
  state.set_file_switches({});
  EXPECT_EQ(scopes(state), "<docker/*> <>");
}

TEST(Switches, TheFileIsReadLineByLine) {
  const std::pair<const char*, const char*> table[] = {
      {"", "<> the file HALT is there"},
      {"\n \n\t\n", "<> the file HALT is there"},
      {"*", "<> "},
      {"* why", "<> why"},
      {"docker/*\twith  two blanks  \r\n", "<docker/*> with  two blanks"},
      {"  docker/* x\n\nproc/*\n", "<docker/*> x|<proc/*> "},
  };
  for (const auto& [text, want] : table) {
    std::string got;
    for (const auto& one : read_halt_file(text)) got += (got.empty() ? "<" : "|<") + one.scope + "> " + one.reason;
    EXPECT_EQ(got, want) << text;
  }
}

}  // namespace
}  // namespace reeve::guard
