// Runs in words: how one ends while its engine goes away, and what settles a step in doubt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/run_text.h"
#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

using model::Value;
using test::Place;
using test::Said;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Waits for a run with nothing but the ledger that a stopped engine left.
struct Left : testing::Test {
  Place place{Place::Engine::kLedger};
  std::ostringstream out, err;
  std::istringstream in;
  base::Duration waited;

  int wait(const std::string& run, base::Duration timeout) {
    base::ManualClock& clock = place.clock();
    Io io{out, err, in, false, nullptr, clock, [&](base::Duration d) {
            clock.advance(d);
            waited = waited + d;
          }};
    Globals globals;
    globals.state = place.state();
    const Context context{io, place.commands, globals, Style{}, "run"};
    return wait_for_end(context, run, timeout);
  }
};

TEST_F(Left, TheOutcomeOfARunThatEndedAsTheEngineStopped) {
  EXPECT_EQ(wait(api::test::run_ended().id, base::hours(1)), kOk) << err.str();
  EXPECT_EQ(out.str(), "ended: succeeded: restarted\n");
  EXPECT_EQ(waited.us, 0);
}

TEST_F(Left, ARunThatDidNotEndIsTheNextEnginesAfterAWhile) {
  EXPECT_EQ(wait(api::test::run_parked().id, base::hours(1)), kUnreachable);
  EXPECT_THAT(err.str(), HasSubstr("has not ended: the next engine goes on with it (reeve serve"));
  EXPECT_EQ(waited, base::seconds(10));
}

TEST_F(Left, AnEngineThatIsStoppingIsWaitedFor) {
  std::ofstream(place.state() + "/lock") << getpid() << "\n";
  EXPECT_EQ(wait(api::test::run_parked().id, base::minutes(1)), kTimedOut);
  EXPECT_THAT(err.str(), HasSubstr("is still parked: approval after 1m"));
}

Value entry(const char* kind, const char* path) {
  return Value::map().set("kind", kind).set("facts", Value::map().set("path", path));
}
Value story(const std::vector<Value>& entries) {
  Value list = Value::list();
  for (const Value& one : entries) list.push(one);
  return Value::map().set("run", "r-1").set("entries", std::move(list));
}

TEST(Settle, IsTypedForEachStepThatIsStillInDoubt) {
  EXPECT_THAT(settle_commands(story({entry("step.in_doubt", "2"), entry("step.in_doubt", "3.1")})),
              ElementsAre("reeve settle r-1 2 happened|repeat|abort", "reeve settle r-1 3.1 happened|repeat|abort"));
  EXPECT_THAT(settle_commands(story({entry("step.in_doubt", "2"), entry("operator.settled", "2")})), IsEmpty());
  EXPECT_THAT(settle_commands(story({entry("step.in_doubt", "2"), entry("run.ended", "")})), IsEmpty());
}

/// The one run that this engine has.
void show(api::Engine& ports, const model::RunRow& run) {
  ports.runs = [run] { return std::vector<model::RunRow>{run}; };
  ports.status = [run] {
    api::StatusReport report;
    report.runs = {run};
    return report;
  };
}

TEST(Settle, IsShownWhereAPersonLooks) {
  Place place(Place::Engine::kNone);
  api::Engine ports = place.fake.ports();
  model::RunRow run = api::test::run_parked();
  run.reason = "in_doubt";
  show(ports, run);
  api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
  for (const char* command : {"status", "runs"})
    EXPECT_THAT(place.run({command, "--server", running.socket()}).out,
                HasSubstr("  in doubt, say what became of its step: reeve runs " + run.id + " shows how\n"));
}

// They stand in the body of their entry; older ledgers have them in the facts.
TEST(Words, OfAScriptAreShownInTheStoryOfItsRun) {
  Place place(Place::Engine::kNone);
  base::declare_core_thread(true);
  for (const char* name : {"note", "said before"}) {
    model::Entry said;
    said.kind = "step.read";
    said.run = api::test::run_parked().id;
    said.at = api::test::kNow;
    said.facts.set("kind", "note").set("name", name);
    if (name == std::string("note")) said.body = R"({"text":"said today","value":null})";
    place.fake.ledger.append(std::move(said));
  }
  place.fake.loop.run();
  base::declare_core_thread(false);
  api::Engine ports = place.fake.ports();
  api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
  const std::string out = place.run({"runs", api::test::run_parked().id, "--server", running.socket()}).out;
  EXPECT_THAT(out, HasSubstr("kind=note name=said today"));
  EXPECT_THAT(out, HasSubstr("kind=note name=said before"));
}

TEST(Texts, AreCutOnlyWhereATerminalReads) {
  Place place(Place::Engine::kNone);
  const std::string words = "it goes on and on " + std::string(300, 'x') + " to the end";
  api::Engine ports = place.fake.ports();
  model::RunRow run = api::test::run_parked();
  run.message = words;
  show(ports, run);
  api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
  for (const bool terminal : {false, true}) {
    place.terminal = terminal;
    for (const char* command : {"status", "runs"}) {
      const std::string out = place.run({command, "--server", running.socket()}).out;
      EXPECT_EQ(out.find(words) != std::string::npos, !terminal) << out;
      EXPECT_EQ(out.find("…") != std::string::npos, terminal) << out;
    }
  }
}

TEST(Run, ARunbookNearlyNamedIsSuggested) {
  Place place(Place::Engine::kRunning);
  const Said said = place.run({"run", "docker/restart_contianer"});
  EXPECT_EQ(said.exit, kNotFound);
  EXPECT_EQ(said.err, "reeve: no runbook \"docker/restart_contianer\" (did you mean \"docker/restart_container\"?)\n");
  EXPECT_EQ(place.run({"run", "other/thing"}).err, "reeve: no runbook \"other/thing\"\n");
}

}  // namespace
}  // namespace reeve::cli
