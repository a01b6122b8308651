// Commands with an engine, or the parts of one, in this process: check, doctor, run --local, serve, plugin describe.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/serve.h"
#include "ledger/ledger.h"
#include "model/json.h"
#include "unit/app/running.h"

namespace reeve::app {
namespace {

namespace fs = std::filesystem;
using test::RunningEngine;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// The same folder; the packs and plugins are those that lie beside the test program.
class CommandTest : public RunningEngine {
 protected:
  CommandTest() {
    globals.config = folder + "/reeve.yaml";
    globals.state = state();
  }
  int check(bool strict = false) {
    clear();
    return check_config(globals.config, strict, out, err);
  }
  int doctor() {
    clear();
    return app::doctor(globals, out, err);
  }
  int local(const std::string& runbook, const std::string& what, bool dry = false) {
    clear();
    cli::LocalRun run{globals, runbook};
    if (!what.empty()) run.params.set("what", what);
    run.dry = dry;
    return run_local(run, "test", out, err);
  }
  void clear() {
    out.str("");
    err.str("");
  }
  cli::Globals globals;
  std::ostringstream out, err;
};

TEST_F(CommandTest, CheckSaysWhatIsThereAndWhatRulesNeed) {
  write("rules/a.yaml", "groups:\n- name: g\n  rules:\n  - {alert: Slow, expr: 'rate(x[10m]) > 1'}\n");
  EXPECT_EQ(check(), cli::kOk) << err.str();
  EXPECT_THAT(out.str(), ContainsRegex("reeve.yaml: ok: 0 plugin instances, 1 rules, [0-9]+ runbooks\n"));
  EXPECT_THAT(out.str(), HasSubstr("  a.yaml/g/Slow/1: needs 10m of samples\n"));
  EXPECT_FALSE(fs::exists(state())) << "a check leaves nothing";
}

TEST_F(CommandTest, CheckCountsFindingsOnlyWhenStrict) {
  write("rules/a.yaml",
        "groups:\n- name: g\n  rules:\n  - {alert: D, on: proc.exit, run: {runbook: do/note, with: {what: x}}}\n");
  EXPECT_EQ(check(), cli::kOk);
  EXPECT_EQ(check(true), cli::kLint);
  EXPECT_THAT(err.str(), HasSubstr("a.yaml:"));
}

TEST_F(CommandTest, CheckTellsTheErrorsOfEveryKindOfFile) {
  write("reeve.yaml", "mode: fast\n");
  EXPECT_EQ(check(), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("reeve.yaml:1:7: "));
  write("reeve.yaml", "runbooks: [runbooks]\n");
  write("runbooks/do/note.lua", "return runbook { titel = \"x\" }, function(run) end\n");
  EXPECT_EQ(check(), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("note.lua:1:"));
  EXPECT_THAT(err.str(), HasSubstr("did you mean \"title\"?"));
  write("runbooks/do/note.lua", kNote);
  write("reeve.yaml", "plugins:\n- nothing: {name: x}\n");
  EXPECT_EQ(check(), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("nothing"));
  globals.config = folder + "/none.yaml";
  EXPECT_EQ(check(), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("none.yaml"));
}

TEST_F(CommandTest, CheckOfRunbooksSaysOkPerPath) {
  EXPECT_EQ(check_runbooks({folder + "/runbooks"}, false, out, err), cli::kOk) << err.str();
  EXPECT_EQ(out.str(), folder + "/runbooks: ok\n");
  write("runbooks/do/note.lua", "return runbook {");
  EXPECT_EQ(check_runbooks({folder + "/runbooks"}, false, out, err), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("note.lua:1:"));
}

TEST_F(CommandTest, ARunOnItsOwnIsDoneUnderTheLockAndLeavesItsStory) {
  EXPECT_EQ(local("do/note", "hello"), cli::kOk) << err.str();
  EXPECT_THAT(out.str(), ContainsRegex("^run [0-9a-f-]{36} succeeded\n$"));
  EXPECT_THAT(kinds(), testing::IsSupersetOf({"engine.start", "run.started", "run.ended", "engine.stop"}));
  EXPECT_EQ(local("do/note", "again"), cli::kOk) << "the lock is free again";
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(local("do/note", "x"), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("another engine"));
}

TEST_F(CommandTest, ARunOnItsOwnSaysWhyItIsNone) {
  EXPECT_EQ(local("do/nota", "x"), cli::kNotFound);
  EXPECT_EQ(local("do/note", ""), cli::kUsage);
  EXPECT_THAT(err.str(), HasSubstr("what"));
  write("runbooks/do/fails.lua", "return runbook { title = \"F\" }, function(run) error(\"broken\") end\n");
  EXPECT_EQ(local("do/fails", ""), cli::kFailure);
  EXPECT_THAT(out.str(), HasSubstr("failed")) << err.str();
  write("reeve.yaml", "mode: fast\n");
  EXPECT_EQ(local("do/note", "x"), cli::kFailure);
  EXPECT_THAT(err.str(), HasSubstr("reeve.yaml:1:7: "));
}

TEST_F(CommandTest, AHaltRefusesARunOnItsOwnToo) {
  fs::create_directories(state());
  std::ofstream(state() + "/HALT") << "* moving house\n";
  EXPECT_EQ(local("do/note", "x"), cli::kRefused);
  EXPECT_THAT(err.str(), HasSubstr("moving house"));
}

TEST_F(CommandTest, APlanIsPrintedAndNothingIsRun) {
  EXPECT_EQ(local("do/note", "hello", true), cli::kOk) << err.str();
  const auto plan = model::parse_json(out.str());
  ASSERT_TRUE(plan.ok()) << out.str();
  EXPECT_TRUE(plan->has("steps")) << out.str();
  EXPECT_THAT(kinds(), Not(testing::Contains("run.started")));
}

TEST_F(CommandTest, DoctorMarksWhatIsWrong) {
  write("reeve.yaml", "state: state\nmode: fast\n");
  EXPECT_EQ(doctor(), cli::kFailure);
  EXPECT_THAT(out.str(), HasSubstr("BAD   configuration " + globals.config + ":\n"));
  EXPECT_THAT(out.str(), HasSubstr("reeve.yaml:2:7: "));
  EXPECT_THAT(err.str(), HasSubstr("see the lines marked BAD"));
  EXPECT_THAT(out.str(), ContainsRegex("ok    reeve-child beside the program: /"));
  EXPECT_THAT(out.str(), ContainsRegex("info  SQLite 3"));
}

TEST_F(CommandTest, DoctorVerifiesTheLedger) {
  ASSERT_EQ(local("do/note", "hello"), cli::kOk);
  doctor();
  EXPECT_THAT(out.str(), ContainsRegex("ok    ledger: [0-9]+ entries verify\n"));
  EXPECT_THAT(out.str(), HasSubstr("ok    state folder can be written: " + state() + "\n"));
  EXPECT_THAT(out.str(), ContainsRegex("ok    free disk: [0-9]+ MiB\n"));
  std::ofstream(state() + "/ledger-1.db", std::ios::binary) << "no ledger at all, but long enough to be looked into";
  EXPECT_EQ(doctor(), cli::kFailure);
  EXPECT_THAT(out.str(), HasSubstr("BAD   ledger: "));
}

TEST_F(CommandTest, DoctorSaysWhenNothingIsConfigured) {
  globals.config = folder + "/none.yaml";
  EXPECT_EQ(doctor(), cli::kFailure);
  EXPECT_THAT(out.str(), HasSubstr("none.yaml"));
}

TEST_F(CommandTest, ServeSaysWhyItDoesNotStart) {
  cli::ServeOptions options;
  options.globals = globals;
  options.globals.config = folder + "/none.yaml";
  testing::internal::CaptureStderr();
  EXPECT_EQ(serve(options, "test"), cli::kNotFound);
  write("reeve.yaml", "mode: fast\n");
  options.globals = globals;
  EXPECT_NE(serve(options, "test"), cli::kOk);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("none.yaml"));
  EXPECT_THAT(said, HasSubstr("reeve.yaml:1:7: "));
}

TEST_F(CommandTest, PluginsAreDescribedAlsoThoseOfPluginDirsAndBrokenOnes) {
  fs::create_directories(folder + "/plugins");
  write("plugins/broken", "#!/bin/sh\necho nonsense\n");
  chmod((folder + "/plugins/broken").c_str(), 0755);
  write("reeve.yaml", "plugin_dirs: [plugins]\n");
  const auto one = describe_plugins(globals, "broken");
  ASSERT_TRUE(one.ok());
  ASSERT_EQ(one->as_list().size(), 1U);
  EXPECT_TRUE(one->as_list()[0]["manifest"].is_null());
  EXPECT_THAT(one->as_list()[0]["error"].as_string(), HasSubstr("broken"));
  const auto http = describe_plugins(globals, "http");
  ASSERT_TRUE(http.ok()) << http.error().text;
  EXPECT_EQ(http->as_list()[0]["manifest"]["name"].as_string(), "http");
  const auto none = describe_plugins(globals, "nothing");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().fault, base::Fault::kNotFound);
  EXPECT_THAT(none.error().text, HasSubstr(folder + "/plugins"));
}

}  // namespace
}  // namespace reeve::app
