// Random histories: every filter gives what looking at each entry gives, files and memory agree, tables can be told
// anew.
#include <algorithm>
#include <random>

#include "ledger/filter.h"
#include "ledger/memory_ledger.h"
#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct HistoryTest : LedgerTest {
  std::mt19937 chance{20261124};
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(chance); }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  const std::vector<std::string> kinds_ = {"alert.firing", "alert.resolved", "events.accepted",
                                           "step.intent",  "step.outcome",   "operator.note"};
  const std::vector<std::string> actors_ = {"engine", "rule/a", "rule/b", "uid:0"};
  const std::vector<std::string> subjects_ = {"docker/local/web", "docker/local/db", "alert/00", "config", ""};
  const std::vector<base::Uuid> stories_ = {{1}, {2}, {3}, {4}, {5}};

  /// As modules write them: whatever has a run has a correlation that the run met.
  model::Entry any_entry() {
    model::Entry made;
    made.kind = one_of(kinds_);
    made.actor = one_of(actors_);
    made.subject = one_of(subjects_);
    made.facts.set("n", static_cast<int64_t>(below(1000)));
    if (below(3) > 0) made.correlation = one_of(stories_);
    if (made.correlation != base::Uuid{} && below(3) == 0) made.run = "r" + std::to_string(made.correlation[0]);
    if (made.kind == "alert.firing" && below(2) == 0)
      made.facts.set("causes", model::Value::list().push(std::to_string(1 + below(60)) + ".0"));
    if (below(4) == 0) made.body = std::string(below(300), 'b');
    return made;
  }

  Filter any_filter() {
    Filter filter;
    const auto maybe = [&](std::string& pattern, const std::vector<std::string>& values) {
      if (below(3) > 0) return;
      pattern = one_of(values);
      if (below(2) == 0) pattern = pattern.substr(0, below(pattern.size() + 1)) + "*";
    };
    maybe(filter.kind, kinds_);
    maybe(filter.actor, actors_);
    maybe(filter.subject, subjects_);
    if (below(4) == 0) filter.run = one_of<std::string>({"r1", "r2", "r9", "r*", "*"});
    if (below(3) == 0) filter.correlation = one_of(stories_);
    if (below(3) == 0) filter.after_seq = below(100);
    if (below(3) == 0) filter.limit = 1 + below(20);
    filter.newest_first = below(2) == 0;
    filter.bodies = below(2) == 0;
    return filter;
  }

  static std::string text_of(const Filter& f) {
    return "kind=" + f.kind + " actor=" + f.actor + " subject=" + f.subject + " run=" + f.run +
           " story=" + std::to_string(f.correlation ? (*f.correlation)[0] : 0) +
           " after=" + std::to_string(f.after_seq) + " limit=" + std::to_string(f.limit) +
           (f.newest_first ? " newest" : "");
  }

  /// What looking at every entry gives; the story's entries are handed in.
  static std::vector<uint64_t> looked_at(const std::vector<Stored>& all, const Filter& filter,
                                         const std::set<uint64_t>& story) {
    std::vector<uint64_t> out;
    for (const Stored& one : all) {
      const bool told = !filter.correlation || story.contains(one.seq);
      const auto has = [](const std::string& pattern, const std::string& text) {
        if (pattern.empty()) return true;
        return pattern.back() == '*' ? text.starts_with(pattern.substr(0, pattern.size() - 1)) : text == pattern;
      };
      if (told && one.seq > filter.after_seq && has(filter.kind, one.kind) && has(filter.actor, one.actor) &&
          has(filter.subject, one.subject) && has(filter.run, one.run))
        out.push_back(one.seq);
    }
    if (filter.newest_first) std::reverse(out.begin(), out.end());
    if (filter.limit > 0 && out.size() > filter.limit) out.resize(filter.limit);
    return out;
  }

  /// The seqs of a story, by the words of the header: its correlation, and those that meet it in a run, and their
  /// causes.
  static std::set<uint64_t> story_of(const std::vector<Stored>& all, const base::Uuid& first) {
    std::set<base::Uuid> ids{first};
    for (size_t before = 0; before != ids.size();) {
      before = ids.size();
      std::set<std::string> runs;
      for (const Stored& one : all)
        if (ids.contains(one.correlation) && !one.run.empty()) runs.insert(one.run);
      for (const Stored& one : all)
        if (runs.contains(one.run)) ids.insert(one.correlation);
    }
    std::set<uint64_t> out;
    for (const Stored& one : all) {
      if (!ids.contains(one.correlation)) continue;
      out.insert(one.seq);
      if (one.kind.starts_with("alert."))
        for (const uint64_t cause : cause_seqs(one)) out.insert(cause);
    }
    return out;
  }

  void write(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      model::Entry made = any_entry();
      if (below(10) == 0 && !made.run.empty()) {
        made.kind = "run.joined";
        made.correlation = one_of(stories_);
      }
      ledger->append(made);
      if (below(8) == 0) {
        ASSERT_TRUE(flush().ok());
      }
    }
    ASSERT_TRUE(flush().ok());
  }
};

TEST_F(HistoryTest, EveryFilterGivesWhatLookingAtEachEntryGives) {
  open();
  write(60);
  ledger->rotate("uid:0", answer("rotated"));
  ASSERT_TRUE(flush().ok());
  write(60);
  ASSERT_THAT(answers, ElementsAre("rotated durable"));
  const std::vector<Stored> everything = all();
  for (int i = 0; i < 400; ++i) {
    const Filter filter = any_filter();
    const auto story = filter.correlation ? story_of(everything, *filter.correlation) : std::set<uint64_t>{};
    ASSERT_EQ(seqs(filter), looked_at(everything, filter, story)) << text_of(filter);
  }
}

TEST_F(HistoryTest, AFilterWithoutBodiesReadsNone) {
  open();
  ledger->append(with_body(entry("a"), "text"));
  ASSERT_TRUE(flush().ok());
  EXPECT_EQ(all({.kind = "a"})[0].body.value_or("-"), "text");
  EXPECT_FALSE(all({.kind = "a", .bodies = false})[0].body.has_value());
  EXPECT_FALSE(all({.kind = "a", .bodies = false})[0].redacted);
}

TEST_F(HistoryTest, WhoeverReadsMayStopAtAnyEntry) {
  open();
  write(30);
  for (size_t stop = 1; stop <= 30; ++stop) {
    size_t seen = 0;
    const auto reader = open_reader(folder.path()).value();
    EXPECT_TRUE(reader->scan({}, [&](const Stored&) { return ++seen < stop; }).ok());
    EXPECT_EQ(seen, stop);
  }
}

TEST_F(HistoryTest, FilesAndMemoryTellTheSame) {
  open();
  base::AsioLoop other(base::system_clock());
  MemoryLedger memory(other, settings_for(folder.path()));
  memory.append(entry("ledger.created"));
  for (int i = 0; i < 80; ++i) {
    const model::Entry made = any_entry();
    EXPECT_EQ(memory.append(made), ledger->append(made));
  }
  ASSERT_TRUE(flush().ok());
  memory.release_up_to(81);
  const auto told = memory.reader();
  for (int i = 0; i < 200; ++i) {
    Filter filter = any_filter();
    if (filter.kind.empty() || filter.kind == "*") filter.kind = "alert.*";  // the first entry differs
    const std::vector<Stored> ours = told->list(filter).value(), files = all(filter);
    ASSERT_EQ(ours.size(), files.size()) << text_of(filter);
    for (size_t at = 0; at < ours.size(); ++at) {
      EXPECT_EQ(ours[at].seq, files[at].seq) << text_of(filter);
      EXPECT_EQ(ours[at].kind, files[at].kind);
      EXPECT_EQ(ours[at].facts, files[at].facts);
      if (filter.bodies) {
        EXPECT_EQ(ours[at].body, files[at].body);
      }
    }
  }
  const auto rows = told->rows("runs").value();
  EXPECT_EQ(rows.size(), open_reader(folder.path()).value()->rows("runs").value().size());
}

// ---- rebuild ----

/// Two tables whose rows come, change and go.
Settings shop(const std::string& folder) {
  Settings settings;
  settings.folder = folder;
  settings.tables.push_back({"shelf", {"room TEXT", "place INTEGER"}, {"what TEXT", "seq INTEGER", "price REAL"}});
  settings.tables.push_back({"rooms", {"room TEXT"}, {"things TEXT", "open INTEGER"}});
  settings.projects.push_back([](const model::Entry& e) {
    std::vector<model::RowChange> rows;
    if (e.kind != "put" && e.kind != "take") return rows;
    model::RowChange row;
    row.table = "shelf";
    row.key = model::Value::map().set("room", e.subject).set("place", e.facts["place"]);
    row.erase = e.kind == "take";
    if (!row.erase) row.set.set("what", e.facts["what"]).set("seq", e.seq).set("price", e.facts["price"]);
    rows.push_back(row);
    return rows;
  });
  settings.projects.push_back([](const model::Entry& e) {
    std::vector<model::RowChange> rows;
    if (e.kind == "put") {
      model::Value set = model::Value::map().set("things", model::Value::list().push(e.facts["what"]).push(e.seq));
      set.set("open", e.seq % 2 == 0);
      rows.push_back({"rooms", model::Value::map().set("room", e.subject), std::move(set), false});
    }
    return rows;
  });
  return settings;
}

struct RebuildTest : HistoryTest {
  void SetUp() override { open(shop(folder.path())); }
  void history(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      model::Entry made = entry(below(3) ? "put" : "take");
      made.subject = one_of<std::string>({"cellar", "attic", ""});
      made.facts.set("place", static_cast<int64_t>(below(6)));
      made.facts.set("what", one_of<std::string>({"box", "", "ü \" '", "7"}));
      if (below(2)) made.facts.set("price", 0.1 * static_cast<double>(below(50)));
      ledger->append(made);
      if (below(9) == 0) {
        ASSERT_TRUE(flush().ok());
      }
    }
    ASSERT_TRUE(flush().ok());
  }
  std::vector<std::string> differing(bool replace = false) { return rebuild(shop(folder.path()), replace).value(); }
};

TEST_F(RebuildTest, TellsTheLiveTablesOfAnyHistory) {
  for (int i = 0; i < 6; ++i) {
    history(40);
    EXPECT_THAT(differing(), IsEmpty()) << "after " << 40 * (i + 1);
    if (i == 2) {
      ledger->rotate("uid:0", answer("rotated"));
      ASSERT_TRUE(flush().ok());
    }
  }
  EXPECT_GT(open_reader(folder.path()).value()->rows("shelf").value().size(), 5u);
}

TEST_F(RebuildTest, FindsEveryKindOfDifferenceAndMendsIt) {
  history(60);
  close();
  const std::pair<const char*, const char*> changes[] = {
      {"DELETE FROM shelf WHERE place = (SELECT min(place) FROM shelf)", "shelf"},
      {"INSERT INTO shelf(room, place, what) VALUES('cellar', 99, 'invented')", "shelf"},
      {"UPDATE shelf SET price = 1.25 WHERE place = (SELECT max(place) FROM shelf)", "shelf"},
      {"UPDATE shelf SET what = NULL", "shelf"},
      {"UPDATE rooms SET open = 1 - open WHERE room = 'attic'", "rooms"},
      {"UPDATE rooms SET things = things || ' '", "rooms"},
      {"DELETE FROM rooms", "rooms"},
      {"DELETE FROM ledger_clock", "ledger_clock"},
  };
  for (const auto& [sql, table] : changes) {
    tamper(sql);
    EXPECT_THAT(differing(), ElementsAre(table)) << sql;
    EXPECT_THAT(differing(true), ElementsAre(table)) << sql;
    EXPECT_THAT(differing(), IsEmpty()) << sql;
  }
  EXPECT_TRUE(verify(folder.path())->ok);
}

TEST_F(RebuildTest, ATableThatIsGoneDiffersAndIsMadeAnew) {
  history(30);
  close();
  tamper("DROP TABLE shelf; DROP TABLE rooms");
  EXPECT_THAT(differing(), ElementsAre("shelf", "rooms"));
  EXPECT_THAT(differing(true), ElementsAre("shelf", "rooms"));
  EXPECT_THAT(differing(), IsEmpty());
  open(shop(folder.path()));  // the engine goes on with them
  history(10);
  EXPECT_THAT(differing(), IsEmpty());
}

TEST_F(RebuildTest, ChangesThatNobodyMayWriteAreLeftAlone) {
  history(20);
  close();
  tamper("CREATE TABLE somebodys(a); INSERT INTO somebodys VALUES(1)");
  EXPECT_THAT(differing(true), IsEmpty());
  EXPECT_EQ(open_reader(folder.path()).value()->rows("somebodys").value().size(), 1u);
}

TEST_F(RebuildTest, WithoutTheFirstEntriesNothingIsSaid) {
  history(20);
  ledger->rotate("uid:0", answer("rotated"));
  ASSERT_TRUE(flush().ok());
  history(10);
  close();
  std::filesystem::remove(folder / "ledger-1.db");
  const auto said = rebuild(shop(folder.path()), true);
  ASSERT_FALSE(said.ok());
  EXPECT_EQ(said.error().fault, base::Fault::kConflict);
}

TEST_F(RebuildTest, RowsAreAskedByTheirColumns) {
  for (int place = 0; place < 4; ++place) {
    model::Entry made = entry("put");
    made.subject = place % 2 ? "cellar" : "attic";
    made.facts.set("place", place).set("what", "box").set("price", place * 0.5);
    ledger->append(made);
  }
  ASSERT_TRUE(flush().ok());
  const auto reader = open_reader(folder.path()).value();
  using model::Value;
  EXPECT_EQ(reader->rows("shelf", Value::map().set("room", "cellar")).value().size(), 2u);
  EXPECT_EQ(reader->rows("shelf", Value::map().set("room", "cellar").set("place", 3)).value().size(), 1u);
  EXPECT_EQ(reader->rows("shelf", Value::map().set("price", 0.5)).value().size(), 1u);
  EXPECT_EQ(reader->rows("shelf", Value::map().set("room", "nowhere")).value().size(), 0u);
  EXPECT_EQ(reader->rows("rooms", Value::map().set("open", true)).value().size() +
                reader->rows("rooms", Value::map().set("open", false)).value().size(),
            2u);
  EXPECT_EQ(reader->rows("shelf").value()[0]["room"].text(), "attic");  // in the order of the key
  EXPECT_EQ(reader->rows("shelf", Value::map().set("nothing", 1)).error().text, "table shelf has no column nothing");
  EXPECT_EQ(reader->rows("nothing").error().fault, base::Fault::kNotFound);
  for (const char* table : {"entries", "bodies", "blobs"})
    EXPECT_EQ(reader->rows(table).error().text, std::string(table) + " is no projection table");
  EXPECT_EQ(reader->rows("shelf\"; DROP TABLE shelf; --").error().fault, base::Fault::kNotFound);
}

}  // namespace
}  // namespace reeve::ledger
