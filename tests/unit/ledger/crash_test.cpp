// What is on the disk after kill -9 at any moment? Whole turns, everything that was told durable, a chain that
// verifies.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <random>

#include "unit/ledger/ledger_fixture.h"

extern char** environ;  // NOLINT: POSIX

namespace reeve::ledger {
namespace {

using testing::IsEmpty;

constexpr const char* kFolder = "REEVE_CRASH_FOLDER";
constexpr const char* kTold = "REEVE_CRASH_TOLD";

/// The process that is killed: turns of three entries, of which the last is waited for; each seq told durable goes to a
/// pipe. Now and then a redaction and a rotation.
struct CrashChild : LedgerTest {
  void turn() {
    loop->post([this] {
      ledger->append(with_body(entry("first", "r1"), "body"));
      ledger->append(entry("second"));
      const uint64_t seq = ledger->append(entry("third"), [this](base::Status status) {
        if (!status.ok()) std::abort();
        const uint64_t told = awaited.front();
        awaited.pop_front();
        if (write(told_fd, &told, sizeof told) != sizeof told) std::abort();
        if (told % 40 == 0) ledger->redact(told - 2, "uid:0", "test", [](base::Status) {});
        if (told % 97 == 0) ledger->rotate("uid:0", [](base::Status) {});
        turn();
      });
      awaited.push_back(seq);
    });
  }
  std::deque<uint64_t> awaited;
  int told_fd = -1;
};

TEST_F(CrashChild, WritesUntilItIsKilled) {
  const char* place = std::getenv(kFolder);
  if (!place) return;                          // only as the child of CrashTest
  std::filesystem::remove_all(folder.path());  // nobody will do it later
  told_fd = std::atoi(std::getenv(kTold));
  Settings settings = settings_for(place);
  settings.checkpoint_entries = 20;
  settings.anchor_file = std::string(place) + "/anchors";
  open(settings);
  for (int i = 0; i < 4; ++i) turn();
  loop->run();
}

/// Starts the child and kills it when it has told `turns` entries and `delay` has passed.
std::vector<uint64_t> run_and_kill(const std::string& folder, size_t turns, useconds_t delay_us) {
  int told[2];
  if (pipe(told) != 0) return {};
  fcntl(told[0], F_SETFD, FD_CLOEXEC);
  std::string program = "/proc/self/exe", filter = "--gtest_filter=CrashChild.*";
  char* arguments[] = {program.data(), filter.data(), nullptr};
  setenv(kFolder, folder.c_str(), 1);
  setenv(kTold, std::to_string(told[1]).c_str(), 1);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &quiet, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&quiet);
  unsetenv(kFolder);
  close(told[1]);
  std::vector<uint64_t> seqs;
  uint64_t seq = 0;
  while (!failed && seqs.size() < turns && read(told[0], &seq, sizeof seq) == sizeof seq) seqs.push_back(seq);
  usleep(delay_us);  // a real process is under test: any moment will do
  if (!failed) kill(child, SIGKILL);
  while (read(told[0], &seq, sizeof seq) == sizeof seq) seqs.push_back(seq);
  close(told[0]);
  if (!failed) waitpid(child, nullptr, 0);
  return seqs;
}

TEST(CrashTest, HoldsWhatItToldAfterEachOfManyKills) {
  TempFolder folder;
  std::mt19937 random(20261124);  // NOLINT: the same kills every time, as far as time allows
  const char* wanted = std::getenv("REEVE_KILLS");
  const int kills = wanted ? std::atoi(wanted) : 25;
  uint64_t told_in_all = 0;
  for (int i = 0; i < kills; ++i) {
    const std::vector<uint64_t> told =
        run_and_kill(folder.path(), 1 + random() % 60, static_cast<useconds_t>(random() % 4000));
    told_in_all += told.size();
    const auto checked = verify(folder.path(), folder / "anchors");
    ASSERT_TRUE(checked.ok());
    ASSERT_THAT(checked->faults, IsEmpty()) << "kill " << i;
    ASSERT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty()) << "kill " << i;
    const auto reader = open_reader(folder.path());
    const std::vector<Stored> all = (*reader)->list({}).value();
    for (const uint64_t seq : told) ASSERT_EQ(all.at(seq - 1).kind, "third") << "kill " << i;
    // Turns are whole: first, second and third follow each other, with nothing between.
    for (size_t at = 0; at < all.size(); ++at) {
      if (all[at].kind != "first") continue;
      ASSERT_LT(at + 2, all.size()) << "kill " << i;
      ASSERT_EQ(all[at + 1].kind, "second");
      ASSERT_EQ(all[at + 2].kind, "third");
    }
  }
  std::printf("%d kills, %llu entries told durable\n", kills, static_cast<unsigned long long>(told_in_all));
}

}  // namespace
}  // namespace reeve::ledger
