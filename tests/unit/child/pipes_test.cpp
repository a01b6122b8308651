// What goes to a child and what it says on standard error, through pipes whose other end the test holds.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "child/child.h"
#include "child/error_lines.h"
#include "child/launch.h"
#include "child/outlet.h"

namespace reeve::child {
namespace {

using base::Interest;
using base::millis;
using base::seconds;

/// A pipe: the engine has one end, the test plays the child on the other.
struct Ours {
  explicit Ours(bool engine_reads) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    engine = ends[engine_reads ? 0 : 1];
    child = ends[engine_reads ? 1 : 0];
  }
  ~Ours() { hang_up(); }
  void hang_up() {
    if (child >= 0) ::close(child);
    child = -1;
  }
  void write(const std::string& text) const {
    EXPECT_EQ(::write(child, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string read() const {
    std::string out(1 << 20, '\0');
    const ssize_t n = ::read(child, out.data(), out.size());
    out.resize(n < 0 ? 0 : static_cast<size_t>(n));
    return out;
  }
  int engine = -1, child = -1;
};

struct Errors : ::testing::Test {
  Ours pipe{true};
  base::ManualLoop loop;
  std::vector<std::string> heard;
  ErrorLines lines{loop, pipe.engine, [this](std::string_view line) { heard.emplace_back(line); }};
  void say(const std::string& text) {
    pipe.write(text);
    ready();
  }
  void ready() { loop.ready(pipe.engine, Interest::kRead); }
};

TEST_F(Errors, AreLinesHoweverTheyArrive) {
  say("one\ntw");
  say("o\n");
  say("\n");
  EXPECT_EQ(heard, (std::vector<std::string>{"one", "two", ""}));
  say("no end");
  lines.drain();
  EXPECT_EQ(heard.back(), "no end");
}

TEST_F(Errors, ALongLineIsCutOnceAndTheNextIsWhole) {
  say(std::string(3000, 'a'));
  EXPECT_TRUE(heard.empty());
  say(std::string(3000, 'b'));
  say(std::string(3000, 'c') + "\nnext\n");
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].size(), 4096U);
  EXPECT_EQ(heard[1], "next");
  heard.clear();
  say(std::string(4096, 'x'));
  say("\nafter\n");
  EXPECT_EQ(heard, (std::vector<std::string>{std::string(4096, 'x'), "after"})) << "exactly as long as it may be";
}

TEST_F(Errors, AHundredASecondAndNoMoreThanAHundred) {
  std::string many;
  for (int i = 0; i < 250; ++i) many += std::to_string(i) + "\n";
  say(many);
  EXPECT_EQ(heard.size(), 100U);
  ready();
  EXPECT_EQ(heard.size(), 100U) << "it is not listened to until the next second";
  loop.advance(millis(999));
  EXPECT_EQ(heard.size(), 100U);
  loop.advance(millis(2));
  EXPECT_EQ(heard.size(), 200U);
  loop.advance(seconds(1));
  ASSERT_EQ(heard.size(), 250U);
  for (int i = 0; i < 250; ++i) EXPECT_EQ(heard[i], std::to_string(i)) << "nothing is lost";
  say("more\n");
  EXPECT_EQ(heard.back(), "more");
}

TEST_F(Errors, WhoWritesFewLinesIsNeverPaused) {
  for (int i = 0; i < 500; ++i) {
    say("x\n");
    loop.advance(millis(11));
  }
  EXPECT_EQ(heard.size(), 500U);
}

TEST_F(Errors, AQuarterOfAMegabyteASecond) {
  size_t sent = 0;
  const std::string piece(4096, 'y');
  for (; sent < (300U << 10); sent += piece.size()) {
    if (::write(pipe.child, piece.data(), piece.size()) < 0) break;
    ready();
  }
  EXPECT_LT(heard.size(), 2U) << "one line, cut";
  EXPECT_LT(sent, (256U << 10) + (70U << 10)) << "then the pipe fills up, and who floods waits";
}

TEST_F(Errors, AnEndGivesOneMoreBudgetAndIsOver) {
  std::string many;
  for (int i = 0; i < 350; ++i) many += std::to_string(i) + "\n";
  say(many);
  EXPECT_EQ(heard.size(), 100U);
  lines.drain();
  EXPECT_EQ(heard.size(), 200U);
  loop.advance(seconds(5));
  EXPECT_EQ(heard.size(), 200U);
}

TEST_F(Errors, AClosedEndIsLeftAlone) {
  say("last");
  pipe.hang_up();
  ready();
  lines.drain();
  EXPECT_EQ(heard, std::vector<std::string>{"last"});
}

struct Sending : ::testing::Test {
  Ours pipe{false};
  base::ManualLoop loop;
  Outlet outlet{loop, pipe.engine};
  void writable() { loop.ready(pipe.engine, Interest::kWrite); }
};

TEST_F(Sending, WhatFitsGoesAtOnce) {
  EXPECT_TRUE(outlet.write("a"));
  EXPECT_TRUE(outlet.write("bc"));
  EXPECT_EQ(pipe.read(), "abc");
}

TEST_F(Sending, WhatDoesNotFitWaitsInOrder) {
  std::string sent, got;
  for (int i = 0; i < 40; ++i) {
    const std::string piece = std::to_string(i) + std::string(10'000, static_cast<char>('a' + i % 26));
    EXPECT_TRUE(outlet.write(piece));
    sent += piece;
  }
  while (got.size() < sent.size()) {
    const std::string piece = pipe.read();
    ASSERT_FALSE(piece.empty());
    got += piece;
    writable();
  }
  EXPECT_EQ(got, sent);
}

TEST_F(Sending, TheQueueIsBounded) {
  const std::string megabyte(1 << 20, 'x');
  int taken = 0;
  while (outlet.write(megabyte)) ++taken;
  EXPECT_EQ(taken, 64);
  std::string some = pipe.read();
  writable();
  EXPECT_FALSE(outlet.write(megabyte)) << "a pipe's worth of room is not a megabyte";
  EXPECT_TRUE(outlet.write("small"));
}

TEST_F(Sending, TheEndComesAfterTheQueue) {
  const std::string much(200'000, 'x');
  EXPECT_TRUE(outlet.write(much));
  outlet.finish();
  EXPECT_FALSE(outlet.write("too late"));
  size_t got = 0;
  for (std::string piece; !(piece = pipe.read()).empty(); writable()) got += piece.size();
  EXPECT_EQ(got, much.size());
  char byte = 0;
  EXPECT_EQ(::read(pipe.child, &byte, 1), 0) << "end of input";
}

TEST_F(Sending, WhoHasStoppedReadingIsNotWrittenTo) {
  ::signal(SIGPIPE, SIG_IGN);
  pipe.hang_up();
  EXPECT_FALSE(outlet.write("a"));
  EXPECT_FALSE(outlet.write("b"));
}

struct Row {
  const char* what;
  Command command;
  std::vector<std::string> arguments;
};

TEST(LauncherArguments, SayWhatIsToBeSet) {
  std::vector<Row> rows;
  const auto row = [&](const char* what, const std::function<void(Command&)>& change,
                       std::vector<std::string> arguments) {
    Command command;
    command.argv = {"/bin/x", "--", "-a"};
    change(command);
    rows.push_back({what, std::move(command), std::move(arguments)});
  };
  row("as usual", [](Command&) {},
      {"exec", "--parent", "77", "--no-new-privs", "--folder", "/", "--", "/bin/x", "--", "-a"});
  row("outlives us", [](Command& c) { c.limits.dies_with_parent = false, c.limits.no_new_privs = false; },
      {"exec", "--folder", "/", "--", "/bin/x", "--", "-a"});
  row("limits",
      [](Command& c) {
        c.limits.memory_bytes = 1 << 20;
        c.limits.cpu_seconds = 5;
        c.limits.open_files = 99;
        c.folder = "/tmp";
      },
      {"exec", "--memory", "1048576", "--cpu", "5", "--files", "99", "--parent", "77", "--no-new-privs", "--folder",
       "/tmp", "--", "/bin/x", "--", "-a"});
  row("a filter needs no_new_privs",
      [](Command& c) { c.limits.no_new_privs = false, c.limits.no_network = true, c.limits.seccomp_script = true; },
      {"exec", "--parent", "77", "--no-new-privs", "--no-network", "--script", "--folder", "/", "--", "/bin/x", "--",
       "-a"});
  for (const Row& each : rows) EXPECT_EQ(launcher_arguments(each.command, 77), each.arguments) << each.what;
}

/// What a command of the shell printed, and its exit code at the end.
std::string shell(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1; echo \"exit $?\"").c_str(), "r");
  for (char chunk[512]; fgets(chunk, sizeof chunk, pipe) != nullptr;) out += chunk;
  ::pclose(pipe);
  return out;
}

TEST(Launcher, SaysWhyItCouldNotBecomeTheProgram) {
  const std::string child = std::string(REEVE_BUILD_DIR) + "/bin/reeve-child exec ";
  const std::pair<const char*, const char*> kRows[] = {
      {"-- /bin/true", "exit 0\n"},
      {"-- /bin/sh -c 'exit 7'", "exit 7\n"},
      {"-- /no/such", "reeve-child: cannot start /no/such: No such file or directory\nexit 127\n"},
      {"-- /etc/passwd", "reeve-child: cannot start /etc/passwd: Permission denied\nexit 126\n"},
      {"--", "reeve-child: exec needs a program after --\nexit 126\n"},
      {"", "reeve-child: exec needs a program after --\nexit 126\n"},
      {"--frob -- /bin/true", "reeve-child: unknown option --frob: Invalid argument\nexit 126\n"},
      {"--folder /no/where -- /bin/true", "reeve-child: cannot enter /no/where: No such file or directory\nexit 126\n"},
      {"--parent 1 -- /bin/true", "reeve-child: the parent has gone: 1: No such process\nexit 126\n"},
      {"--memory", "exit 126\n"},
      {"--files 7 --folder /tmp -- /bin/sh -c 'ulimit -n; pwd'", "7\n/tmp\nexit 0\n"},
  };
  for (const auto& [arguments, wanted] : kRows) EXPECT_EQ(shell(child + arguments), wanted) << arguments;
}

TEST(Launcher, LeaksNoDescriptor) {
  const std::string child = std::string(REEVE_BUILD_DIR) + "/bin/reeve-child exec ";
  EXPECT_EQ(shell("exec 7</etc/passwd; exec " + child + "-- /bin/sh -c 'cat <&7'").find("root"), std::string::npos);
}

#if defined(__x86_64__)
TEST(ScriptFilter, RefusesEachWayOutWithAnErrorAndNoSignal) {
  // Every call by its number, with arguments that would be harmless; what passes says its own error or succeeds.
  const std::string script = R"(
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(number, *args)
    print(name, errno.errorcode.get(ctypes.get_errno(), 'ok') if result < 0 else 'ok')
parent, me = os.getppid(), os.getpid()
call('kill', 62, parent, 0)
call('tkill', 200, parent, 0)
call('tgkill another', 234, parent, parent, 0)
call('tgkill itself', 234, me, me, 0)
call('rt_sigqueueinfo', 129, parent, 0, 0)
call('pidfd_send_signal', 424, 0, 0, 0, 0)
call('fork', 57)
call('vfork', 58)
call('clone', 56, 17, 0, 0, 0, 0)
call('clone3', 435, 0, 0)
call('socket', 41, 1, 1, 0)
call('io_uring_setup', 425, 1, 0)
call('ptrace', 101, 16, parent, 0, 0)
call('process_vm_readv', 310, parent, 0, 0, 0, 0, 0)
call('mount', 165, 0, 0, 0, 0, 0)
call('unshare', 272, 0)
call('bpf', 321, 0, 0, 0)
call('reboot', 169, 0, 0, 0, 0)
call('clock_settime', 227, 0, 0)
call('x32 getpid', 0x40000000 + 39)
call('getpid', 39)
)";
  const std::string wanted =
      "kill EACCES\ntkill EACCES\ntgkill another EACCES\ntgkill itself ok\nrt_sigqueueinfo EACCES\n"
      "pidfd_send_signal EACCES\nfork EACCES\nvfork EACCES\nclone EACCES\nclone3 ENOSYS\nsocket EACCES\n"
      "io_uring_setup EACCES\nptrace EACCES\nprocess_vm_readv EACCES\nmount EACCES\nunshare EACCES\nbpf EACCES\n"
      "reboot EACCES\nclock_settime EACCES\nx32 getpid ENOSYS\ngetpid ok\nexit 0\n";
  char path[] = "/tmp/reeve-filter-XXXXXX";
  const int fd = ::mkstemp(path);
  ASSERT_EQ(::write(fd, script.data(), script.size()), static_cast<ssize_t>(script.size()));
  ::close(fd);
  EXPECT_EQ(
      shell(std::string(REEVE_BUILD_DIR) + "/bin/reeve-child exec --no-new-privs --script -- /usr/bin/python3 " + path),
      wanted);
  ::unlink(path);
}
#endif

}  // namespace
}  // namespace reeve::child
