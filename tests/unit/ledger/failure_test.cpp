// What if the disk fails? No act without its intent, nothing lost that nobody waited for, no number shifts.
#include <deque>
#include <set>

#include "ledger/files.h"
#include "unit/ledger/ledger_fixture.h"
#include "unit/store/fault_vfs.h"

namespace reeve::ledger {
namespace {

using store::FaultVfs;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct FailureTest : LedgerTest {
  FailureTest() { disk.heal(); }
  ~FailureTest() override { disk.heal(); }

  Settings settings() {
    Settings made = settings_for(folder.path());
    made.vfs = FaultVfs::kName;
    return made;
  }

  /// Appends, in one turn of the loop each: two lazy entries and one that is waited for.
  void append_turn() {
    loop->post([this] {
      lazy.emplace_back(ledger->append(with_body(entry("step.outcome", "r1"), "out")), "step.outcome");
      const uint64_t seq = ledger->append(entry("step.intent", "r1"), [this](base::Status status) {
        (status.ok() ? durable : refused).insert(waiting.front());
        waiting.pop_front();
      });
      waiting.push_back(seq);
      lazy.emplace_back(ledger->append(entry("alert.firing")), "alert.firing");
    });
  }

  /// Everything that nobody waited for stands at its seq, every intent that was told durable too; one that was refused
  /// is refused, or was found on the disk.
  void check_promises() {
    const std::vector<Stored> found = all();
    for (size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i].seq, i + 1);
    for (const auto& [seq, kind] : lazy) {
      ASSERT_LE(seq, found.size());
      EXPECT_EQ(found[seq - 1].kind, kind) << seq;
      EXPECT_EQ(found[seq - 1].body.value_or("-"), kind == "step.outcome" ? "out" : "-");
    }
    for (const uint64_t seq : durable) EXPECT_EQ(found.at(seq - 1).kind, "step.intent") << seq;
    for (const uint64_t seq : refused)
      EXPECT_THAT(found.at(seq - 1).kind, AnyOf("ledger.refused", "step.intent")) << seq;
    const auto checked = verify(folder.path());
    EXPECT_THAT(checked->faults, IsEmpty());
    EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
  }

  FaultVfs& disk = FaultVfs::instance();
  std::vector<std::pair<uint64_t, std::string>> lazy;
  std::deque<uint64_t> waiting;  ///< answers come in the order of seq
  std::set<uint64_t> durable, refused;
};

// Counts how many operations the workload has, then lets each of them fail in turn.
TEST_F(FailureTest, KeepsItsPromisesWhicheverOperationFails) {
  uint64_t failed = 0;
  for (const uint64_t more : {0U, 3U}) {
    for (uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE("operation " + std::to_string(nth) + " and " + std::to_string(more) + " more");
      close();
      std::filesystem::remove_all(folder.path());
      lazy.clear();
      durable.clear();
      refused.clear();
      open(settings());
      disk.fail(nth, more);
      for (int turn = 0; turn < 6; ++turn) {
        append_turn();
        run_until([&] { return waiting.empty() && lazy.size() == static_cast<size_t>(turn + 1) * 2; });
      }
      const bool hit = disk.count() >= nth;
      disk.heal();
      // Lazily, so that it is not refused while the writer waits before it tries again.
      lazy.emplace_back(ledger->append(entry("alert.firing")), "alert.firing");
      run_until([&] { return ledger->counters().queued == 0; });
      EXPECT_TRUE(ledger->writable());
      close();
      check_promises();
      if (!hit || HasFatalFailure()) break;
      failed += refused.size();
    }
  }
  EXPECT_GT(failed, 10U);  // the faults were felt
}

TEST_F(FailureTest, RefusesActsWhileTheDiskIsFullAndGoesOnAfterwards) {
  open(settings());
  append_turn();
  run_until([&] { return durable.size() == 1; });
  disk.fail_all();
  append_turn();
  run_until([&] { return refused.size() == 1; });
  EXPECT_FALSE(ledger->writable());
  // Now at once, without asking the disk.
  ledger->append(entry("step.intent"), answer("later"));
  ledger->flush(answer("flush"));
  run_posted();
  EXPECT_THAT(answers, ElementsAre("later unavailable", "flush unavailable"));
  EXPECT_GE(ledger->counters().failed_commits, 1U);
  append_turn();
  run_until([&] { return refused.size() == 2; });
  disk.heal();
  run_until([&] { return ledger->writable() && ledger->counters().queued == 0; });
  append_turn();
  run_until([&] { return durable.size() == 2; });
  EXPECT_EQ(ledger->counters().refused, 3U);
  close();
  check_promises();
  const auto found = all({.kind = "ledger.refused"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].facts["kind"].as_string(), "step.intent");
  EXPECT_EQ(found[0].run, "r1");
}

TEST_F(FailureTest, AnIntentBelievedRefusedMayBeFoundOnTheDiskAndIsNotWrittenTwice) {
  open(settings());
  disk.fail(2, 0, FaultVfs::Op::kSync);  // the first is of the header of the -wal file, the second of its frames
  append_turn();
  run_until([&] { return !waiting.empty(); });
  run_until([&] { return waiting.empty(); });
  EXPECT_EQ(refused.size(), 1U);
  run_until([&] { return ledger->writable() && ledger->counters().queued == 0; });
  close();
  check_promises();
  EXPECT_THAT(kinds(),
              ElementsAre("ledger.created", "step.outcome", "step.intent", "alert.firing", "ledger.checkpoint"));
}

TEST_F(FailureTest, DropsTheOldestObservationsAndNeverAnOutcome) {
  Settings mine = settings();
  mine.queue_limit = 40;
  open(mine);
  disk.fail_all();
  for (int i = 0; i < 300; ++i) {
    ledger->append(with_body(entry("events.accepted"), std::string(100, 'e')));
    if (i % 10 == 0) lazy.emplace_back(ledger->append(with_body(entry("step.outcome"), "out")), "step.outcome");
    if (i % 7 == 0) ledger->append(entry("alert.firing"));
    run_posted();
  }
  EXPECT_GT(ledger->counters().dropped, 200U);
  const uint64_t appended = ledger->counters().appended;
  disk.heal();
  run_until([&] { return ledger->counters().queued == 0; });
  close();
  check_promises();
  const auto dropped = all({.kind = "ledger.dropped"});
  EXPECT_GT(dropped.size(), 200U);
  EXPECT_EQ(dropped.front().seq, 2U);     // the oldest
  EXPECT_EQ(all().size(), appended + 2);  // with the first entry and the last checkpoint
  for (const Stored& e : dropped) EXPECT_FALSE(e.facts["kinds"].as_list().empty());
  EXPECT_EQ(all({.kind = "step.outcome"}).size(), 30U);
}

TEST_F(FailureTest, CommitsTogetherWhatGatheredWhileTheDiskWasBusy) {
  open(settings());
  disk.hold_syncs(true);
  append_turn();
  run_until([&] { return waiting.size() == 1; });
  run_posted();  // closes the turn
  disk.await_held();
  for (int turn = 0; turn < 10; ++turn) append_turn();
  run_until([&] { return waiting.size() == 11; });
  EXPECT_EQ(ledger->head().seq, 1U);
  disk.hold_syncs(false);
  run_until([&] { return waiting.empty(); });
  EXPECT_EQ(durable.size(), 11U);
  EXPECT_EQ(ledger->counters().commits, 2U);
}

TEST_F(FailureTest, StopsForGoodWhenSomebodyElseWroteTheFile) {
  open(settings());
  append_turn();
  run_until([&] { return durable.size() == 1; });
  tamper(
      "INSERT INTO entries SELECT 5, at_us, kind, actor, subject, run, correlation, facts, body_hash, (SELECT hash "
      "FROM "
      "entries WHERE seq = 4), hash FROM entries WHERE seq = 2");
  append_turn();
  run_until([&] { return refused.size() == 1; });
  EXPECT_FALSE(ledger->writable());
  ledger->append(entry("step.intent"), answer("more"));
  run_posted();
  EXPECT_THAT(answers, ElementsAre("more unavailable"));
  close();
  EXPECT_EQ(all().size(), 5U);  // nothing was written after it
  EXPECT_FALSE(verify(folder.path())->ok);
}

TEST_F(FailureTest, SaysSoWhenItCannotBeOpenedAndLeavesNothingHalf) {
  base::AsioLoop other(base::system_clock());
  const auto try_open = [&](const std::string& place) {
    Settings mine = settings();
    mine.folder = place;
    const auto opened = ledger::open(mine, other, base::system_clock(), base::system_random());
    return opened.ok() ? base::Status() : base::Status(opened.error());
  };
  uint64_t refusals = 0;
  for (uint64_t nth = 1;; ++nth) {
    const std::string place = folder / std::to_string(nth);
    disk.fail(nth);
    const base::Status first = try_open(place);
    const bool hit = disk.count() >= nth;
    disk.heal();
    if (!first.ok()) {
      ++refusals;
      EXPECT_THAT(first.error().text, HasSubstr(place)) << nth;
      EXPECT_TRUE(try_open(place).ok()) << nth;
    }
    const auto checked = verify(place);
    ASSERT_TRUE(checked.ok()) << nth;
    EXPECT_TRUE(checked->ok) << nth;
    if (!hit) break;
  }
  EXPECT_GT(refusals, 5U);
}

TEST_F(FailureTest, EndsThoughTheDiskDoesNotComeBack) {
  open(settings());
  append_turn();
  run_until([&] { return durable.size() == 1; });
  disk.fail_all();
  ledger->append(entry("alert.firing"));
  ledger->append(entry("step.intent"), answer("intent"));
  close();
  EXPECT_THAT(answers, ElementsAre("intent unavailable"));
  disk.heal();
  open(settings());
  EXPECT_EQ(ledger->head().seq, 4U);
}

TEST_F(FailureTest, AFailedRotationIsRefusedAndTheOldFileGoesOn) {
  uint64_t refusals = 0;
  for (uint64_t nth = 1; nth < 200; ++nth) {
    close();
    std::filesystem::remove_all(folder.path());
    answers.clear();
    lazy.clear();
    open(settings());
    lazy.emplace_back(ledger->append(with_body(entry("step.outcome", "r1"), "out")), "step.outcome");
    ASSERT_TRUE(flush().ok());
    disk.fail(nth);
    ledger->rotate("uid:0", answer("rotated"));
    run_until([&] { return !answers.empty(); });
    const bool hit = disk.count() >= nth;
    disk.heal();
    lazy.emplace_back(ledger->append(with_body(entry("step.outcome", "r1"), "out")), "step.outcome");
    run_until([&] { return ledger->counters().queued == 0; });
    close();
    check_promises();
    refusals += answers[0] != "rotated durable";
    EXPECT_EQ(all()[2].kind, answers[0] == "rotated durable" ? "ledger.rotated" : "ledger.refused") << nth;
    if (!hit) break;
  }
  EXPECT_GT(refusals, 5U);
}

}  // namespace
}  // namespace reeve::ledger
