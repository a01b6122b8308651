// The ledger on disk: order, answers, projections, checkpoints, restarts.
#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "ledger/files.h"
#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Uuid kFirst{1}, kSecond{2}, kOther{3};

TEST_F(LedgerTest, BeginsWithAnEntryThatNamesTheLedger) {
  open();
  const std::vector<Stored> found = all();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, "ledger.created");
  EXPECT_EQ(found[0].prev_hash, base::Hash{});
  EXPECT_EQ(found[0].facts["ledger"].as_string().size(), 32U);
  EXPECT_EQ(ledger->head().seq, 1U);
}

TEST_F(LedgerTest, AnswersOnTheLoopWhenDurable) {
  open();
  EXPECT_EQ(ledger->append(entry("decision")), 2U);
  EXPECT_EQ(ledger->append(entry("step.intent", "r1"), answer("intent")), 3U);
  EXPECT_TRUE(answers.empty());
  run_until([&] { return !answers.empty(); });
  EXPECT_THAT(answers, ElementsAre("intent durable"));
  EXPECT_EQ(ledger->head().seq, 3U);
  EXPECT_EQ(ledger->head().hash, all().back().hash);
  EXPECT_THAT(kinds(), ElementsAre("ledger.created", "decision", "step.intent"));
}

TEST_F(LedgerTest, CommitsLazyEntriesByItselfSoon) {
  open();
  ledger->append(entry("alert.firing"));
  EXPECT_EQ(ledger->counters().queued, 1U);
  run_until([&] { return ledger->head().seq == 2; });
  EXPECT_EQ(ledger->counters().queued, 0U);
}

TEST_F(LedgerTest, CommitsWhatOneTurnAppendsTogether) {
  open();
  for (int turn = 0; turn < 20; ++turn) {
    loop->post([this] {
      for (int i = 0; i < 5; ++i) ledger->append(entry("a"));
      ledger->append(entry("b"), answer("b"));
    });
  }
  uint64_t seen = 1;
  run_until([&] {
    // Whatever is durable is a number of whole turns.
    EXPECT_EQ((ledger->head().seq - 1) % 6, 0U);
    seen = ledger->head().seq;
    return seen == 121;
  });
  EXPECT_LE(ledger->counters().commits, 20U);
}

TEST_F(LedgerTest, FlushAnswersAtOnceWhenAllIsDurable) {
  open();
  EXPECT_TRUE(flush().ok());
  ledger->append(entry("a"));
  EXPECT_TRUE(flush().ok());
  EXPECT_EQ(ledger->head().seq, 2U);
}

TEST_F(LedgerTest, GoesOnWhereItEnded) {
  open();
  ledger->append(with_body(entry("a"), "first"));
  open();
  EXPECT_EQ(ledger->append(entry("b")), ledger->head().seq + 1);
  EXPECT_TRUE(flush().ok());
  // Each end signs a checkpoint over what it wrote.
  EXPECT_THAT(kinds(), ElementsAre("ledger.created", "a", "ledger.checkpoint", "b"));
  const auto found = all();
  for (size_t i = 1; i < found.size(); ++i) EXPECT_EQ(found[i].prev_hash, found[i - 1].hash);
}

TEST_F(LedgerTest, LeavesOneWholeFileAtItsEnd) {
  open();
  ledger->append(entry("a"));
  close();
  EXPECT_EQ(file_size(folder / "ledger-1.db-wal"), 0U);
  EXPECT_EQ(kinds().size(), 3U);
  // Reading a file that nobody writes leaves nothing behind.
  std::filesystem::remove(folder / "ledger-1.db-wal");
  std::filesystem::remove(folder / "ledger-1.db-shm");
  EXPECT_EQ(kinds().size(), 3U);
  EXPECT_FALSE(file_exists(folder / "ledger-1.db-wal"));
  EXPECT_FALSE(file_exists(folder / "ledger-1.db-shm"));
}

TEST_F(LedgerTest, KeepsBodiesAndBlobs) {
  open();
  const base::Hash hash = ledger->put_blob(std::string(100000, 'x'));
  ledger->append(with_body(entry("run.started", "r1"), R"({"args":["a"]})"));
  ledger->append(with_body(entry("note"), ""));
  ledger->append(entry("bare"));
  EXPECT_TRUE(flush().ok());
  const auto found = all();
  EXPECT_EQ(found[1].body.value(), R"({"args":["a"]})");
  EXPECT_EQ(found[1].facts["blobs"].as_list().at(0).as_string(), base::hex(hash));
  EXPECT_EQ(found[2].body.value(), "");
  EXPECT_FALSE(found[3].body.has_value());
  EXPECT_FALSE(found[3].redacted);
  EXPECT_FALSE(found[2].facts.has("blobs"));
  const auto reader = open_reader(folder.path());
  EXPECT_EQ((*reader)->blob(hash).value().size(), 100000U);
  EXPECT_EQ((*reader)->blob(base::Hash{}).error().fault, base::Fault::kNotFound);
}

TEST_F(LedgerTest, WritesProjectionsWithTheirEntries) {
  open();
  model::Entry started = entry("run.started", "r1");
  started.facts.set("tags", model::Value::list().push("a").push(1));
  ledger->append(started);
  ledger->append(entry("run.started", "r2"));
  ledger->append(entry("run.ended", "r1"));
  ledger->append(entry("run.forgotten", "r2"));
  EXPECT_TRUE(flush().ok());
  const auto reader = open_reader(folder.path());
  const auto rows = (*reader)->rows("runs");
  ASSERT_TRUE(rows.ok()) << rows.error().text;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0]["run"].as_string(), "r1");
  EXPECT_EQ((*rows)[0]["state"].as_string(), "run.ended");
  EXPECT_EQ((*rows)[0]["last_seq"].as_int(), 4);
  EXPECT_EQ((*rows)[0]["tags"].as_string(), R"(["a",1])");
  EXPECT_TRUE((*reader)->rows("runs", model::Value::map().set("run", "r9")).value().empty());
  EXPECT_EQ((*reader)->rows("nothing").error().fault, base::Fault::kNotFound);
  EXPECT_EQ((*reader)->rows("entries").error().fault, base::Fault::kInvalid);
  EXPECT_EQ((*reader)->rows("runs", model::Value::map().set("x\"", 1)).error().fault, base::Fault::kInvalid);
}

TEST_F(LedgerTest, ARowChangeOfAnUnknownTableIsABrokenPromise) {
  Settings settings = settings_for(folder.path());
  settings.projects.push_back([](const model::Entry& e) {
    if (e.kind != "bad") return std::vector<model::RowChange>{};
    return std::vector<model::RowChange>{{"nowhere", model::Value::map().set("a", 1), model::Value::map()}};
  });
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  open(settings);
  EXPECT_DEATH(ledger->append(entry("bad")), "broken promise");
}

TEST_F(LedgerTest, FillsATableAnewWhenItsColumnsChanged) {
  open();
  ledger->append(entry("run.started", "r1"));
  Settings settings = settings_for(folder.path());
  settings.tables[0].columns = {"state TEXT", "last_seq INTEGER", "tags TEXT", "more TEXT"};
  open(settings);
  const auto rows = open_reader(folder.path()).value()->rows("runs");
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_TRUE((*rows)[0].has("more"));
  EXPECT_EQ((*rows)[0]["state"].as_string(), "run.started");
}

TEST_F(LedgerTest, RebuildComparesOneStateOfALedgerThatIsBeingWritten) {
  open();
  ledger->append(entry("run.started", "r0"));
  ASSERT_TRUE(flush().ok());
  std::atomic<bool> done{false};
  std::set<std::string> differ;
  std::thread reader([&] {
    for (int i = 0; i < 40; ++i) {
      const auto said = rebuild(settings_for(folder.path()), false);
      differ.insert(said.value().begin(), said.value().end());
    }
    done = true;
  });
  for (int i = 0; !done; ++i) {
    ledger->append(entry("step.outcome", "r" + std::to_string(i % 7)));
    EXPECT_TRUE(flush().ok());
  }
  reader.join();
  EXPECT_THAT(differ, IsEmpty());
}

TEST_F(LedgerTest, RebuildTellsWhichTablesDifferAndReplacesThem) {
  open();
  for (int i = 0; i < 50; ++i)
    ledger->append(entry(i % 3 ? "step.outcome" : "run.started", "r" + std::to_string(i % 7)));
  close();
  const Settings settings = settings_for(folder.path());
  EXPECT_THAT(rebuild(settings, false).value(), IsEmpty());
  tamper("UPDATE runs SET state = 'run.ended' WHERE run = 'r3'");
  EXPECT_THAT(rebuild(settings, false).value(), ElementsAre("runs"));
  EXPECT_THAT(rebuild(settings, true).value(), ElementsAre("runs"));
  EXPECT_THAT(rebuild(settings, false).value(), IsEmpty());
  tamper("DROP TABLE ledger_joins");
  EXPECT_THAT(rebuild(settings, true).value(), ElementsAre("ledger_joins"));
  EXPECT_THAT(rebuild(settings, false).value(), IsEmpty());
  EXPECT_TRUE(verify(folder.path())->ok);
}

TEST_F(LedgerTest, SignsAfterSoManyEntriesAndAnchorsElsewhere) {
  Settings settings = settings_for(folder.path());
  settings.checkpoint_entries = 10;
  settings.anchor_file = folder / "anchors";
  open(settings);
  for (int i = 0; i < 35; ++i) {
    ledger->append(entry("a"));
    EXPECT_TRUE(flush().ok());
  }
  EXPECT_GE(ledger->counters().checkpoints, 3U);
  EXPECT_LE(ledger->counters().checkpoints, 5U);
  close();
  std::ifstream file(folder / "anchors");
  size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  const auto checked = verify(folder.path(), settings.anchor_file);
  EXPECT_TRUE(checked->ok) << testing::PrintToString(checked->faults);
  EXPECT_EQ(checked->checkpoints, lines);
}

TEST_F(LedgerTest, SignsAfterSomeTimeWhenThereIsNews) {
  Settings settings = settings_for(folder.path());
  settings.checkpoint_every = base::millis(5);
  open(settings);
  ledger->append(entry("a"));
  const auto vouched_for = [&] {
    const std::vector<Stored> found = all({.kind = "ledger.checkpoint"});
    return !found.empty() && found.back().facts["seq"].as_int() >= 2;
  };
  run_until(vouched_for);
  // Nothing new: a checkpoint itself is none, or there would be one every 5 ms. (One more when two were under way.)
  const uint64_t signed_so_far = ledger->counters().checkpoints;
  bool later = false;
  loop->after(base::millis(100), [&] { later = true; });
  run_until([&] { return later; });
  EXPECT_LE(ledger->counters().checkpoints, signed_so_far + 1);
}

TEST_F(LedgerTest, RefusesAnEntryThatIsTooLarge) {
  open();
  ledger->append(with_body(entry("a"), std::string(65 << 20, 'x')), answer("a"));
  EXPECT_TRUE(flush().ok());
  run_posted();
  EXPECT_THAT(answers, ElementsAre("a invalid"));
  EXPECT_THAT(kinds(), ElementsAre("ledger.created", "ledger.refused"));
  EXPECT_EQ(all()[1].facts["kind"].as_string(), "a");
}

TEST_F(LedgerTest, TimesDoNotGoBackBetweenClockMarks) {
  open();
  const base::Time now = base::system_clock().wall();
  model::Entry late = entry("late"), early = entry("early"), stepped = entry("clock.stepped"), after = entry("after");
  late.at = now + base::hours(1);
  early.at = now - base::hours(1);
  stepped.at = now - base::hours(2);
  after.at = now - base::hours(1);
  for (const model::Entry& e : {late, early, stepped, after}) ledger->append(e);
  EXPECT_TRUE(flush().ok());
  const auto found = all();
  EXPECT_LT(found[1].at, now + base::minutes(1));  // not in the future
  EXPECT_EQ(found[2].at, found[1].at);             // not before the one before
  EXPECT_EQ(found[3].at, now - base::hours(2));    // a mark may
  EXPECT_EQ(found[4].at, now - base::hours(1));
}

TEST_F(LedgerTest, RefusesAFileThatIsNoLedgerOrWhoseTailIsBroken) {
  open();
  ledger->append(with_body(entry("a"), "body"));
  close();
  const auto open_error = [&] {
    base::AsioLoop other(base::system_clock());
    auto opened = ledger::open(settings_for(folder.path()), other, base::system_clock(), base::system_random());
    return opened.ok() ? base::Error{base::Fault::kInternal, "opened"} : opened.error();
  };
  tamper("DROP TRIGGER bodies_update; UPDATE bodies SET body = x'00' WHERE seq = 2");
  EXPECT_EQ(open_error().fault, base::Fault::kInvalid);
  EXPECT_THAT(open_error().text, HasSubstr("bodies_update"));
  std::ofstream(folder / "ledger-1.db") << "no database at all, but long enough to be looked at as one";
  EXPECT_EQ(open_error().fault, base::Fault::kInvalid);
}

TEST_F(LedgerTest, FindsEntriesByTheirColumns) {
  open();
  for (int i = 0; i < 30; ++i) {
    model::Entry e = entry(i % 2 ? "alert.firing" : "step.intent", i % 3 ? "" : "r1");
    e.actor = i % 5 ? "engine" : "uid:0";
    e.subject = "docker/local/" + std::to_string(i);
    ledger->append(e);
  }
  EXPECT_TRUE(flush().ok());
  EXPECT_EQ(all({.kind = "alert.firing"}).size(), 15U);
  EXPECT_EQ(all({.kind = "alert.*"}).size(), 15U);
  EXPECT_EQ(all({.kind = "alert.*", .actor = "uid:0"}).size(), 3U);
  EXPECT_EQ(all({.subject = "docker/local/7"}).size(), 1U);
  EXPECT_EQ(all({.subject = "docker/local/2*"}).size(), 11U);
  EXPECT_EQ(all({.run = "r1"}).size(), 10U);
  EXPECT_THAT(seqs({.after_seq = 28}), ElementsAre(29, 30, 31));
  EXPECT_THAT(seqs({.limit = 2}), ElementsAre(1, 2));
  EXPECT_THAT(seqs({.limit = 2, .newest_first = true}), ElementsAre(31, 30));
  EXPECT_TRUE(all({.kind = "nothing"}).empty());
  EXPECT_EQ(open_reader(folder.path()).value()->entry(5).value()->subject, "docker/local/3");
  EXPECT_FALSE(open_reader(folder.path()).value()->entry(99).value().has_value());
  EXPECT_EQ(open_reader(folder / "none").error().fault, base::Fault::kNotFound);
}

TEST_F(LedgerTest, FollowsCausesAndJoinsIntoOneStory) {
  open();
  const auto add = [&](const std::string& kind, const base::Uuid& id, const std::string& run = "") {
    model::Entry made = entry(kind, run, id);
    if (kind == "alert.firing" && id == kFirst) made.facts.set("causes", model::Value::list().push("2.0").push("2.1"));
    if (kind == "alert.firing" && id == kSecond) made.body = R"({"causes":["3.7",{"series":"up"}]})";
    ledger->append(made);
  };
  add("events.accepted", {});
  add("events.accepted", {});
  add("events.accepted", {});
  add("alert.firing", kFirst);
  add("run.started", kFirst, "r1");
  add("alert.firing", kSecond);
  add("run.joined", kSecond, "r1");
  add("alert.firing", kOther);
  add("run.started", kOther, "r2");
  add("run.ended", kFirst, "r1");
  EXPECT_TRUE(flush().ok());
  EXPECT_THAT(seqs({.correlation = kFirst}), ElementsAre(2, 3, 5, 6, 7, 8, 11));
  EXPECT_THAT(seqs({.correlation = kSecond}), ElementsAre(2, 3, 5, 6, 7, 8, 11));
  EXPECT_THAT(seqs({.correlation = kOther}), ElementsAre(9, 10));
  EXPECT_THAT(seqs({.correlation = kFirst, .limit = 2, .newest_first = true}), ElementsAre(11, 8));
  EXPECT_THAT(seqs({.kind = "run.*", .correlation = kSecond}), ElementsAre(6, 8, 11));
  EXPECT_THAT(seqs({.run = "r1"}), ElementsAre(6, 8, 11));
  EXPECT_THAT(seqs({.correlation = base::Uuid{9}}), IsEmpty());
}

TEST_F(LedgerTest, FindsATimeRangeAcrossClockMarks) {
  open();
  const base::Time now = base::system_clock().wall();
  const auto at = [&](int minutes_ago, const std::string& kind) {
    model::Entry e = entry(kind);
    e.at = now - base::minutes(minutes_ago);
    ledger->append(e);
  };
  at(0, "clock.stepped");                       // 2: so that old times may follow
  at(500, "clock.stepped");                     // 3
  for (int i = 499; i >= 400; --i) at(i, "a");  // 4 .. 103
  at(450, "clock.stepped");                     // 104: back by 50 minutes
  for (int i = 449; i >= 350; --i) at(i, "b");  // 105 .. 204
  EXPECT_TRUE(flush().ok());
  for (const auto& [from, to] : std::vector<std::pair<int, int>>{
           {460, 455}, {420, 410}, {430, 380}, {1000, 900}, {500, 350}, {350, 340}, {10, -10}, {400, 400}}) {
    std::vector<uint64_t> expected;
    const base::Time low = now - base::minutes(from), high = now - base::minutes(to);
    for (const Stored& e : all())
      if (e.at >= low && e.at < high) expected.push_back(e.seq);
    EXPECT_EQ(seqs({.from = low, .to = high}), expected) << from << " to " << to;
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(seqs({.from = low, .to = high, .newest_first = true}), expected) << from << " to " << to;
  }
  EXPECT_EQ(all({.from = now - base::minutes(430), .to = now - base::minutes(420)}).size(), 20U);
}

TEST_F(LedgerTest, IsAppendOnlyForItsOwnConnections) {
  open();
  ledger->put_blob("bundle");
  ledger->append(with_body(entry("a"), "body"));
  close();
  store::OpenOptions options{folder / "ledger-1.db", store::Access::kReadWrite, {}, "", 0, false};
  auto file = store::Connection::open(options);
  ASSERT_TRUE(file.ok());
  // No authoriser rules given: these are the triggers.
  for (const char* sql :
       {"UPDATE entries SET kind = 'b' WHERE seq = 2", "DELETE FROM entries WHERE seq = 2", "DELETE FROM bodies",
        "UPDATE bodies SET body = x'00'", "UPDATE bodies SET salt = NULL, body = NULL", "DELETE FROM blobs",
        "REPLACE INTO entries SELECT seq, at_us, 'b', actor, subject, run, correlation, facts, body_hash, prev_hash, "
        "hash FROM entries WHERE seq = 2",
        "REPLACE INTO bodies VALUES(2, x'00', x'00')",
        "INSERT INTO entries SELECT seq + 9, at_us, kind, actor, subject, run, correlation, facts, body_hash, "
        "prev_hash, "
        "hash FROM entries WHERE seq = 2",
        "INSERT INTO entries SELECT NULL, at_us, kind, actor, subject, run, correlation, facts, body_hash, prev_hash, "
        "hash FROM entries WHERE seq = 2"})
    EXPECT_THAT(file->run(sql).ok() ? "it passed" : file->run(sql).error().text, HasSubstr("ledger: ")) << sql;
  EXPECT_TRUE(verify(folder.path())->ok);
}

}  // namespace
}  // namespace reeve::ledger
