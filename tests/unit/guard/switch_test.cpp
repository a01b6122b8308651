// Kill switches: which of them hold after which entries, and what they cover.
#include <gtest/gtest.h>

#include <tuple>

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

/// "pulled <SCOPE> REASON" or "lifted <SCOPE> REASON" of each change, and then takes it in as app records it.
std::string recorded(State& state, const std::string& file) {
  state.set_file_switches(file == "-" ? std::vector<State::Switch>{} : read_halt_file(file));
  std::string out;
  for (const auto& [pulled, what] : state.unrecorded()) {
    out += (out.empty() ? "" : "|") + std::string(pulled ? "pulled <" : "lifted <") + what.scope + "> " + what.reason;
    model::Entry seen = entry(pulled, pulled || !what.scope.empty() ? what.scope : "*");
    seen.actor = what.owner;
    seen.facts.set("source", "file");
    seen.body = R"({"reason":")" + what.reason + R"("})";
    state.apply(seen, base::Boot{});
  }
  return out;
}

// One entry for each change of the file, and none for what the ledger knows.
TEST(Switches, WhatTheFileChangesIsToldOnce) {
  const std::tuple<const char*, const char*, const char*> table[] = {
      // what people said before | the file then | what is new of it ("-": there is no file)
      {"", "-", ""},
      {"", "", "pulled <> the file HALT is there"},
      {"", "* a\ndocker/* b\n* c\n", "pulled <docker/*> b|pulled <> a; c"},
      {"+", "* r\n", ""},  // `reeve halt`: the person's entry tells of the line, too
      {"+", "* other\n", "pulled <> other"},
      {"+", "docker/* r\n", "pulled <docker/*> r"},
      {"+ -", "* r\n", "pulled <> r"},
  };
  for (const auto& [people, file, want] : table) {
    State state = after(people);
    EXPECT_EQ(recorded(state, file), want) << people << " " << file;
    EXPECT_EQ(recorded(state, file), "") << "told once: " << file;
  }
}

TEST(Switches, OfTheFileEndWithItAndThoseOfPeopleStay) {
  State state = after("+proc/*");
  EXPECT_EQ(recorded(state, "* a\nssh/* b\nproc/* r\n"), "pulled <> a|pulled <ssh/*> b");
  EXPECT_EQ(recorded(state, "* a\nproc/* r\n"), "lifted <ssh/*> b");
  EXPECT_EQ(recorded(state, "* z\n"), "pulled <> z") << "the same switch, another reason";
  EXPECT_EQ(recorded(state, "-"), "lifted <> z");
  EXPECT_EQ(scopes(state), "<proc/*>");
  EXPECT_EQ(state.recorded_switches().size(), 1U);
}

TEST(Switches, WhatTheLedgerTellsOfTheFileHaltsNothingByItself) {
  State state;
  recorded(state, "* a\n");
  State later = state;  // as folded after a restart, before the file was looked at
  later.set_file_switches({});
  EXPECT_EQ(later.halted({}), nullptr);
  EXPECT_EQ(recorded(later, "* a\n"), "") << "there before and after";
  EXPECT_NE(later.halted({}), nullptr);
}

TEST(Switches, OfTheFileAreLiftedWithTheEntryOfThePersonWhoLiftsThem) {
  for (const char* story : {"-", "-*"}) {
    State state;
    recorded(state, "");
    state.apply(entry(false, story + 1), base::Boot{});
    EXPECT_EQ(recorded(state, "-"), "") << "one entry, not two";
  }
}

TEST(Switches, SeenInTheFileBeforeThePersonsEntryBecomeThePersons) {
  State state;
  EXPECT_EQ(recorded(state, "* r\n"), "pulled <> r");
  state.apply(entry(true, ""), base::Boot{});
  EXPECT_EQ(recorded(state, "* r\n"), "");
  EXPECT_EQ(recorded(state, "-"), "") << "the latch is the person's and stays";
  EXPECT_EQ(scopes(state), "<>");
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
