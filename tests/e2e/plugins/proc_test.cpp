#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>

#include "common/net/deadline.h"
#include "common/procfs/files.h"
#include "common/procfs/process.h"
#include "e2e/plugins/loaded.h"

namespace reeve::e2e {
namespace {

/// A daemon that stays in the foreground and writes nothing.
constexpr const char* kForeground = "#!/bin/sh\ntrap 'exit 0' TERM\nwhile :; do sleep 1000 & wait $!; done\n";
/// One that goes to the background, writes its pid file, and leaves.
constexpr const char* kForking =
    "#!/bin/sh\nsetsid sh -c 'echo $$ >\"$1\"; while :; do sleep 1000 & wait $!; done' daemon \"$1\" &\nsleep "
    "0.05\nexit 0\n";

class Proc : public testing::Test {
 protected:
  Json config(const std::string& script) {
    std::string program = folder.write("daemon", script, 0755);
    Json json = Json::map().set("name", "api").set("pidfile", pidfile);
    return json.set("start", Json::texts({program, pidfile})).set("start_timeout", "2s").set("stop_timeout", "1s");
  }
  static void end(int pid) {
    if (pid > 0) kill(pid, SIGKILL);
  }
  int pid() const {
    std::string text = common::read_file(pidfile);
    return text.empty() ? 0 : std::stoi(text);
  }
  void TearDown() override {
    end(pid());
    for (int each : started) end(each);
    run({"sh", "-c",
         "for d in /proc/[0-9]*; do grep -qs 'REEVE_PROC=api' $d/environ && kill -9 ${d#/proc/}; done; true"});
  }
  static bool alive(int pid) {
    auto process = common::process_of("/proc", pid);
    return process && !process->ended();
  }

  Folder folder;
  std::string pidfile = folder.path() + "/api.pid";
  std::vector<int> started;
};

TEST_F(Proc, BringsAKilledDaemonBackWithinASecond) {
  for (const char* script : {kForeground, kForking}) {
    Loaded plugin("proc", config(script));
    ASSERT_EQ(plugin.check(), "");
    auto watch = plugin.watch();
    EXPECT_FALSE(watch->wait_for("proc.state").fields["up"].boolean(true));
    Outcome first = plugin.invoke("start", Json::map());
    ASSERT_TRUE(first.ok()) << first.error;
    watch->wait_for("proc.start", "proc/api");
    ASSERT_TRUE(eventually([&] { return alive(pid()); }));
    int before = pid();
    EXPECT_EQ(first.answer["pid"].integer(), before);

    int64_t from = common::boot_ms();
    kill(before, SIGKILL);
    watch->wait_for("proc.exit", "proc/api");
    int64_t seen = common::boot_ms();
    EXPECT_LT(seen - from, 100);
    std::string baseline = plugin.plan("start", Json::map()).answer["baseline"].text();
    EXPECT_EQ(baseline, "0");
    ASSERT_TRUE(plugin.invoke("start", Json::map(), baseline).ok());
    EXPECT_LT(common::boot_ms() - from, 1000);
    EXPECT_TRUE(alive(pid()));
    EXPECT_NE(pid(), before);
    EXPECT_EQ(plugin.probe("start", Json::map(), baseline).answer["state"].text(), "done");
    watch.reset();
    end(pid());
    EXPECT_TRUE(eventually([&] { return plugin.collect().value("proc_up") == 0; }));
    unlink(pidfile.c_str());
  }
}

TEST_F(Proc, TellsHowItEnded) {
  Loaded plugin("proc", config(kForeground));
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  kill(pid(), SIGKILL);
  SeenEvent exit = watch->wait_for("proc.exit");
  EXPECT_EQ(exit.fields["reason"].text(), "signal 9");
  EXPECT_EQ(exit.fields["signal"].integer(), 9);
  EXPECT_FALSE(exit.fields.has("code"));
  EXPECT_GE(exit.fields["uptime"].number(), 0);
  EXPECT_LT(exit.fields["uptime"].number(), 5);

  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  kill(pid(), SIGTERM);
  int64_t from = common::boot_ms();
  watch->heard().wait_for("an exit with its code", [](const SeenEvent& event) {
    return event.type == "proc.exit" && event.fields["reason"].text() == "exit 0";
  });
  EXPECT_LT(common::boot_ms() - from, 500) << "it had shown itself, so nobody waits for a successor";
}

TEST_F(Proc, TellsThatADaemonDiesAtOnceEachTimeItIsStarted) {
  Loaded plugin("proc", config("#!/bin/sh\nexit 3\n"));
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  for (int round = 1; round <= 2; ++round) {
    Outcome outcome = plugin.invoke("start", Json::map());
    EXPECT_EQ(outcome.result, REEVE_TRANSIENT);
    EXPECT_NE(outcome.error.find("ended at once: exit 3"), std::string::npos) << outcome.error;
    EXPECT_TRUE(eventually([&] {
      int starts = 0;
      int exits = 0;
      for (const SeenEvent& event : watch->heard().events()) {
        starts += event.type == "proc.start" ? 1 : 0;
        exits += event.type == "proc.exit" && event.fields["code"].integer() == 3 ? 1 : 0;
      }
      return starts == round && exits == round;
    }));
  }
}

TEST_F(Proc, TellsTheDeathOfAStranger) {
  // Started by somebody else: a shell that leaves it alone.
  std::string program = folder.write("stranger", kForeground, 0755);
  int stranger = std::stoi(run({"sh", "-c", program + " >/dev/null 2>&1 & echo $!"}));
  started.push_back(stranger);
  folder.write("api.pid", std::to_string(stranger) + "\n");
  Loaded plugin("proc", Json::map().set("name", "api").set("pidfile", pidfile));
  auto watch = plugin.watch();
  SeenEvent state = watch->wait_for("proc.state");
  EXPECT_TRUE(state.fields["up"].boolean());
  EXPECT_EQ(state.fields["pid"].integer(), stranger);
  Outcome now = plugin.collect();
  EXPECT_EQ(now.value("proc_up"), 1);
  EXPECT_EQ(now.value("proc_threads"), 1);
  EXPECT_GT(now.value("proc_resident_memory_bytes"), 0);
  EXPECT_GT(now.value("proc_open_fds"), 2);
  EXPECT_GT(now.value("proc_max_fds"), 2);
  EXPECT_LT(now.value("proc_age_seconds"), 60);
  EXPECT_NEAR(now.value("proc_start_time_seconds"), static_cast<double>(time(nullptr)), 60);
  kill(stranger, SIGKILL);
  SeenEvent exit = watch->wait_for("proc.exit");
  std::string reason = exit.fields["reason"].text();
  EXPECT_TRUE(reason == "unknown" || reason == "signal 9") << reason;
  EXPECT_EQ(plugin.collect().value("proc_up"), 0);
  EXPECT_TRUE(std::isnan(plugin.collect().value("proc_threads")));
  EXPECT_EQ(plugin.plan("start", Json::map()).result, REEVE_INVALID) << "there is no start command";
}

TEST_F(Proc, TellsWhatHappenedWhileNobodyWatched) {
  Loaded plugin("proc", config(kForeground));
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  auto watch = plugin.watch();
  std::string up = watch->wait_for("proc.state").cursor;
  watch.reset();

  watch = plugin.watch(up);
  watch->wait_for("proc.state");
  EXPECT_EQ(watch->heard().events().size(), 1U) << "nothing happened";
  watch.reset();

  kill(pid(), SIGKILL);
  ASSERT_TRUE(eventually([&] { return plugin.collect().value("proc_up") == 0; }));
  watch = plugin.watch(up);
  SeenEvent exit = watch->wait_for("proc.exit");
  EXPECT_TRUE(exit.fields["late"].boolean());
  std::string down = exit.cursor;
  watch.reset();

  watch = plugin.watch(down);
  watch->wait_for("proc.state");
  EXPECT_EQ(watch->heard().events().size(), 1U) << "its end is told once";
  watch.reset();

  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  watch = plugin.watch(up);
  EXPECT_TRUE(watch->wait_for("proc.start").fields["late"].boolean());
  for (const SeenEvent& event : watch->heard().events()) EXPECT_NE(event.type, "proc.exit") << "it is back";
}

TEST_F(Proc, FollowsADaemonThatHandsOver) {
  Loaded plugin("proc", config(kForking));
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  int first = pid();
  // As an upgrade in place: the successor takes the pid file over, then the old one ends.
  std::string program = folder.write("next", kForeground, 0755);
  int next = std::stoi(run({"sh", "-c", program + " >/dev/null 2>&1 & echo $!"}));
  started.push_back(next);
  folder.write("api.pid", std::to_string(next));
  watch->heard().wait_for("the successor", [&](const SeenEvent& event) {
    return event.type == "proc.state" && event.fields["pid"].integer() == next;
  });
  kill(first, SIGKILL);
  kill(next, SIGKILL);
  SeenEvent exit = watch->wait_for("proc.exit");
  EXPECT_EQ(exit.fields["pid"].integer(), next) << "the end of the old one is no news";
}

TEST_F(Proc, SeesItStartedByOthers) {
  Loaded plugin("proc", Json::map().set("name", "api").set("pidfile", pidfile));
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  std::string program = folder.write("other", kForeground, 0755);
  started.push_back(std::stoi(run({"sh", "-c", program + " >/dev/null 2>&1 & echo $!"})));
  int64_t from = common::boot_ms();
  folder.write("api.pid", std::to_string(started[0]));
  EXPECT_EQ(watch->wait_for("proc.start").fields["pid"].integer(), started[0]);
  EXPECT_LT(common::boot_ms() - from, 400) << "by inotify, not by looking now and then";
}

TEST_F(Proc, StopsRestartsAndSignals) {
  Loaded plugin("proc", config(kForeground));
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  int first = pid();
  Json none = Json::map();
  std::string baseline = plugin.plan("restart", none).answer["baseline"].text();
  EXPECT_EQ(plugin.probe("restart", none, baseline).answer["state"].text(), "not_started");
  Outcome restarted = plugin.invoke("restart", none, baseline);
  ASSERT_TRUE(restarted.ok()) << restarted.error;
  EXPECT_NE(pid(), first);
  EXPECT_FALSE(alive(first));
  EXPECT_EQ(plugin.probe("restart", none, baseline).answer["state"].text(), "done");
  std::vector<std::string> types;
  EXPECT_TRUE(eventually([&] {
    types.clear();
    for (const SeenEvent& event : watch->heard().events()) types.push_back(event.type);
    return types == std::vector<std::string>{"proc.state", "proc.start", "proc.exit", "proc.start"};
  })) << types.size();

  EXPECT_FALSE(plugin.invoke("start", none).answer["changed"].boolean(true)) << "it runs";
  baseline = plugin.plan("stop", none).answer["baseline"].text();
  EXPECT_EQ(plugin.probe("stop", none, baseline).answer["state"].text(), "not_started");
  ASSERT_TRUE(plugin.invoke("stop", none, baseline).ok());
  EXPECT_EQ(plugin.probe("stop", none, baseline).answer["state"].text(), "done");
  EXPECT_FALSE(plugin.invoke("stop", none).answer["changed"].boolean(true));

  EXPECT_EQ(plugin.plan("signal", Json::map().set("signal", "HUP")).result, REEVE_NOT_FOUND);
  ASSERT_TRUE(plugin.invoke("start", none).ok());
  baseline = plugin.plan("signal", Json::map().set("signal", "TERM")).answer["baseline"].text();
  EXPECT_EQ(plugin.invoke("signal", Json::map().set("signal", "TRM"), baseline).result, REEVE_INVALID);
  ASSERT_TRUE(plugin.invoke("signal", Json::map().set("signal", 15), baseline).ok());
  EXPECT_TRUE(eventually([&] { return plugin.collect().value("proc_up") == 0; }));
  EXPECT_EQ(plugin.probe("signal", none, baseline).answer["state"].text(), "done");
}

TEST_F(Proc, KillsWhatDoesNotEnd) {
  Loaded plugin("proc", config("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n"));
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  int before = pid();
  ASSERT_TRUE(plugin.invoke("stop", Json::map().set("timeout", "200ms")).ok());
  EXPECT_FALSE(alive(before));
}

TEST_F(Proc, StopsByCommandWhereThereIsOne) {
  Json json = config(kForeground);
  json.set("stop",
           Json::texts({"/bin/sh", "-c", "kill -9 $(cat " + pidfile + "); touch " + folder.path() + "/stopped"}));
  Loaded plugin("proc", json);
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  ASSERT_TRUE(plugin.invoke("stop", Json::map()).ok());
  EXPECT_EQ(access((folder.path() + "/stopped").c_str(), F_OK), 0);
}

/// Killed between spawn and the pid file: the start is known again by its key, and is not repeated.
TEST_F(Proc, KnowsAStartWhoseSenderDied) {
  Json json = config(kForeground);
  Loaded plugin("proc", json);
  std::string program = json["start"].items()[0].text();
  std::string command = "REEVE_PROC=api REEVE_START=key-1 setsid " + program + " >/dev/null 2>&1 & echo $!";
  started.push_back(std::stoi(run({"sh", "-c", command})));
  ASSERT_TRUE(eventually([&] { return plugin.collect().value("proc_up") == 1; })) << "found by its mark";
  EXPECT_EQ(plugin.probe("start", Json::map(), "0").answer["state"].text(), "done");
  Outcome again = plugin.invoke("start", Json::map(), "0");
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again.answer["changed"].boolean(true));
  EXPECT_EQ(again.answer["pid"].integer(), started[0]);
}

TEST_F(Proc, FindsItByItsCommandLine) {
  std::string program = folder.write("server-17", kForeground, 0755);
  Json json = Json::map().set("name", "api").set("match", program + "( |$)").set("start", Json::texts({program}));
  Loaded plugin("proc", json);
  ASSERT_EQ(plugin.check(), "");
  auto watch = plugin.watch();
  watch->wait_for("proc.state");
  EXPECT_EQ(plugin.collect().value("proc_up"), 0);
  Outcome outcome = plugin.invoke("start", Json::map());
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  started.push_back(static_cast<int>(outcome.answer["pid"].integer()));
  EXPECT_EQ(plugin.collect().value("proc_up"), 1);
  kill(started[0], SIGKILL);
  watch->wait_for("proc.exit");
  EXPECT_TRUE(eventually([&] { return plugin.collect().value("proc_up") == 0; }))
      << "when the child it just forked is gone";
}

TEST_F(Proc, TrustsNoPidFileThatNamesAnother) {
  folder.write("api.pid", std::to_string(getpid()));
  Json json = Json::map().set("name", "api").set("pidfile", pidfile).set("match", "no-such-program");
  EXPECT_EQ(Loaded("proc", json).collect().value("proc_up"), 0);
  for (const char* text : {"", "0", "-1", "abc", "12x", "99999999999", "\n\n"}) {
    folder.write("api.pid", text);
    EXPECT_EQ(Loaded("proc", Json::map().set("name", "api").set("pidfile", pidfile)).collect().value("proc_up"), 0)
        << text;
  }
  unlink(pidfile.c_str());
}

TEST_F(Proc, CountsAnotherOneInItsPlaceAsARestart) {
  Loaded plugin("proc", config(kForeground));
  ASSERT_TRUE(plugin.invoke("start", Json::map()).ok());
  EXPECT_EQ(plugin.collect().value("proc_restarts_total"), 0) << "a collector that just began has seen none";
}

TEST(ProcAlone, SaysWhatIsWrongWithItsConfiguration) {
  struct Case {
    Json config;
    const char* why;
  };
  auto with = [](const char* key, Json value) {
    return Json::map().set("name", "x").set("pidfile", "/a").set(key, std::move(value));
  };
  const Case cases[] = {
      {Json::map().set("name", "x"), "which process?"},
      {with("start", "run me"), "must be a list"},
      {with("start", Json::texts({"api"})), "no absolute path"},
      {with("match", "("), "no regular expression"},
      {with("pidfile", "api.pid"), "absolute path"},
      {with("stop_signal", "TREM"), "there is no signal"},
      {with("start_timeout", "soon"), "must be a duration"},
      {with("stat", Json::list()), "did you mean \"start\""},
  };
  for (const Case& each : cases) {
    std::string error = Loaded("proc", each.config).check();
    EXPECT_NE(error.find(each.why), std::string::npos) << each.why << " in: " << error;
  }
}

}  // namespace
}  // namespace reeve::e2e
