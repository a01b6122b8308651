// The engine as a whole, without plugins: start, stop, reload, switches, runs by hand; asked as people ask it.
#include <filesystem>
#include <fstream>

#include "model/json.h"
#include "unit/app/running.h"

namespace reeve::app {
namespace {

namespace fs = std::filesystem;
using test::RunningEngine;
using test::Said;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(RunningEngine, WritesDownItsStartItsConfigurationAndItsStop) {
  ASSERT_TRUE(start().ok());
  stop();
  EXPECT_EQ(exit, 0);
  EXPECT_THAT(kinds(), ElementsAre("engine.start", "config.loaded", "engine.stop"));
  ASSERT_TRUE(start().ok()) << "again, on the same folder";
  stop();
  EXPECT_EQ(kinds().size(), 6U);
  const auto verified = ledger::verify(state());
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->ok) << base::join(verified->faults, "\n");
}

TEST_F(RunningEngine, AFolderIsForOneEngine) {
  ASSERT_TRUE(start().ok());
  Engine second({.places = places,
                 .source = config_of_file(folder + "/reeve.yaml", places),
                 .on_started = [](const base::Status& status) {
                   ASSERT_FALSE(status.ok());
                   EXPECT_EQ(status.error().fault, base::Fault::kConflict);
                   EXPECT_THAT(status.error().text, HasSubstr("one engine per folder"));
                 }});
  EXPECT_EQ(second.run(), 1);
  EXPECT_EQ(reeve({"status"}).exit, 0) << "the first is none the worse";
}

TEST_F(RunningEngine, MakesItsSocketAgainAndHoldsItsFolderWithoutTheLockFile) {
  ASSERT_TRUE(start().ok());
  fs::remove(state() + "/lock");
  fs::remove(state() + "/reeve.sock");
  const Said rebuilt = reeve({"audit", "rebuild", "--replace"});
  EXPECT_EQ(rebuilt.exit, cli::kFailure) << rebuilt.out;
  EXPECT_THAT(rebuilt.err, HasSubstr("one engine per folder"));
  EXPECT_EQ(reeve({"audit", "rebuild"}).exit, cli::kOk) << "to compare needs nothing but to read";
  for (int i = 0; i < 500 && !fs::exists(state() + "/reeve.sock"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(reeve({"status"}).exit, cli::kOk);
  EXPECT_TRUE(fs::exists(state() + "/lock"));
  stop();
  EXPECT_EQ(exit, 0);
  EXPECT_FALSE(fs::exists(state() + "/reeve.sock"));
}

TEST_F(RunningEngine, EndsWhenItsFolderIsReplaced) {
  ASSERT_TRUE(start().ok());
  fs::rename(state(), state() + ".away");
  fs::create_directories(state());
  wait();
  EXPECT_EQ(exit, 1);
  EXPECT_TRUE(fs::is_empty(state())) << "nothing is written into what is not its own";
}

TEST_F(RunningEngine, DoesNotStartOnWhatIsWrong) {
  write("rules/a.yaml", "groups:\n- name: g\n  rules:\n  - {alert: Down, expr: 'up =='}\n");
  write("runbooks/do/bad.lua", "return runbook { titel = 'x' }, function(run) end\n");
  const base::Status status = start();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().text, HasSubstr("rules/a.yaml:4:"));
  EXPECT_EQ(exit, 1);
  EXPECT_THAT(kinds(), Not(Contains("config.loaded")));
}

struct Change {
  const char* what;
  const char* file;
  const char* text;
  const char* says;  ///< empty: it is taken
};
class Reload : public RunningEngine, public testing::WithParamInterface<Change> {};
TEST_P(Reload, IsAllOrNothing) {
  const Change& change = GetParam();
  ASSERT_TRUE(start().ok());
  write("rules/b.yaml", "groups:\n- name: b\n  rules:\n  - {alert: New, expr: vector(1)}\n");
  write(change.file, change.text);
  const int64_t rules = json({"status"})["counts"]["rules"].as_int();
  const Said said = reeve({"reload"});
  EXPECT_EQ(said.exit, *change.says ? cli::kFailure : cli::kOk) << change.what << "\n" << said.err;
  EXPECT_THAT(said.err, HasSubstr(change.says)) << change.what;
  EXPECT_EQ(json({"status"})["counts"]["rules"].as_int(), *change.says ? rules : rules + 1) << change.what;
  stop();
  const auto loads = kinds();
  EXPECT_EQ(std::count(loads.begin(), loads.end(), "config.loaded"), *change.says ? 1 : 2) << change.what;
}
TEST_F(RunningEngine, StartsWithoutAPluginThatIsGoneAndSaysSo) {
  write("reeve.yaml", "state: state\nlisten: none\nrules: [rules]\nplugins:\n- nothing: {name: x}\n");
  const base::Status started = start();
  ASSERT_TRUE(started.ok()) << started.error().text;
  EXPECT_THAT(reeve({"status"}).out, HasSubstr("no plugin \"nothing\""));
  stop();
  EXPECT_THAT(kinds(), Contains("plugin.crashed"));
}

TEST_F(RunningEngine, AReloadSaysWhichKeysWaitForAStart) {
  const std::string usual = "state: state\nrules: [rules]\nrunbooks: [runbooks]\n";
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(reeve({"reload"}).out, "reloaded\n");
  write("reeve.yaml", usual + "listen: 127.0.0.1:1\n");
  EXPECT_EQ(reeve({"reload"}).out, "reloaded; `listen` is taken up at the next start\n");
  write("reeve.yaml", usual +
                          "listen: none\nexternal_labels: {site: a}\nexternal_url: http://r\nseries: {memory: 2MiB}\n"
                          "ledger: {anchor: a.log}\n");
  const Said said = reeve({"reload"});
  EXPECT_EQ(said.out,
            "reloaded; `external_labels`, `external_url`, `series.memory`, `ledger.anchor` are taken up at the next "
            "start\n");
  EXPECT_EQ(json({"reload"})["at_next_start"].as_list().size(), 4U);
  write("reeve.yaml",
        usual + "listen: none\nmode: suggest\nevaluation_interval: 1s\nsafety: {reason: x, cool_down: 1s}\n");
  EXPECT_EQ(reeve({"reload"}).out, "reloaded\n") << "nothing waits any more, and these are taken up";
}

INSTANTIATE_TEST_SUITE_P(
    Files, Reload,
    testing::Values(Change{"a second file of rules", "x", "", ""},
                    Change{"a rule that does not parse", "rules/c.yaml",
                           "groups:\n- name: c\n  rules:\n  - {alert: C, expr: 'up ='}\n", "rules/c.yaml:4:"},
                    Change{"a rule file that is half written", "rules/c.yaml", "groups:\n- name: c\n  rules:\n  - {al",
                           "rules/c.yaml:"},
                    Change{"a rule whose runbook there is not", "rules/c.yaml",
                           "groups:\n- name: c\n  rules:\n  - {alert: C, expr: up == 0, run: do/nota}\n",
                           "there is no runbook \"do/nota\" (did you mean \"do/note\"?)"},
                    Change{"a rule whose runbook gets no value", "rules/c.yaml",
                           "groups:\n- name: c\n  rules:\n  - {alert: C, expr: up == 0, run: do/note}\n",
                           "parameter \"what\" of do/note gets no value (with:)"},
                    Change{"a rule with a parameter too many", "rules/c.yaml",
                           "groups:\n- name: c\n  rules:\n  - {alert: C, expr: up == 0, run: {runbook: do/note, with: "
                           "{what: a, who: b}}}\n",
                           "runbook do/note has no parameter \"who\""},
                    Change{"a runbook that does not parse", "runbooks/do/note.lua", "return runbook {", "note.lua:1:"},
                    Change{"a runbook that is half written", "runbooks/do/note.lua",
                           "return runbook { title = \"Note\", params = { wh", "note.lua:1:"},
                    Change{"an unknown key", "reeve.yaml", "stat: x\n", "reeve.yaml:1:1: unknown field \"stat\""},
                    Change{"a plugin that there is not", "reeve.yaml",
                           "state: state\nlisten: none\nrules: [rules]\nplugins:\n- nothing: {name: x}\n", "nothing"},
                    Change{"another state folder", "reeve.yaml",
                           "listen: none\nstate: other\nrules: [rules]\nrunbooks: [runbooks]\n",
                           "reeve.yaml:2:8: the state folder cannot change while the engine runs"},
                    Change{"no state folder named any more", "reeve.yaml",
                           "listen: none\nrules: [rules]\nrunbooks: [runbooks]\n", "reeve.yaml: state: the state"},
                    Change{"no address to listen on", "reeve.yaml", "state: state\nlisten: nope\nrules: [rules]\n",
                           "reeve.yaml:2:9: \"nope\" is no address to listen on: it has no port; write IP:PORT"},
                    Change{"no rules any more", "reeve.yaml", "state: state\nlisten: none\n", "no rules"}));

TEST_F(RunningEngine, ASwitchOutlivesTheEngineWithItsReasonAndIsLiftedByItsName) {
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(reeve({"halt", "--reason", "a migration", "--scope", "do/*"}).exit, 0);
  EXPECT_EQ(reeve({"halt", "--reason", "the network"}).exit, 0);
  stop();
  std::ifstream file(state() + "/HALT");
  std::stringstream lines;
  lines << file.rdbuf();
  EXPECT_EQ(lines.str(), "do/* a migration\n* the network\n");
  fs::remove(state() + "/HALT");
  ASSERT_TRUE(start().ok());
  const std::string status = reeve({"status"}).out;
  EXPECT_THAT(status, HasSubstr("a migration")) << "the ledger has it too";
  EXPECT_THAT(status, HasSubstr("the network"));
  EXPECT_EQ(reeve({"halt", "--lift", "--scope", "nobody/*"}).exit, cli::kNotFound);
  EXPECT_EQ(reeve({"halt", "--lift", "--scope", "do/*"}).exit, 0);
  EXPECT_THAT(reeve({"status"}).out, Not(HasSubstr("a migration")));
  EXPECT_THAT(reeve({"status"}).out, HasSubstr("the network"));
  EXPECT_EQ(reeve({"halt", "--lift"}).exit, 0);
  EXPECT_EQ(reeve({"halt", "--lift"}).exit, cli::kNotFound) << "nothing is halted any more";
  EXPECT_THAT(reeve({"status"}).out, Not(HasSubstr("the network")));
}

TEST_F(RunningEngine, ARunByHandIsDoneWithItsParametersAndHasItsStory) {
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(reeve({"run", "do/nota", "--param", "what=x"}).exit, cli::kNotFound);
  EXPECT_EQ(reeve({"run", "do/note"}).exit, cli::kUsage) << "a parameter is missing";
  EXPECT_EQ(reeve({"run", "do/note", "--param", "who=x"}).exit, cli::kUsage);
  const Said dry = reeve({"run", "do/note", "--param", "what=hello", "--dry-run"});
  EXPECT_EQ(dry.exit, 0) << dry.err;
  EXPECT_THAT(kinds(), Not(Contains("run.started"))) << "a plan is no run";
  const Said said = reeve({"run", "do/note", "--param", "what=hello", "--wait"});
  EXPECT_EQ(said.exit, 0) << said.out << said.err;
  stop();
  const auto told = kinds();
  EXPECT_THAT(told, Contains("run.started"));
  EXPECT_THAT(told, Contains("run.ended"));
}

// Every table is told by the entries alone: what a running engine wrote and what is computed anew are equal.
TEST_F(RunningEngine, ItsTablesAreThoseThatTheEntriesTell) {
  ASSERT_TRUE(start().ok());
  reeve({"halt", "--reason", "x"});
  reeve({"run", "do/note", "--param", "what=refused"});
  reeve({"halt", "--lift"});
  reeve({"run", "do/note", "--param", "what=done", "--wait"});
  reeve({"reload"});
  stop();
  const auto differing = ledger::rebuild(ledger_settings(state()), false);
  ASSERT_TRUE(differing.ok()) << differing.error().text;
  EXPECT_THAT(*differing, testing::IsEmpty());
  const Said rebuilt = reeve({"audit", "rebuild"});
  EXPECT_EQ(rebuilt.exit, 0) << rebuilt.out << rebuilt.err;
}

TEST_F(RunningEngine, WithoutItTheLedgerAnswersAndTheSwitchWorks) {
  ASSERT_TRUE(start().ok());
  stop();
  EXPECT_EQ(reeve({"audit", "list"}).exit, 0);
  EXPECT_EQ(reeve({"audit", "verify"}).exit, 0);
  EXPECT_EQ(reeve({"run", "do/note", "--param", "what=x"}).exit, cli::kUnreachable);
  EXPECT_EQ(reeve({"halt", "--reason", "by file"}).exit, 0);
  ASSERT_TRUE(start().ok());
  EXPECT_THAT(reeve({"status"}).out, HasSubstr("by file"));
}

TEST_F(RunningEngine, NoSecretStandsInTheLedgerOrInAnyAnswer) {
  write("secret", "t0ps3cret\n");
  write("reeve.yaml",
        "state: state\nlisten: none\nrules: [rules]\nrunbooks: [runbooks]\n"
        "notify: [{name: oncall, webhook: \"http://127.0.0.1:9/${file:secret}\", headers: {X: \"${file:secret}\"}}]\n");
  ASSERT_TRUE(start().ok());
  reeve({"run", "do/note", "--param", "what=x", "--wait"});
  for (const std::vector<std::string>& question :
       {std::vector<std::string>{"status"}, {"plugin", "list"}, {"audit", "list"}, {"runs"}, {"alerts"}})
    for (const char* form : {"table", "json", "jsonl"}) {
      std::vector<std::string> typed = question;
      typed.insert(typed.end(), {"-o", form});
      const Said said = reeve(typed);
      EXPECT_THAT(said.out + said.err, Not(HasSubstr("t0ps3cret"))) << base::join(typed, " ");
    }
  stop();
  std::ifstream file(state() + "/ledger-1.db", std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  EXPECT_GT(bytes.str().size(), 1000U);
  EXPECT_THAT(bytes.str(), Not(HasSubstr("t0ps3cret")));
}

}  // namespace
}  // namespace reeve::app
