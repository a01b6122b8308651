#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "child/child.h"
#include "unit/child/real_loop.h"

namespace reeve::child {
namespace {

const std::string kChild = std::string(REEVE_BUILD_DIR) + "/bin/reeve-child";

bool alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

class SpawnerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::access(kChild.c_str(), X_OK), 0) << "build reeve-child first: " << kChild; }

  Command shell(const std::string& script, Channel channel = Channel::kLines) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.channel = channel;
    command.name = "test";
    return command;
  }
  Callbacks recording() {
    return {[this](std::string_view m) { messages.emplace_back(m); },
            [this](std::string_view l) { errors.emplace_back(l); },
            [this](const Exit& e) {
              EXPECT_FALSE(end) << "told twice";
              end = e;
            }};
  }
  std::unique_ptr<Process> spawn(Command command) {
    auto made = spawner->spawn(std::move(command), recording());
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().text);
    return made.ok() ? std::move(made).value() : nullptr;
  }
  bool ends() {
    return real.until([this] { return end.has_value(); });
  }
  std::string all() const {
    std::string out;
    for (const std::string& m : messages) out += m;
    return out;
  }

  testing::RealLoop real;
  std::unique_ptr<Spawner> spawner = make_spawner(kChild, real.loop());
  std::vector<std::string> messages, errors;
  std::optional<Exit> end;
};

TEST_F(SpawnerTest, TellsLinesErrorsAndTheEndInThisOrder) {
  auto process = spawn(shell("echo one; echo two >&2; printf 'three\\nno end'; exit 3"));
  ASSERT_TRUE(ends());
  EXPECT_EQ(messages, (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(errors, (std::vector<std::string>{"two"}));
  EXPECT_EQ(end->text(), "exit 3");
  EXPECT_FALSE(process->send("late"));
}

TEST_F(SpawnerTest, SendsLinesAndBytes) {
  auto process = spawn(shell("while read -r line; do echo \"got $line\"; done"));
  EXPECT_TRUE(process->send("a"));
  EXPECT_TRUE(process->send("b"));
  process->close_input();
  ASSERT_TRUE(ends());
  EXPECT_EQ(messages, (std::vector<std::string>{"got a", "got b"}));

  end.reset();
  messages.clear();
  auto bytes = spawn(shell("cat; printf end", Channel::kBytes));
  EXPECT_TRUE(bytes->send(std::string(200'000, 'x')));
  bytes->close_input();
  ASSERT_TRUE(ends());
  EXPECT_EQ(all(), std::string(200'000, 'x') + "end");
}

TEST_F(SpawnerTest, FramesComeBackWhole) {
  Command cat = shell("", Channel::kFrames);
  cat.argv = {"/bin/cat"};
  auto process = spawn(cat);
  const std::string big(3 << 20, 'f');
  EXPECT_TRUE(process->send("small"));
  EXPECT_TRUE(process->send(big));
  ASSERT_TRUE(real.until([&] { return messages.size() == 2; }));
  EXPECT_EQ(messages[0], "small");
  EXPECT_EQ(messages[1], big);
  process->stop(base::seconds(5));
  ASSERT_TRUE(ends());
  EXPECT_EQ(end->signal, SIGTERM);
}

TEST_F(SpawnerTest, InheritsNothing) {
  ::setenv("REEVE_LEAK", "1", 1);
  const int leak = ::open("/dev/null", O_RDONLY);  // without CLOEXEC, as a careless library would
  ASSERT_GT(leak, 2);
  Command command = shell("env; ls /proc/self/fd | tr '\\n' ' '; echo; pwd; ps -o sid= -p $$ | tr -d ' '; echo $$");
  command.environment.push_back({"ONLY", "this"});
  auto process = spawn(command);
  ASSERT_TRUE(ends());
  ::close(leak);
  const auto has = [&](const std::string& line) {
    return std::find(messages.begin(), messages.end(), line) != messages.end();
  };
  EXPECT_TRUE(has("ONLY=this"));
  EXPECT_EQ(all().find("REEVE_LEAK"), std::string::npos);
  EXPECT_TRUE(has("0 1 2 3 ")) << "3 is ls reading the folder: " << all();
  EXPECT_TRUE(has("/"));
  ASSERT_GE(messages.size(), 2U);
  EXPECT_EQ(messages[messages.size() - 1], messages[messages.size() - 2]) << "a session of its own";
}

TEST_F(SpawnerTest, SetsLimits) {
  Command command = shell("ulimit -d; ulimit -t; ulimit -n; grep NoNewPrivs /proc/self/status");
  command.limits.memory_bytes = 64 << 20;
  command.limits.cpu_seconds = 7;
  command.limits.open_files = 99;
  auto process = spawn(command);
  ASSERT_TRUE(ends());
  EXPECT_EQ(messages, (std::vector<std::string>{"65536", "7", "99", "NoNewPrivs:\t1"}));
}

TEST_F(SpawnerTest, FiltersTheNetworkOnRequest) {
  const std::string script =
      "import socket\n"
      "for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):\n"
      "  try: socket.socket(family).close(); print('open')\n"
      "  except PermissionError: print('refused')\n";
  for (const bool filtered : {false, true}) {
    messages.clear();
    end.reset();
    Command command = shell("");
    command.argv = {"/usr/bin/python3", "-c", script};
    command.limits.no_network = filtered;
    auto process = spawn(command);
    ASSERT_TRUE(ends());
    const std::string inet = filtered ? "refused" : "open";
    EXPECT_EQ(messages, (std::vector<std::string>{"open", inet, inet})) << ::testing::PrintToString(errors);
  }
}

TEST_F(SpawnerTest, TheScriptFilterRefusesProcessesAndSockets) {
  const std::string script =
      "import os, socket, threading\n"
      "def attempt(name, f):\n"
      "  try: f(); print(name, 'open')\n"
      "  except OSError: print(name, 'refused')\n"
      "attempt('socket', lambda: socket.socket(socket.AF_UNIX))\n"
      "attempt('fork', os.fork)\n"
      "attempt('kill', lambda: os.kill(os.getppid(), 0))\n"
      "t = threading.Thread(target=lambda: print('thread open')); t.start(); t.join()\n";
  Command command = shell("");
  command.argv = {"/usr/bin/python3", "-c", script};
  command.limits.seccomp_script = true;
  auto process = spawn(command);
  ASSERT_TRUE(ends());
  EXPECT_EQ(messages, (std::vector<std::string>{"socket refused", "fork refused", "kill refused", "thread open"}))
      << ::testing::PrintToString(errors);
}

TEST_F(SpawnerTest, SaysWhatCannotBeStarted) {
  Command command = shell("");
  command.argv = {"/no/such/program"};
  auto missing = spawner->spawn(command, recording());
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().fault, base::Fault::kNotFound);
  EXPECT_EQ(missing.error().text, "no such program: /no/such/program");

  command.argv = {"/etc/passwd"};
  auto no_program = spawner->spawn(command, recording());
  ASSERT_FALSE(no_program.ok());
  EXPECT_EQ(no_program.error().text, "not executable: /etc/passwd (chmod +x)");

  auto no_launcher = make_spawner("/no/reeve-child", real.loop())->spawn(shell("true"), recording());
  ASSERT_FALSE(no_launcher.ok());
  EXPECT_EQ(no_launcher.error().fault, base::Fault::kUnavailable);
}

TEST_F(SpawnerTest, KillsTheWholeGroup) {
  auto process = spawn(shell("sleep 1000 & echo $!; wait"));
  ASSERT_TRUE(real.until([&] { return messages.size() == 1; }));
  const pid_t grandchild = std::atoi(messages[0].c_str());
  ASSERT_TRUE(alive(grandchild));
  process->stop(base::seconds(5));
  ASSERT_TRUE(ends());
  EXPECT_TRUE(real.until([&] { return !alive(grandchild); }, base::seconds(5)));
}

TEST_F(SpawnerTest, EndsWhatIsLeftOfAGroupWhoseLeaderHasGone) {
  auto process = spawn(shell("sleep 1000 & echo $!"));
  ASSERT_TRUE(ends()) << "a descriptor kept open by a grandchild does not hide the end";
  const pid_t grandchild = std::atoi(messages.at(0).c_str());
  EXPECT_TRUE(real.until([&] { return !alive(grandchild); }, base::seconds(5)));
}

TEST_F(SpawnerTest, KillsWhoIgnoresTheEndOfPatience) {
  auto process = spawn(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  ASSERT_TRUE(real.until([&] { return messages.size() == 1; }));
  process->stop(base::millis(200));
  ASSERT_TRUE(ends());
  EXPECT_EQ(end->text(), "killed by signal 9");
}

TEST_F(SpawnerTest, StopsAlsoAStoppedProcess) {
  auto process = spawn(shell("echo ready; exec sleep 1000"));
  ASSERT_TRUE(real.until([&] { return messages.size() == 1; }));
  process->signal(SIGSTOP);
  process->stop(base::seconds(10));
  ASSERT_TRUE(ends());
  EXPECT_EQ(end->signal, SIGTERM);
}

TEST_F(SpawnerTest, MayBeDestroyedInsideItsOwnCallbacks) {
  std::unique_ptr<Process> process;
  int told = 0;
  auto made = spawner->spawn(shell("while echo x; do :; done"), {[&](std::string_view) {
                                                                   ++told;
                                                                   process.reset();
                                                                 },
                                                                 nullptr, [&](const Exit&) { told += 100; }});
  ASSERT_TRUE(made.ok());
  process = std::move(made).value();
  const pid_t pid = process->pid();
  EXPECT_TRUE(real.until([&] { return !process && !alive(pid); }));
  real.run_for(base::millis(20));
  EXPECT_EQ(told, 1) << "nothing is told after it was destroyed";

  auto other = spawner->spawn(shell("exit 0"), {nullptr, nullptr, [&](const Exit&) { process.reset(); }});
  ASSERT_TRUE(other.ok());
  process = std::move(other).value();
  EXPECT_TRUE(real.until([&] { return !process; }));
  real.run_for(base::millis(20));
}

TEST_F(SpawnerTest, DestroyingTheSpawnerEndsAll) {
  auto process = spawn(shell("exec sleep 1000"));
  const pid_t pid = process->pid();
  process.reset();
  spawner.reset();
  EXPECT_FALSE(alive(pid)) << "killed and reaped";
}

TEST_F(SpawnerTest, BackPressureKeepsAFloodOutside) {
  auto process = spawn(shell("i=0; while [ $i -lt 200000 ]; do echo line $i; i=$((i+1)); done"));
  ASSERT_TRUE(real.until([&] { return !messages.empty(); }));
  process->pause(true);
  const size_t before = messages.size();
  real.run_for(base::millis(200));
  EXPECT_EQ(messages.size(), before);
  process->pause(false);
  ASSERT_TRUE(ends());
  EXPECT_EQ(messages.size(), 200'000U) << "nothing is lost";
  EXPECT_EQ(messages.back(), "line 199999");
}

TEST_F(SpawnerTest, ThePausedEndIsToldAfterTheRest) {
  auto process = spawn(shell("echo one; echo two"));
  process->pause(true);
  real.run_for(base::millis(200));
  EXPECT_FALSE(end);
  process->pause(false);
  EXPECT_TRUE(end) << "all of it was there";
  EXPECT_EQ(messages, (std::vector<std::string>{"one", "two"}));
}

TEST_F(SpawnerTest, ALineWithoutEndCostsTheProcess) {
  auto process = spawn(shell("exec tr '\\0' x < /dev/zero"));
  ASSERT_TRUE(ends());
  EXPECT_EQ(end->text(), "a line longer than 1 MiB");
}

TEST_F(SpawnerTest, AFloodOfErrorsWaitsForItself) {
  auto process = spawn(shell("while :; do echo some words of an error; done >&2"));
  real.run_for(base::millis(500));
  EXPECT_GE(errors.size(), 90U);
  EXPECT_LE(errors.size(), 400U) << "a budget of one second and one read more";
}

TEST_F(SpawnerTest, LongErrorLinesAreCut) {
  auto process = spawn(shell("head -c 10000 /dev/zero | tr '\\0' e >&2; echo >&2; echo next >&2; printf rest >&2"));
  ASSERT_TRUE(ends());
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].size(), 4096U);
  EXPECT_EQ(errors[1], "next");
  EXPECT_EQ(errors[2], "rest");
}

TEST_F(SpawnerTest, AQueueThatNobodyReadsIsBounded) {
  auto process = spawn(shell("exec sleep 1000"));
  const std::string piece(1 << 20, 'q');
  int taken = 0;
  while (taken < 100 && process->send(piece)) ++taken;
  EXPECT_GE(taken, 60);
  EXPECT_LE(taken, 65);
}

// The child must not survive its parent, whoever kills that: here the parent is a copy of this test.
TEST_F(SpawnerTest, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    testing::RealLoop inner;
    auto own = make_spawner(kChild, inner.loop());
    pid_t child = 0;
    auto made = own->spawn(shell("echo ready; exec sleep 1000"),
                           {[&](std::string_view) { [[maybe_unused]] auto n = ::write(ends[1], &child, sizeof child); },
                            nullptr, nullptr});
    if (made.ok()) child = made.value()->pid();
    inner.run_for(base::seconds(60));
    ::_exit(1);
  }
  pid_t child = 0;
  ::close(ends[1]);
  ASSERT_EQ(::read(ends[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_TRUE(alive(child));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(real.until([&] { return !alive(child); }, base::seconds(5)));
  ::close(ends[0]);
}

TEST_F(SpawnerTest, TellsWhatASpawnCosts) {
  constexpr int kCount = 50;
  std::vector<int64_t> took;
  for (int i = 0; i < kCount; ++i) {
    end.reset();
    Command command = shell("", Channel::kBytes);
    command.argv = {"/bin/true"};
    const base::Boot begin = real.loop().clock().boot();
    auto process = spawn(command);
    took.push_back((real.loop().clock().boot() - begin).us);
    ASSERT_TRUE(ends());
    EXPECT_EQ(end->code, 0);
  }
  std::sort(took.begin(), took.end());
  RecordProperty("spawn_p50_us", std::to_string(took[kCount / 2]));
  std::printf("spawn: p50 %lld us, p99 %lld us on the core thread\n", static_cast<long long>(took[kCount / 2]),
              static_cast<long long>(took[kCount * 99 / 100]));
}

TEST(BackOff, DoublesUpToHalfAMinuteWithJitter) {
  struct Fixed : base::Random {
    uint8_t byte = 0;
    void fill(uint8_t* bytes, size_t count) override { std::fill_n(bytes, count, byte); }
  } random;
  EXPECT_EQ(back_off(0, random).ms(), 100);
  EXPECT_EQ(back_off(1, random).ms(), 200);
  EXPECT_EQ(back_off(8, random).ms(), 25'600);
  EXPECT_EQ(back_off(9, random).ms(), 30'000);
  EXPECT_EQ(back_off(1000000, random).ms(), 30'000);
  random.byte = 255;
  EXPECT_EQ(back_off(0, random).ms(), 119);
  EXPECT_EQ(back_off(50, random).ms(), 35'999);
}

}  // namespace
}  // namespace reeve::child
