// What plugins share: files of /proc, waits with an end, sockets, handles on processes.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/net/socket.h"
#include "common/process/pidfd.h"
#include "common/process/spawn.h"
#include "common/procfs/files.h"
#include "common/procfs/process.h"

namespace reeve::common {
namespace {

namespace fs = std::filesystem;

struct Home {
  Home() {
    char name[] = "/tmp/reeve-common-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Home() { fs::remove_all(path); }
  std::string put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }
  std::string path;
};

TEST(Texts, AreTakenApart) {
  using Words = std::vector<std::string_view>;
  EXPECT_EQ(words("  a\tb \n c  "), (Words{"a", "b", "c"}));
  EXPECT_EQ(words(""), Words{});
  EXPECT_EQ(words(" \t\n"), Words{});
  EXPECT_EQ(lines("one\n\n two \nthree"), (Words{"one", " two ", "three"}));
  EXPECT_EQ(trimmed("\t a b \n"), "a b");
  EXPECT_EQ(trimmed("\n\n"), "");
  EXPECT_EQ(to_number("1.5"), 1.5);
  EXPECT_EQ(to_number("1,5"), 0);
  EXPECT_EQ(to_number("-3"), -3);
  EXPECT_EQ(to_number("12kB"), 0);
  EXPECT_TRUE(std::isinf(to_number("+Inf")));
}

TEST(Files, AreReadWholeOrNotAtAll) {
  const Home home;
  const std::string big(100'000, 'x');
  EXPECT_EQ(read_file(home.put("big", big)), big);
  EXPECT_EQ(read_file(home.put("zero", std::string("a\0b", 3))), std::string("a\0b", 3));
  EXPECT_EQ(read_file(home.path + "/none"), "");
  EXPECT_EQ(read_file(home.path), "") << "a folder";
  ASSERT_EQ(::mkfifo((home.path + "/fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(home.path + "/fifo"), "") << "nobody waits for a writer that never comes";
  EXPECT_EQ(read_folder(home.path), (std::vector<std::string>{"big", "fifo", "zero"}));
  EXPECT_TRUE(read_folder(home.path + "/none").empty());
}

struct StatRow {
  const char* text;
  const char* told;  ///< "pid name state parent threads start"; "": none
};

TEST(ProcessLine, IsReadWhateverTheNameHolds) {
  const std::string rest = " 7 0 42 0 -1 0 0 0 0 0 11 22 0 0 20 0 3 0 555 4096 9 1";
  const StatRow kRows[] = {
      {"42 (nginx) S", "42 nginx S 7 3 555"},
      {"42 (a b) R", "42 a b R 7 3 555"},
      {"42 (a) S 1 (b)) D", "42 a) S 1 (b) D 7 3 555"},
      {"42 () Z", "42  Z 7 3 555"},
      {"42 (\n) S", "42 \n S 7 3 555"},
      {"42 nginx S", ""},
      {"42 )nginx( S", ""},
  };
  for (const StatRow& each : kRows) {
    const auto stat = parse_process_stat(each.text + rest);
    const std::string told = !stat ? ""
                                   : std::to_string(stat->pid) + " " + stat->name + " " + stat->state + " " +
                                         std::to_string(stat->parent) + " " + std::to_string(stat->threads) + " " +
                                         std::to_string(stat->start_ticks);
    EXPECT_EQ(told, each.told) << each.text;
  }
  const auto stat = parse_process_stat("42 (x) S" + rest);
  EXPECT_EQ(stat->session, 42);
  EXPECT_EQ(stat->user_ticks, 11);
  EXPECT_EQ(stat->system_ticks, 22);
  EXPECT_EQ(stat->virtual_bytes, 4096);
  EXPECT_EQ(stat->resident_pages, 9);
  const std::string whole = "42 (x) S" + rest;
  for (size_t cut = 0; cut + 4 < whole.size(); ++cut)
    EXPECT_FALSE(parse_process_stat(whole.substr(0, cut)) && cut + 6 < whole.size()) << cut;
}

TEST(Processes, AreFoundByTheirFolders) {
  const Home home;
  home.put("1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 1 1 1");
  home.put("30/stat", "30 (b) S 1 30 30 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 9 1 1");
  home.put("30/cmdline", std::string("/bin/b\0--flag\0\0", 15));
  home.put("4/other", "");
  home.put("self/stat", "30 (b) S 1 30 30 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 9 1 1");
  home.put("stat", "cpu 1\nbtime 1700000000\n");
  const auto all = all_processes(home.path);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(command_line(home.path, all[1], 100), "/bin/b --flag");
  EXPECT_EQ(command_line(home.path, all[1], 6), "/bin/b");
  EXPECT_EQ(command_line(home.path, all[0], 100), "[init]");
  EXPECT_EQ(boot_time_s(home.path), 1700000000);
  EXPECT_EQ(boot_time_s(home.path + "/none"), 0);
  EXPECT_FALSE(process_of(home.path, 4));
}

TEST(Deadlines, AreTheEarlierOne) {
  EXPECT_EQ(Deadline::never().left_ms(), INT64_MAX);
  EXPECT_FALSE(Deadline::never().passed());
  EXPECT_LE(Deadline::never().at_most_ms(50).left_ms(), 50);
  EXPECT_LE(Deadline::after_ms(10).at_most_ms(5'000).left_ms(), 10);
  EXPECT_TRUE(Deadline::after_ms(0).passed());
  EXPECT_TRUE(Deadline::after_ms(-5).passed());
  EXPECT_EQ(Deadline::after_ms(-5).left_ms(), 0);
}

TEST(Deadlines, EndAWaitInTimeOrWhenAsked) {
  const Descriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  EXPECT_EQ(Deadline::after_ms(20).wait(event.get(), POLLIN), Deadline::Wake::kTimeout);
  EXPECT_EQ(Deadline::never().wait(event.get(), POLLOUT), Deadline::Wake::kReady);
  bool asked = false;
  const Deadline asking = Deadline::never().stopped_by([&] { return asked; });
  std::thread later([&] {
    poll(nullptr, 0, 20);
    asked = true;
  });
  EXPECT_EQ(asking.wait(event.get(), POLLIN), Deadline::Wake::kStopped) << "asked every 200 ms";
  later.join();
  const Descriptor stop(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  const int64_t from = boot_ms();
  EXPECT_EQ(Deadline::never().stopped_by([] { return false; }, stop.get()).wait(event.get(), POLLIN),
            Deadline::Wake::kStopped);
  EXPECT_LT(boot_ms() - from, 150) << "at once";
  EXPECT_TRUE(Deadline::after_ms(5'000).sleep_ms(5));
  EXPECT_FALSE(Deadline::after_ms(5).sleep_ms(5'000)) << "the deadline came first";
  EXPECT_FALSE(Deadline::never().stopped_by([] { return true; }).sleep_ms(5'000));
}

/// A listening unix socket.
struct Server {
  explicit Server(const std::string& path, int backlog = 8) : fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof where.sun_path - 1);
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
    EXPECT_EQ(listen(fd.get(), backlog), 0);
  }
  Descriptor accept() const { return Descriptor(::accept(fd.get(), nullptr, nullptr)); }
  Descriptor fd;
};

TEST(Sockets, SayWhyTheyCannotBeConnected) {
  const Home home;
  const std::string plain = home.put("plain", "x");
  struct Row {
    Address address;
    Kind kind;
    std::string text;
  };
  const std::string far(200, 'x');
  for (const Row& each : std::initializer_list<Row>{
           {{home.path + "/none", "", 0},
            Kind::kTransient,
            "connect to " + home.path + "/none: No such file or directory"},
           {{plain, "", 0}, Kind::kTransient, "connect to " + plain + ": Connection refused"},
           {{"/" + far, "", 0}, Kind::kInvalid, "the path of the socket is too long: /" + far},
           {{"", "127.0.0.1", 1}, Kind::kTransient, "connect to 127.0.0.1:1: Connection refused"},
           {{"", "not a host", 80}, Kind::kNotFound, "look up not a host: Name or service not known"}}) {
    const auto socket = Socket::connect(each.address, Deadline::after_ms(2'000));
    ASSERT_FALSE(socket) << each.text;
    EXPECT_EQ(socket.fault().kind, each.kind) << each.text;
    EXPECT_EQ(socket.fault().text, each.text);
  }
}

TEST(Sockets, NeverWaitPastTheirDeadline) {
  const Home home;
  const std::string path = home.path + "/s";
  const Server server(path);
  auto socket = Socket::connect({path, "", 0}, Deadline::after_ms(1'000));
  ASSERT_TRUE(socket);
  const Descriptor peer = server.accept();
  char room[8];
  auto got = socket->receive(room, sizeof room, Deadline::after_ms(20));
  EXPECT_EQ(got.fault().kind, Kind::kTimeout);
  EXPECT_EQ(got.fault().text, "receive from " + path + ": no answer in time");
  got = socket->receive(room, sizeof room, Deadline::never().stopped_by([] { return true; }));
  EXPECT_EQ(got.fault().text, "receive from " + path + ": stopped");
  const std::string much(8 << 20, 'x');
  EXPECT_EQ(socket->send(much, Deadline::after_ms(20)).fault().kind, Kind::kTimeout) << "the peer does not read";
}

TEST(Sockets, NoticeAPeerThatHasGone) {
  const Home home;
  const std::string path = home.path + "/s";
  const Server server(path);
  auto socket = Socket::connect({path, "", 0}, Deadline::after_ms(1'000));
  ASSERT_TRUE(socket);
  Descriptor peer = server.accept();
  EXPECT_FALSE(socket->stale());
  ASSERT_EQ(write(peer.get(), "hi", 2), 2);
  EXPECT_TRUE(socket->stale()) << "what nobody asked for";
  char room[8];
  EXPECT_EQ(*socket->receive(room, sizeof room, Deadline::after_ms(500)), 2U);
  peer.reset();
  EXPECT_TRUE(socket->stale());
  EXPECT_EQ(*socket->receive(room, sizeof room, Deadline::after_ms(500)), 0U);
  EXPECT_EQ(socket->send("x", Deadline::after_ms(500)).fault().kind, Kind::kTransient) << "and no SIGPIPE";
}

TEST(Sockets, WaitForAFullBacklogUntilTheDeadline) {
  const Home home;
  const std::string path = home.path + "/s";
  const Server server(path, 0);
  std::vector<Socket> held;
  for (int i = 0; i < 8; ++i) {
    auto socket = Socket::connect({path, "", 0}, Deadline::after_ms(60));
    if (!socket) {
      EXPECT_EQ(socket.fault().kind, Kind::kTimeout);
      return;
    }
    held.push_back(std::move(*socket));
  }
  ADD_FAILURE() << "a backlog of none took eight";
}

pid_t started(const std::string& script) {
  Command command;
  command.argv = {"/bin/sh", "-c", script};
  auto pid = spawn(command);
  EXPECT_TRUE(pid);
  return pid ? *pid : -1;
}

TEST(Handles, TellHowAChildEndedAndLeaveItForOthers) {
  struct Row {
    const char* script;
    int code, signal;
  };
  for (const Row& each :
       std::initializer_list<Row>{{"exit 0", 0, 0}, {"exit 7", 7, 0}, {"kill -9 $$", 0, 9}, {"kill -11 $$", 0, 11}}) {
    const pid_t pid = started(each.script);
    const Pidfd handle = Pidfd::of(pid);
    ASSERT_TRUE(handle.open());
    EXPECT_EQ(Deadline::after_ms(5'000).wait(handle.fd(), POLLIN), Deadline::Wake::kReady);
    EXPECT_TRUE(handle.ended());
    for (int twice = 0; twice < 2; ++twice) {
      const auto death = handle.death();
      ASSERT_TRUE(death);
      EXPECT_EQ(death->code, each.code) << each.script;
      EXPECT_EQ(death->signal, each.signal) << each.script;
    }
    handle.reap();
    EXPECT_EQ(waitpid(pid, nullptr, 0), -1) << "reaped";
    EXPECT_FALSE(handle.send(0));
    EXPECT_EQ(errno, ESRCH);
  }
}

TEST(Handles, HoldOnToOneProcessOnly) {
  for (const pid_t none : {0, -1, -7}) EXPECT_FALSE(Pidfd::of(none).open()) << none;
  const pid_t pid = started("exec sleep 60");
  const Pidfd handle = Pidfd::of(pid);
  EXPECT_FALSE(handle.ended());
  handle.reap();  // lives: nothing happens
  EXPECT_TRUE(handle.send(0));
  EXPECT_TRUE(handle.send(SIGTERM));
  EXPECT_EQ(Deadline::after_ms(5'000).wait(handle.fd(), POLLIN), Deadline::Wake::kReady);
  EXPECT_EQ(handle.death()->signal, SIGTERM);
  handle.reap();
  EXPECT_FALSE(Pidfd::of(pid).open()) << "the number is free again";
}

TEST(Starting, SaysWhatCannotBeStarted) {
  struct Row {
    std::vector<std::string> argv;
    Kind kind;
  };
  for (const Row& each : std::initializer_list<Row>{{{}, Kind::kInvalid},
                                                    {{""}, Kind::kInvalid},
                                                    {{"/no/such/program"}, Kind::kNotFound},
                                                    {{"no-such-name-anywhere"}, Kind::kNotFound},
                                                    {{"/etc/passwd"}, Kind::kDenied},
                                                    {{"/bin/echo", std::string("a\0b", 3)}, Kind::kInvalid}}) {
    Command command;
    command.argv = each.argv;
    const auto pid = spawn(command);
    ASSERT_FALSE(pid);
    EXPECT_EQ(pid.fault().kind, each.kind) << pid.fault().text;
  }
  Command command;
  command.argv = {"/bin/true"};
  command.output_file = "/no/such/folder/log";
  EXPECT_EQ(spawn(command).fault().text, "open /no/such/folder/log: No such file or directory");
}

}  // namespace
}  // namespace reeve::common
