// What a command does beyond its words: verdicts and exit codes, waiting, following, the environment, the kill switch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

using model::Value;
using test::Place;
using test::Said;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Flow : testing::Test {
  Place place{Place::Engine::kRunning};

  void decide(model::Verdict verdict, int rail, const std::string& rail_name, const std::string& reason) {
    place.on_core([&] {
      place.fake.verdict.verdict = verdict;
      place.fake.verdict.rail = rail;
      place.fake.verdict.rail_name = rail_name;
      place.fake.verdict.reason = reason;
    });
  }
};

TEST(ExitCodes, OfEveryFault) {
  const std::pair<base::Fault, int> codes[] = {
      {base::Fault::kInvalid, 2},   {base::Fault::kNotFound, 4},       {base::Fault::kDenied, 5},
      {base::Fault::kRefused, 6},   {base::Fault::kUnavailable, 7},    {base::Fault::kTimeout, 124},
      {base::Fault::kConflict, 1},  {base::Fault::kInternal, 1},       {base::Fault::kTransient, 1},
      {base::Fault::kThrottled, 1}, {base::Fault::kUnknownOutcome, 1},
  };
  for (const auto& [fault, code] : codes) EXPECT_EQ(exit_of({fault, "x"}), code) << base::fault_name(fault);
}

TEST_F(Flow, ARunThatARailRefusesIsExit6) {
  decide(model::Verdict::kRefuse, 5, "cool-down", "restarted 2m ago, cool-down is 15m");
  const Said said = place.run({"run", "docker/restart_container"});
  EXPECT_EQ(said.exit, kRefused);
  EXPECT_EQ(said.err, "reeve: refused by the safety rail 5 (cool-down): restarted 2m ago, cool-down is 15m\n");
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(place.run({"run", "docker/restart_container", "--wait"}).exit, kRefused);
}

TEST_F(Flow, ARunThatNeedsAYesIsExit5AndSaysHowToGiveIt) {
  decide(model::Verdict::kAsk, 14, "approval", "mode approve");
  const Said said = place.run({"run", "docker/restart_container"});
  EXPECT_EQ(said.exit, kDenied);
  EXPECT_EQ(said.err, "reeve: approval needed: mode approve\n       reeve approve ap-7\n");
}

TEST_F(Flow, ADeferredRunIsStarted) {
  decide(model::Verdict::kDefer, 1, "concurrency", "another target is being acted on");
  const Said said = place.run({"run", "docker/restart_container"});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.err, HasSubstr("deferred: another target"));
}

TEST_F(Flow, TheEngineHearsWhoAskedForWhat) {
  place.run({"run", "docker/restart_container", "--param", "container=web-1", "--param", "grace=a=b"});
  place.run({"approve", "ap-7"});
  place.run({"deny", "ap-7", "--reason", "not now"});
  EXPECT_THAT(place.asked(),
              ElementsAre("run docker/restart_container {\"container\":\"web-1\",\"grace\":\"a=b\"} uid:ME",
                          "approve ap-7 uid:ME", "deny ap-7 (not now) uid:ME"));
}

TEST_F(Flow, WaitGivesUpWithExit124) {
  const Said said = place.run({"run", "docker/restart_container", "--wait", "--timeout", "3s"});
  EXPECT_EQ(said.exit, kTimedOut);
  EXPECT_THAT(said.err, HasSubstr("is still parked: approval after 3s"));
}

struct End {
  const char* result;
  int exit;
};

TEST(Wait, EndsWithTheRun) {
  for (const End& end : {End{"succeeded", kOk}, End{"failed", kFailure}, End{"escalated", kFailure},
                         End{"cancelled", kFailure}, End{"killed", kFailure}}) {
    Place place(Place::Engine::kNone);
    std::atomic<bool> ended = false;
    api::Engine ports = place.fake.ports();
    ports.runs = [&] {
      model::RunRow run = api::test::run_parked();
      if (ended) {
        run.state = model::RunState::kEnded;
        run.result = end.result;
        run.message = "so it was";
      }
      return std::vector<model::RunRow>{run};
    };
    api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
    place.on_pause = [&] { ended = true; };
    const Said said = place.run({"run", "docker/restart_container", "--wait", "--server", running.socket()});
    EXPECT_EQ(said.exit, end.exit) << end.result;
    EXPECT_EQ(said.out, std::string("ended: ") + end.result + ": so it was\n");
    EXPECT_THAT(said.err, HasSubstr("parked: approval\n"));
  }
}

TEST_F(Flow, FollowPrintsEachEventAsItComes) {
  std::thread publisher([this] {
    for (bool wanted = false; !wanted; std::this_thread::yield())
      place.on_core([&] { wanted = place.fake.bus.wanted(api::Topic::kEvents); });
    place.on_core([this] {
      Value event = api::test::event_of_die().to_value();
      event.set("verdicts", Value::list().push(Value::map().set("rule", "d/ContainerDied/1").set("verdict", "ends")));
      place.fake.bus.publish(api::Topic::kEvents, event);
      place.fake.bus.close();
    });
  });
  const Said said = place.run({"events", "--follow"});
  publisher.join();
  EXPECT_EQ(said.exit, kOk) << said.err;
  EXPECT_EQ(said.out,
            "11:56:00.000  docker.die  docker/local/3f2a  exit_code=137 image=web:1\n"
            "    d/ContainerDied/1: ends\n");
}

TEST_F(Flow, ColoursOnlyOnATerminalAndNotAgainstNoColor) {
  EXPECT_THAT(place.run({"alerts"}).out, Not(HasSubstr("\x1b[")));
  place.terminal = true;
  EXPECT_THAT(place.run({"alerts"}).out, HasSubstr("\x1b[31mfiring\x1b[0m"));
  EXPECT_THAT(place.run({"alerts", "-o", "json"}).out, Not(HasSubstr("\x1b[")));
  place.environment["NO_COLOR"] = "1";
  EXPECT_THAT(place.run({"alerts"}).out, Not(HasSubstr("\x1b[")));
  place.environment["NO_COLOR"] = "";
  EXPECT_THAT(place.run({"alerts"}).out, HasSubstr("\x1b[31m"));
}

TEST_F(Flow, OptionsWinOverTheEnvironment) {
  place.environment["REEVE_STATE"] = place.state();
  EXPECT_EQ(place.run_bare({"alerts"}).exit, kOk);
  place.environment["REEVE_SERVER"] = "/nowhere/reeve.sock";
  EXPECT_EQ(place.run_bare({"alerts"}).exit, kUnreachable);
  EXPECT_EQ(place.run_bare({"alerts", "--server", place.socket()}).exit, kOk);
  EXPECT_EQ(place.run_bare({"alerts", "--server", "unix:" + place.socket()}).exit, kOk);
}

TEST_F(Flow, OverTcpOneMayReadButNotChange) {
  const std::string server = "http://127.0.0.1:" + std::to_string(place.port());
  EXPECT_EQ(place.run({"--server", server, "status"}).exit, kOk);
  EXPECT_EQ(place.run({"--server", server + "/", "runs"}).exit, kOk);
  const Said said = place.run({"--server", server, "approve", "ap-7"});
  EXPECT_EQ(said.exit, kDenied);
  EXPECT_THAT(said.err, HasSubstr("use the engine's unix socket"));
  EXPECT_THAT(place.asked(), IsEmpty());
}

TEST_F(Flow, HaltIsWrittenBeforeTheEngineIsTold) {
  place.run({"halt", "--reason", "deploy"});
  EXPECT_THAT(place.asked(), ElementsAre("halt * (deploy) uid:ME"));
  EXPECT_TRUE(std::filesystem::exists(place.state() + "/HALT"));
  place.on_core([this] { place.fake.halt_status = base::Error{base::Fault::kUnavailable, "the ledger is full"}; });
  const Said said = place.run({"halt", "--reason", "still", "--scope", "docker/*"});
  EXPECT_EQ(said.exit, kOk);  // the file holds: that is what was asked
  std::stringstream file;
  file << std::ifstream(place.state() + "/HALT").rdbuf();
  EXPECT_EQ(file.str(), "* deploy\ndocker/* still\n");
}

TEST_F(Flow, AHaltThatOnlyTheEngineKnowsIsLiftedToo) {
  const Said said = place.run({"halt", "--lift"});
  EXPECT_EQ(said.exit, kOk) << said.err;
  EXPECT_EQ(said.out, "lifted everything\n");
  EXPECT_THAT(place.asked(), ElementsAre("lift \"\" uid:ME"));
}

TEST_F(Flow, ABadReloadIsAFailureAndSaysWhere) {
  place.on_core([this] {
    place.fake.reload_status = base::invalid("rules/api.yaml:14:11: unknown field \"fro\" (did you mean \"for\"?)");
  });
  const Said said = place.run({"reload"});
  EXPECT_EQ(said.exit, kFailure);
  EXPECT_EQ(said.err, "reeve: rules/api.yaml:14:11: unknown field \"fro\" (did you mean \"for\"?)\n");
}

TEST_F(Flow, AllIsWellWhenNothingIsWrong) {
  api::Engine ports = place.fake.ports();
  ports.status = [] {
    api::StatusReport report;
    report.version = "0.1.0";
    report.started = api::test::before(base::seconds(5));
    report.sources = {{"host/local", "up", ""}};
    return report;
  };
  api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
  EXPECT_THAT(place.run({"status", "--server", running.socket()}).out,
              HasSubstr("reeve 0.1.0, running for 5s (pid 0): all is well\n"));
  const Said nagios = place.run({"status", "--nagios", "--server", running.socket()});
  EXPECT_EQ(nagios.exit, 0);
  EXPECT_EQ(nagios.out, "REEVE OK - all is well | alerts=0 runs=0 parked=0 approvals=0 sources_down=0\n");
}

TEST_F(Flow, StatusIsOneScreenHoweverMuchIsWrong) {
  place.terminal = true;
  place.environment["NO_COLOR"] = "1";
  api::Engine ports = place.fake.ports();
  ports.status = [this] {
    api::StatusReport report = place.fake.status();
    for (int i = 0; i < 100; ++i) {
      report.alerts.push_back(api::test::alert_disk());
      report.runs.push_back(api::test::run_parked());
      report.sources.push_back({"http/" + std::to_string(i), "down", std::string(500, 'x')});
    }
    report.halts = {{"docker/*", "freeze", "anna", api::test::before(base::minutes(3))}};
    report.problems = {"ledger: disk full"};
    report.ledger_writable = false;
    return report;
  };
  api::test::Running running([&](api::Server& server) { api::add_routes(server, ports, base::system_clock()); });
  const std::string out = place.run({"status", "--server", running.socket()}).out;
  EXPECT_LE(std::count(out.begin(), out.end(), '\n'), 50);
  EXPECT_THAT(out, HasSubstr("HALTED docker/*: freeze (anna, 3m ago)  to go on: reeve halt --lift --scope 'docker/*'"));
  EXPECT_THAT(out, HasSubstr("... and 94 more: reeve alerts"));
  EXPECT_THAT(out, HasSubstr("... and 93 more: reeve plugin list"));
  for (const std::string& line : base::split(out, '\n')) EXPECT_LE(line.size(), 170U) << line;
  EXPECT_EQ(place.run({"status", "--nagios", "--server", running.socket()}).exit, 2);
}

TEST(Commands, WhatAppSuppliesIsCalledWithWhatWasTyped) {
  Place place(Place::Engine::kNone);
  std::vector<std::string> called;
  place.commands.serve = [&](const ServeOptions& options) {
    called.push_back("serve " + options.globals.config + ' ' + options.listen + ' ' + options.log_level + ' ' +
                     options.log_format);
    return 0;
  };
  place.commands.demo = [&](const DemoOptions& options, std::ostream& out) {
    out << "demo\n";
    called.push_back(std::string("demo ") + (options.stay ? "stay" : "go"));
    return 0;
  };
  place.commands.demo_service = [&](const DemoServiceOptions& options) {
    called.push_back("service " + std::to_string(options.port) + ' ' + options.pidfile);
    return 0;
  };
  place.commands.run_local = [&](const LocalRun& run, std::ostream&, std::ostream&) {
    called.push_back("local " + run.runbook + ' ' + model::to_json(run.params) + (run.dry ? " dry " : " ") +
                     base::format_duration(run.timeout));
    return 6;
  };
  place.commands.doctor = [](const Globals&, std::ostream&, std::ostream& err) {
    err << "no\n";
    return 1;
  };
  EXPECT_EQ(place.run({"serve", "--config", "x.yaml", "--listen", ":1", "--log-format", "json"}).exit, 0);
  EXPECT_EQ(place.run({"demo", "--stay"}).out, "demo\n");
  EXPECT_EQ(place.run({"demo-service", "--port", "8080", "--pidfile", "p"}).exit, 0);
  EXPECT_EQ(place.run({"demo-service", "--port", "99999"}).exit, kUsage);
  EXPECT_EQ(place.run({"run", "a/b", "--local", "--param", "x=1", "--dry-run", "--timeout", "5m"}).exit, 6);
  EXPECT_EQ(place.run({"doctor"}).err, "no\n");
  EXPECT_THAT(called, ElementsAre("serve x.yaml :1 info json", "demo stay", "service 8080 p",
                                  "local a/b {\"x\":\"1\"} dry 5m"));
}

TEST(Commands, PluginsOnTheDiskAreShownWithoutAnEngine) {
  Place place(Place::Engine::kNone);
  place.commands.describe_plugins = [](const Globals&, const std::string& name) -> base::Result<Value> {
    if (!name.empty() && name != "load")
      return base::Error{base::Fault::kNotFound, "there is no plugin \"" + name + "\""};
    return Value::list()
        .push(Value::map()
                  .set("plugin", "load")
                  .set("manifest", Value::map().set("version", "1.0.0").set("doc", "The load.")))
        .push(Value::map().set("plugin", "broken").set("error", "no manifest"));
  };
  const Said list = place.run({"plugin", "list"});
  EXPECT_EQ(list.exit, kOk);
  EXPECT_EQ(list.out,
            "PLUGIN  STATE    PID  RESTARTS  LAST ERROR\n"
            "load    on disk  -    -\n"
            "broken  broken   -    -         no manifest\n");
  EXPECT_THAT(list.err, HasSubstr("no engine is running"));
  EXPECT_THAT(place.run({"plugin", "describe", "load"}).out, HasSubstr("load  1.0.0  The load.\n"));
  EXPECT_EQ(place.run({"plugin", "describe", "x"}).exit, kNotFound);
}

}  // namespace
}  // namespace reeve::cli
