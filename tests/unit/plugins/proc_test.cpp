// Which process is it? Lives, pid files, command lines and marks, in trees like /proc.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "proc/actor.h"
#include "proc/identity.h"
#include "proc/starts.h"

namespace reeve::proc {
namespace {

namespace fs = std::filesystem;

/// One process of a tree; `command` and `environment` with blanks where the kernel has zeros.
struct Entry {
  int pid;
  const char* name;
  char state;
  int session;
  long long start;
  const char* command;
  const char* environment;
};

class Tree : public testing::Test {
 protected:
  Tree() : folder_(fs::temp_directory_path() / ("reeve-proc-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "proc");
    settings.name = "api";
    settings.proc = folder_ / "proc";
  }
  ~Tree() override { fs::remove_all(folder_); }

  static std::string zeros(std::string text) {
    for (char& c : text) c = c == ' ' ? '\0' : c;
    return text.empty() ? text : text + '\0';
  }
  void put(const Entry& e) const {
    const fs::path home = folder_ / "proc" / std::to_string(e.pid);
    fs::create_directories(home);
    std::ofstream(home / "stat") << e.pid << " (" << e.name << ") " << e.state << " 1 0 " << e.session
                                 << " 0 -1 0 0 0 0 0 7 3 0 0 20 0 1 0 " << e.start << " 4096 2 0\n";
    std::ofstream(home / "cmdline") << zeros(e.command);
    std::ofstream(home / "environ") << zeros(e.environment);
  }
  void end(int pid) const { fs::remove_all(folder_ / "proc" / std::to_string(pid)); }
  void pidfile(const std::string& text) {
    settings.pidfile = folder_ / "api.pid";
    std::ofstream(settings.pidfile) << text;
  }
  int found() const {
    const auto process = find(settings);
    return process ? process->pid : 0;
  }

  fs::path folder_;
  Settings settings;
};

TEST_F(Tree, APidFileNamesWhoLives) {
  put({100, "api", 'S', 100, 5000, "/usr/sbin/api -d", ""});
  struct Row {
    const char* text;
    int pid;
  };
  for (const Row& each : std::initializer_list<Row>{{"100\n", 100},
                                                    {"100", 100},
                                                    {"  100  \n", 100},
                                                    {"100\n/var/lib/pg\n5432\n", 100},
                                                    {"101\n", 0},
                                                    {"", 0},
                                                    {"\n", 0},
                                                    {"100x\n", 0},
                                                    {"-100\n", 0},
                                                    {"0\n", 0},
                                                    {"99999999999999999999\n", 0},
                                                    {"pid: 100\n", 0},
                                                    {"\xff\xfe", 0}}) {
    pidfile(each.text);
    EXPECT_EQ(found(), each.pid) << "\"" << each.text << "\"";
  }
  settings.pidfile = folder_ / "none.pid";
  EXPECT_EQ(found(), 0);
}

TEST_F(Tree, AZombieIsNoProcess) {
  pidfile("100");
  for (const char state : {'Z', 'X', 'x'}) {
    put({100, "api", state, 100, 5000, "", ""});
    EXPECT_EQ(found(), 0) << state;
  }
  for (const char state : {'R', 'S', 'D', 'T', 't', 'I'}) {
    put({100, "api", state, 100, 5000, "", ""});
    EXPECT_EQ(found(), 100) << state;
  }
}

TEST_F(Tree, AReusedNumberIsNoneOfOursWhenThePatternSaysSo) {
  pidfile("100");
  put({100, "cron", 'S', 100, 9000, "/usr/sbin/cron -f", ""});
  EXPECT_EQ(found(), 100) << "nothing tells them apart";
  settings.match = "^/usr/sbin/api( |$)";
  EXPECT_EQ(found(), 0);
  put({100, "api", 'S', 100, 9500, "/usr/sbin/api -d", ""});
  EXPECT_EQ(found(), 100);
  put({100, "api", 'S', 100, 9500, "/usr/sbin/apiary -d", ""});
  EXPECT_EQ(found(), 0);
}

TEST_F(Tree, AnExecOfTheSameNumberIsTheSameLife) {
  pidfile("100");
  put({100, "sh", 'S', 100, 9000, "/bin/sh /usr/bin/start-api", ""});
  const Life before = Life::of(*find(settings));
  put({100, "api", 'S', 100, 9000, "/usr/sbin/api", ""});
  EXPECT_EQ(Life::of(*find(settings)), before);
  put({100, "api", 'S', 100, 9001, "/usr/sbin/api", ""});
  EXPECT_NE(Life::of(*find(settings)), before) << "the number came back as another process";
}

TEST_F(Tree, OfManyWithOneCommandLineTheOldestIsMeant) {
  settings.match = "worker-pool";
  EXPECT_EQ(found(), 0);
  put({300, "worker", 'S', 200, 7000, "/opt/worker-pool --child", ""});
  put({200, "worker", 'S', 200, 6000, "/opt/worker-pool --main", ""});
  put({250, "worker", 'Z', 200, 5000, "/opt/worker-pool --main", ""});
  put({400, "editor", 'S', 400, 100, "vi notes", ""});
  EXPECT_EQ(found(), 200);
  end(200);
  EXPECT_EQ(found(), 300);
}

TEST_F(Tree, WhoAsksIsNeverFound) {
  settings.match = "reeve-child";
  put({getpid(), "reeve-child", 'S', 1, 1, "reeve-child plugin proc.so", ""});
  put({getppid(), "reeve", 'S', 1, 1, "reeve serve --with reeve-child", ""});
  EXPECT_EQ(found(), 0);
}

TEST_F(Tree, KernelThreadsAreKnownByTheirNameInBrackets) {
  settings.match = "^\\[kswapd0\\]$";
  put({30, "kswapd0", 'S', 0, 20, "", ""});
  EXPECT_EQ(found(), 30);
}

TEST_F(Tree, AStartThatHasNotShownItselfIsKnownByItsMark) {
  settings.start = {"/usr/sbin/api"};
  put({100, "api", 'S', 100, 5000, "/usr/sbin/api", "PATH=/bin REEVE_PROC=other REEVE_START=r1/1"});
  EXPECT_EQ(found(), 0) << "another instance's";
  put({101, "api", 'S', 99, 5000, "/usr/sbin/api", "PATH=/bin REEVE_PROC=api REEVE_START=r1/2"});
  EXPECT_EQ(found(), 0) << "a helper that its daemon left behind leads no session";
  put({102, "api", 'S', 102, 5000, "/usr/sbin/api", "PATH=/bin REEVE_PROC=api REEVE_START=r1/2"});
  EXPECT_EQ(found(), 102);
  EXPECT_EQ(find_marked(settings, kKeyMark, "r1/2")->pid, 102);
  EXPECT_FALSE(find_marked(settings, kKeyMark, "r1/")) << "a whole value, no beginning";
  EXPECT_FALSE(find_marked(settings, "START", "r1/2"));
}

TEST_F(Tree, WhatShowsItselfGoesBeforeWhatIsMarked) {
  settings.start = {"/usr/sbin/api"};
  put({100, "api", 'S', 100, 5000, "/usr/sbin/api", "REEVE_PROC=api"});
  put({200, "api", 'S', 200, 6000, "/usr/sbin/api", ""});
  pidfile("200");
  EXPECT_EQ(found(), 200);
}

TEST_F(Tree, AMarkedStarterIsNotItsDaemonOnceThatHasShownItself) {
  settings.start = {"/usr/sbin/api"};
  // The starter began long before the pid file was written; the daemon of the file is dead.
  put({100, "starter", 'S', 100, 1, "/usr/sbin/start", "REEVE_PROC=api"});
  pidfile("4000");
  EXPECT_EQ(found(), 0);
  // It began after: its daemon has not shown itself yet.
  put({100, "starter", 'S', 100, ticks_now() + 100'000, "/usr/sbin/start", "REEVE_PROC=api"});
  EXPECT_EQ(found(), 100);
}

TEST_F(Tree, PidFilesAreWrittenWholeOrNotAtAll) {
  const std::string path = folder_ / "new.pid";
  ASSERT_TRUE(write_pid(path, 123));
  EXPECT_EQ(pid_in_file(path), 123);
  ASSERT_TRUE(write_pid(path, 7)) << "shorter than before";
  EXPECT_EQ(pid_in_file(path), 7);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2) << "nothing is left beside it";
  EXPECT_FALSE(write_pid(folder_ / "no" / "folder.pid", 1));
  const std::string next = path + ".reeve-" + std::to_string(getpid());
  ASSERT_EQ(symlink((folder_ / "victim").c_str(), next.c_str()), 0);
  EXPECT_FALSE(write_pid(path, 9)) << "somebody laid a link there";
  EXPECT_FALSE(fs::exists(folder_ / "victim"));
}

TEST_F(Tree, AHandleIsOnTheProcessThatWasFoundAndOnNoOtherOfItsNumber) {
  // The tree is of the test; the number has to be one that the kernel knows: our own.
  put({getpid(), "api", 'S', 100, 5000, "", ""});
  common::ProcessStat found = *common::process_of(settings.proc, getpid());
  EXPECT_TRUE(hold(settings, found).open());
  put({getpid(), "api", 'S', 100, 6000, "", ""});
  EXPECT_FALSE(hold(settings, found).open()) << "it ended, and another one got its number";
  end(getpid());
  EXPECT_FALSE(hold(settings, found).open());
  found.pid = 0;
  EXPECT_FALSE(hold(settings, found).open());
}

TEST(Lives, ComeBackFromTheirText) {
  const Life life{1234, 567890, "b0a4"};
  EXPECT_EQ(life.text(), "1234 567890 b0a4");
  EXPECT_EQ(Life::parse(life.text()), life);
  EXPECT_EQ(Life{}.text(), "0");
  for (const char* none : {"", "0", "1", "1 2", "1 2 3 4", "x"}) EXPECT_FALSE(Life::parse(none).up()) << none;
}

struct Judged {
  const char* action;
  int before, now;  ///< pids; 0: none
  bool starting;
  Probe probe;
};

TEST(Judge, ComparesTheLifeBeforeWithTheLifeNow) {
  const Judged kJudged[] = {
      {"start", 0, 5, false, Probe::kDone},         {"start", 0, 0, false, Probe::kNotStarted},
      {"start", 0, 0, true, Probe::kRunning},       {"start", 5, 5, false, Probe::kDone},
      {"restart", 5, 5, false, Probe::kNotStarted}, {"restart", 5, 0, false, Probe::kNotStarted},
      {"restart", 5, 0, true, Probe::kRunning},     {"restart", 5, 6, false, Probe::kDone},
      {"restart", 0, 6, false, Probe::kDone},       {"stop", 5, 5, false, Probe::kNotStarted},
      {"stop", 5, 0, false, Probe::kDone},          {"stop", 5, 6, false, Probe::kDone},
      {"stop", 0, 0, false, Probe::kDone},          {"stop", 0, 6, false, Probe::kNotStarted},
      {"signal", 5, 5, false, Probe::kUnknown},     {"signal", 5, 0, false, Probe::kDone},
      {"signal", 5, 6, false, Probe::kDone},
  };
  const auto life = [](int pid) { return pid == 0 ? Life{} : Life{pid, 100, "boot"}; };
  for (const Judged& each : kJudged)
    EXPECT_EQ(judge(each.action, life(each.before), life(each.now), each.starting), each.probe)
        << each.action << " " << each.before << " " << each.now;
  EXPECT_EQ(judge("restart", {5, 100, "boot"}, {5, 100, "next boot"}, false), Probe::kDone) << "the machine restarted";
}

TEST(Signals, HaveNamesAndNumbers) {
  struct Row {
    const char* text;
    int number;
  };
  for (const Row& each : std::initializer_list<Row>{{"TERM", 15},
                                                    {"SIGTERM", 15},
                                                    {"HUP", 1},
                                                    {"9", 9},
                                                    {"KILL", 9},
                                                    {"0", 0},
                                                    {"-9", 0},
                                                    {"65", 0},
                                                    {"1000", 0},
                                                    {"", 0},
                                                    {"SIG", 0},
                                                    {"term", 0},
                                                    {"9x", 0}})
    EXPECT_EQ(signal_number(each.text), each.number) << each.text;
}

TEST(StartsOf, ReachTheWatcherOfThatInstanceOnly) {
  Starts mine("a"), other("b"), second("a");
  Starts::tell("a", 11);
  Starts::tell("a", 12);
  Starts::tell("nobody", 13);
  EXPECT_EQ(mine.take(), (std::vector<pid_t>{11, 12}));
  EXPECT_EQ(second.take(), (std::vector<pid_t>{11, 12}));
  EXPECT_TRUE(mine.take().empty()) << "taken once";
  EXPECT_TRUE(other.take().empty());
  Starts::begin("a");
  EXPECT_EQ(mine.acts(), 1);
  EXPECT_EQ(other.acts(), 0);
}

struct Wrong {
  const char* config;
  const char* why;
};

TEST(ProcSettings, SayWhatIsWrong) {
  for (const Wrong& each : std::initializer_list<Wrong>{
           {R"({})", "which process? name one of pidfile, match and start"},
           {R"({"pidfile":"run/api.pid"})", "pidfile must be an absolute path"},
           {R"({"match":"("})", "match: \"(\" is no regular expression: Unmatched ( or \\("},
           {R"({"start":["api"]})", "start: \"api\" is no absolute path of a program"},
           {R"({"start":[["/bin/sh"]]})", "start: a list of texts, one per argument"},
           {R"({"start":["/bin/x"],"stop":["kill"]})", "stop: \"kill\" is no absolute path of a program"},
           {R"({"start":["/bin/x"],"stop_signal":"BANG"})", "stop_signal: there is no signal BANG"},
           {R"({"start":["/bin/x"],"folder":"here"})", "folder must be an absolute path"},
           {R"({"start":["/bin/x"],"output":"log"})", "output must be an absolute path"}}) {
    Json json;
    ASSERT_TRUE(Json::parse(each.config, json));
    try {
      Settings::of(Config(json, nullptr));
      ADD_FAILURE() << each.config << " was accepted";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), each.why);
      EXPECT_EQ(error.fault(), Fault::kInvalid);
    }
  }
}

TEST(ProcSettings, GiveAStartItsMarks) {
  Json json;
  ASSERT_TRUE(
      Json::parse(R"({"name":"api","start":["/bin/x",7],"environment":{"MODE":"a b","N":1},"folder":"/tmp"})", json));
  const common::Command command = Settings::of(Config(json, nullptr)).start_command("run1/3");
  EXPECT_EQ(command.argv, (std::vector<std::string>{"/bin/x", "7"}));
  const std::vector<std::pair<std::string, std::string>> wanted = {
      {"MODE", "a b"}, {"N", "1"}, {"REEVE_PROC", "api"}, {"REEVE_START", "run1/3"}};
  EXPECT_EQ(command.environment, wanted);
  EXPECT_TRUE(command.own_session);
  EXPECT_EQ(command.folder, "/tmp");
}

}  // namespace
}  // namespace reeve::proc
