// The kill switch: which engine is asked, what is said about it, and that nothing stands in its way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/latches.h"
#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

namespace fs = std::filesystem;
using model::Value;
using test::Place;
using test::Said;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A ledger in `folder` in which these switches were pulled and lifted, in this order.
struct Turn {
  bool pulled;
  const char* scope;
  bool file = false;
};
void write_switches(const std::string& folder, const std::vector<Turn>& turns) {
  base::AsioLoop loop(base::system_clock());
  ledger::Settings settings;
  settings.folder = folder;
  settings.tables = {{"switches", {"scope TEXT"}, {"seq INTEGER", "pulled INTEGER"}}};
  settings.projects = {[](const model::Entry& entry) -> std::vector<model::RowChange> {
    if (!base::starts_with(entry.kind, "switch.")) return {};
    model::RowChange row;
    row.table = "switches";
    const bool of_file = entry.facts["source"].as_string() == "file";
    row.key.set("scope", (of_file ? "file " : "") + entry.facts["scope"].as_string());
    row.set.set("seq", entry.seq).set("pulled", entry.kind == "switch.pulled");
    return {row};
  }};
  base::ManualClock then(api::test::before(base::minutes(5)));
  auto ledger = ledger::open(settings, loop, then, base::system_random());
  ASSERT_TRUE(ledger.ok()) << ledger.error().text;
  loop.post([&] {
    for (const Turn& turn : turns) {
      model::Entry entry;
      entry.kind = turn.pulled ? "switch.pulled" : "switch.lifted";
      entry.actor = "uid:7";
      entry.facts.set("scope", turn.scope);
      if (turn.file) entry.facts.set("source", "file");
      entry.body = model::to_json(Value::map().set("reason", "latched"));
      (*ledger)->append(std::move(entry));
    }
    (*ledger)->flush([&loop](const base::Status&) { loop.stop(); });
  });
  loop.run();
}

struct Halt : testing::Test {
  Place running{Place::Engine::kRunning};
  Place here{Place::Engine::kNone};
  std::string tcp() const { return "http://127.0.0.1:" + std::to_string(running.port()); }
  static bool is_halted(const Place& place) { return fs::exists(place.state() + "/HALT"); }
};

TEST_F(Halt, OfAServerTouchesNothingHere) {
  const Said pulled = here.run({"--server", running.socket(), "halt", "--reason", "x"});
  EXPECT_EQ(pulled.exit, kOk) << pulled.err;
  EXPECT_THAT(pulled.out, HasSubstr("halted everything at " + running.socket()));
  EXPECT_THAT(running.asked(), ElementsAre("halt * (x) uid:ME"));
  const Said lifted = here.run({"--server", running.socket(), "halt", "--lift"});
  EXPECT_EQ(lifted.out, "lifted everything at " + running.socket() + "\n");
  EXPECT_THAT(running.asked(), ElementsAre("lift \"\" uid:ME"));
  EXPECT_FALSE(is_halted(here));
}

TEST_F(Halt, OfAServerThatOnlyReadsIsDeniedAndChangesNothing) {
  for (const std::vector<std::string>& what : {std::vector<std::string>{"--reason", "x"}, {"--lift"}}) {
    std::vector<std::string> arguments{"--server", tcp(), "halt"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    ASSERT_TRUE(add_halt(here.state(), "*", "local").ok());
    const Said said = here.run(arguments);
    EXPECT_EQ(said.exit, kDenied);
    EXPECT_EQ(said.out, "");
    EXPECT_THAT(said.err, HasSubstr(what[0] == "--lift" ? "nothing was lifted at http" : "nothing was halted at http"));
    EXPECT_THAT(running.asked(), IsEmpty());
    EXPECT_TRUE(is_halted(here));
    ASSERT_TRUE(lift_halt(here.state(), "").ok());
  }
}

TEST_F(Halt, OfAServerThatIsNotThereIsExit7) {
  const Said said = here.run({"--server", "http://127.0.0.1:1", "halt", "--reason", "x"});
  EXPECT_EQ(said.exit, kUnreachable);
  EXPECT_EQ(said.out, "");
  EXPECT_FALSE(is_halted(here));
}

TEST_F(Halt, ASocketTellsItsStateFolder) {
  const api::test::TempFolder other;
  const std::string socket = other.path() + "/reeve.sock";
  EXPECT_EQ(here.run({"--server", socket, "halt", "--reason", "x"}).exit,
            kUnreachable);  // nothing shows that it is one
  std::ofstream(other.path() + "/lock") << "1\n";
  EXPECT_EQ(here.run({"--server", "unix:" + socket, "halt", "--reason", "x"}).exit, kOk);
  EXPECT_TRUE(fs::exists(other.path() + "/HALT"));
  EXPECT_FALSE(is_halted(here));
  EXPECT_EQ(here.run({"--server", socket, "halt", "--lift"}).exit, kOk);
  EXPECT_FALSE(fs::exists(other.path() + "/HALT"));
}

TEST_F(Halt, AuditJudgesTheLedgerOfTheServerOrNone) {
  const Said said = here.run({"--server", tcp(), "audit", "list"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_THAT(said.err, HasSubstr("cannot ask http://127.0.0.1"));
  const api::test::TempFolder other;
  write_switches(other.path(), {{true, ""}});
  std::ofstream(other.path() + "/lock") << "1\n";
  const Said list = here.run({"--server", other.path() + "/reeve.sock", "audit", "list", "--all"});
  EXPECT_THAT(list.out, HasSubstr("switch.pulled"));
}

TEST_F(Halt, GoesByTheSocketWhenTheFileCannotBeWritten) {
  fs::create_directories(running.state() + "/HALT.new");
  fs::create_directories(here.state() + "/HALT.new");
  const Said said = running.run({"halt", "--reason", "x"});
  EXPECT_EQ(said.exit, kOk) << said.err;
  EXPECT_THAT(said.out, HasSubstr("halted everything"));
  EXPECT_THAT(said.err, HasSubstr("but the file does not: cannot write STATE/HALT.new"));
  EXPECT_THAT(running.asked(), ElementsAre("halt * (x) uid:ME"));
  const Said nobody = here.run({"halt", "--reason", "x"});
  EXPECT_EQ(nobody.exit, kFailure) << "the file is what failed, and it needs no engine";
  EXPECT_THAT(nobody.err, HasSubstr("nothing was halted: cannot write STATE/HALT.new"));
  EXPECT_THAT(nobody.err, HasSubstr("no engine answers"));
}

TEST_F(Halt, WithoutAFolderNobodyIsThereToHalt) {
  const Said said = here.run_bare({"--state", here.state() + "/none", "halt", "--reason", "x"});
  EXPECT_EQ(said.exit, kUnreachable);
  EXPECT_THAT(said.err, HasSubstr("nothing was halted: cannot write STATE/none/HALT.new"));
}

TEST_F(Halt, AFileThatCannotBeChangedIsAFailure) {
  ASSERT_TRUE(add_halt(here.state(), "*", "x").ok());
  fs::create_directories(here.state() + "/HALT.new");
  EXPECT_EQ(here.run({"halt", "--lift"}).exit, kFailure);
  EXPECT_TRUE(is_halted(here));
}

TEST_F(Halt, AnEngineThatCannotIsNotCalledStopped) {
  running.on_core([this] { running.fake.halt_status = base::Error{base::Fault::kUnavailable, "the ledger is full"}; });
  const Said said = running.run({"halt", "--reason", "x"});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.out, Not(HasSubstr("no engine is running")));
  EXPECT_THAT(said.err, HasSubstr("the engine answers: the ledger is full"));
}

TEST_F(Halt, WhatTheLedgerHoldsOnlyAnEngineLifts) {
  write_switches(here.state(), {{true, ""}, {true, "proc/*"}, {true, "docker/*"}, {false, "docker/*"}});
  ASSERT_TRUE(add_halt(here.state(), "*", "file").ok());
  ASSERT_TRUE(add_halt(here.state(), "docker/*", "file").ok());
  const Said all = here.run({"halt", "--lift"});
  EXPECT_EQ(all.exit, kUnreachable);
  EXPECT_EQ(all.out, "");
  EXPECT_THAT(all.err, HasSubstr("not lifted: everything is halted in the ledger (latched; uid:7, 5m ago)"));
  EXPECT_THAT(all.err, HasSubstr("not lifted: proc/*"));
  EXPECT_THAT(all.err, HasSubstr("reeve serve"));
  EXPECT_TRUE(is_halted(here));
  EXPECT_EQ(here.run({"halt", "--lift", "--scope", "proc/*"}).exit, kUnreachable);
  EXPECT_EQ(here.run({"halt", "--lift", "--scope", "docker/*"}).exit, kOk);
  const Said status = here.run({"status"});
  EXPECT_THAT(status.out, HasSubstr("HALTED everything: file"));
  EXPECT_THAT(status.out, HasSubstr("HALTED proc/*: latched (uid:7, 5m ago)"));
  EXPECT_THAT(status.out, Not(HasSubstr("HALTED docker/*")));
}

TEST_F(Halt, WhatTheLedgerSawInTheFileIsTheFiles) {
  write_switches(here.state(), {{true, "", true}});
  const auto reader = ledger::open_reader(here.state());
  ASSERT_TRUE(reader.ok());
  EXPECT_THAT(*latched(**reader), IsEmpty());
}

/// In a folder of its own, with a configuration that somebody is editing.
struct Editing : testing::Test {
  Editing() : before(fs::current_path()) { fs::current_path(folder.path()); }
  ~Editing() override { fs::current_path(before); }
  Place place{Place::Engine::kNone};
  api::test::TempFolder folder;
  fs::path before;
};

TEST_F(Editing, NothingRefusesTheKillSwitchForTheConfigurationsSake) {
  struct Case {
    const char* config;
    const char* taken;
  };
  fs::create_directories("reeve-data");
  fs::create_directories("var/data");
  for (const Case& one :
       {Case{"plugins:\n\t- x\n", "reeve-data"}, Case{"state: var/data\nplugins:\n\t- x\n", "var/data"},
        Case{"state: \"var/data\"  # here\na: [\n", "var/data"}, Case{"state: [1]\n", "reeve-data"},
        Case{"state: not/there\na: [\n", "reeve-data"}, Case{"state: var/data\nstate: b\n", "reeve-data"},
        Case{nullptr, "reeve-data"}}) {
    fs::remove_all("reeve.yaml");
    if (one.config) {
      std::ofstream("reeve.yaml") << one.config;
    } else {
      fs::create_directories("reeve.yaml");
    }
    const Said said = place.run_bare({"halt", "--reason", "bad day"});
    EXPECT_EQ(said.exit, kOk) << said.err;
    EXPECT_TRUE(fs::exists(std::string(one.taken) + "/HALT")) << one.taken;
    EXPECT_THAT(said.err, HasSubstr(std::string("taking the state folder ") + one.taken + " ("));
    EXPECT_THAT(said.err, HasSubstr("--state DIR names another\n"));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(place.run_bare({"halt", "--lift"}).exit, kOk);
  }
}

TEST_F(Editing, WithoutAFolderItSaysHowToNameOne) {
  std::ofstream("reeve.yaml") << "a: [\n";
  const Said said = place.run_bare({"halt", "--reason", "bad day"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_THAT(said.err, HasSubstr("reeve.yaml:"));
  EXPECT_THAT(said.err, HasSubstr("name it with --state DIR"));
}

TEST_F(Editing, WithoutAFolderNoEngineRuns) {
  for (const std::vector<std::string>& typed :
       {std::vector<std::string>{"query", "up"}, {"reload"}, {"approve"}, {"status"}, {"runs"}}) {
    const Said said = place.run_bare(typed);
    EXPECT_EQ(said.exit, kUnreachable);
    EXPECT_EQ(said.err,
              "reeve: no engine is running here: there is no state folder reeve-data (reeve serve starts one; --state "
              "DIR or --server ADDRESS names another)\n");
  }
}

}  // namespace
}  // namespace reeve::cli
