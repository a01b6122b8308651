#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include "common/process/pidfd.h"
#include "common/process/spawn.h"
#include "common/procfs/files.h"
#include "e2e/plugins/loaded.h"

namespace reeve::common {
namespace {

Ended run_now(const std::vector<std::string>& argv, const std::string& input = "", int64_t within_ms = 5000) {
  Command command;
  command.argv = argv;
  auto ended = run(command, input, Deadline::after_ms(within_ms));
  EXPECT_TRUE(ended) << argv[0];
  return ended ? *ended : Ended{};
}

TEST(Run, TellsHowAProgramEndedAndWhatItSaid) {
  Ended ended = run_now({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.out, "out\n");
  EXPECT_EQ(ended.err, "err\n");
  EXPECT_EQ(run_now({"sh", "-c", "kill -9 $$"}).signal, 9);
}

TEST(Run, InheritsNothing) {
  setenv("REEVE_CANARY", "secret", 1);
  Ended ended = run_now({"sh", "-c", "env; ls /proc/self/fd | wc -l; pwd; ps -o sid= -o pgid= -p $$"});
  unsetenv("REEVE_CANARY");
  EXPECT_EQ(ended.out.find("secret"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("\n4\n/\n"), std::string::npos) << "0, 1, 2 and that of ls: " << ended.out;
}

TEST(Run, HandsOverInputAndBoundsOutput) {
  std::string input(300'000, 'x');
  Ended ended = run_now({"cat"}, input);
  EXPECT_EQ(ended.out.size(), 256U * 1024);
  EXPECT_TRUE(ended.cut);
  EXPECT_EQ(run_now({"wc", "-c"}, input).out, "300000\n");
  EXPECT_EQ(run_now({"true"}, input).code, 0) << "one that does not read its input ends nobody";
}

TEST(Run, KillsTheWholeGroupAtTheDeadline) {
  e2e::Folder folder;
  std::string pid_file = folder.path() + "/pid";
  int64_t from = boot_ms();
  Ended ended =
      run_now({"sh", "-c", "trap '' TERM; sleep 1000 & echo $! >" + pid_file + "; wait; sleep 1000"}, "", 300);
  EXPECT_TRUE(ended.late);
  EXPECT_LT(boot_ms() - from, 3000);
  int child = std::stoi(read_file(pid_file));
  EXPECT_TRUE(e2e::eventually([&] {
    return kill(child, 0) != 0 ||
           read_file("/proc/" + std::to_string(child) + "/stat").find(") Z") != std::string::npos;
  }));
}

TEST(Run, LeavesNoChildBehind) {
  int64_t from = boot_ms();
  Ended ended = run_now({"sh", "-c", "sleep 1000 & echo $!"});
  EXPECT_LT(boot_ms() - from, 3000) << "a child that holds the pipe is not waited for";
  int child = std::stoi(ended.out);
  EXPECT_TRUE(e2e::eventually([&] {
    return kill(child, 0) != 0 ||
           read_file("/proc/" + std::to_string(child) + "/stat").find(") Z") != std::string::npos;
  }));
}

TEST(Run, SaysWhatCannotBeStarted) {
  Command command;
  for (auto [argv, kind] : std::initializer_list<std::pair<std::vector<std::string>, Kind>>{
           {{"/nonexistent/program"}, Kind::kNotFound},
           {{"no-such-program-anywhere"}, Kind::kNotFound},
           {{"/etc/passwd"}, Kind::kDenied},
           {{}, Kind::kInvalid},
           {{"echo", std::string("a\0b", 3)}, Kind::kInvalid}}) {
    command.argv = argv;
    auto ended = run(command, "", Deadline::after_ms(1000));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.fault().kind, kind) << ended.fault().text;
  }
}

TEST(Spawn, MakesASessionOfItsOwnThatWritesToItsFile) {
  e2e::Folder folder;
  Command command;
  command.argv = {"sh", "-c", "echo $$ $(cut -d' ' -f6 /proc/$$/stat); echo $MARK; exit 7"};
  command.environment = {{"MARK", "here"}};
  command.own_session = true;
  command.output_file = folder.path() + "/log";
  auto pid = spawn(command);
  ASSERT_TRUE(pid);
  Pidfd handle = Pidfd::of(*pid);
  ASSERT_TRUE(e2e::eventually([&] { return handle.ended(); }));
  auto death = handle.death();
  ASSERT_TRUE(death);
  EXPECT_EQ(death->code, 7);
  std::string id = std::to_string(*pid);
  EXPECT_EQ(read_file(command.output_file), id + " " + id + "\nhere\n");
}

TEST(Handle, TellsTheDeathOfAStranger) {
  // A grandchild: its parent, the shell, reaps it.
  std::string pid = e2e::run({"sh", "-c", "(sleep 1000 >/dev/null & echo $!)"});
  Pidfd handle = Pidfd::of(std::stoi(pid));
  ASSERT_TRUE(handle.open());
  EXPECT_FALSE(handle.ended());
  EXPECT_TRUE(handle.send(SIGKILL));
  EXPECT_TRUE(e2e::eventually([&] { return handle.ended(); }));
  auto death = handle.death();
  if (death) {  // only a new kernel knows
    EXPECT_EQ(death->signal, SIGKILL);
  }
  EXPECT_FALSE(Pidfd::of(0).open());
  EXPECT_FALSE(Pidfd::of(0x3fffffff).open());
}

}  // namespace
}  // namespace reeve::common
