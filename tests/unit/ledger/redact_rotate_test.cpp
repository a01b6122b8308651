// How is a body taken away for good, and how does a ledger go on in a new file?
#include <sys/stat.h>

#include <fstream>

#include "ledger/files.h"
#include "unit/ledger/ledger_fixture.h"
#include "unit/ledger/python_verifier.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr base::Uuid kStory{1};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct RedactTest : LedgerTest {
  bool holds(const std::string& text) {
    return bytes_of(folder / "ledger-1.db").find(text) != std::string::npos ||
           bytes_of(folder / "ledger-1.db-wal").find(text) != std::string::npos;
  }
};

TEST_F(RedactTest, TakesTheBodyOutOfTheFilesForGood) {
  open();
  const std::string secret = "the customer's secret", large = std::string(50000, 'L') + secret;
  ledger->append(with_body(entry("alert.firing"), secret + " one"));
  ledger->append(with_body(entry("alert.firing"), large));
  ASSERT_TRUE(flush().ok());
  ASSERT_TRUE(holds(secret));
  const base::Hash before = all()[1].hash;
  ledger->redact(2, "uid:0", "asked by law", answer("first"));
  ledger->redact(3, "uid:0", "asked by law", answer("second"));
  run_until([&] { return answers.size() == 2; });
  EXPECT_THAT(answers, ElementsAre("first durable", "second durable"));
  run_until([&] { return !holds(secret); });
  const auto found = all();
  EXPECT_TRUE(found[1].redacted);
  EXPECT_FALSE(found[1].body.has_value());
  EXPECT_EQ(found[1].hash, before);
  EXPECT_EQ(found[3].kind, "ledger.redacted");
  EXPECT_EQ(found[3].subject, "entry/2");
  EXPECT_EQ(found[3].body.value(), "asked by law");
  EXPECT_THAT(verify(folder.path())->faults, IsEmpty());
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
}

TEST_F(RedactTest, WaitsForReadersBeforeItsBytesAreGone) {
  open();
  ledger->append(with_body(entry("alert.firing"), "secret"));
  ASSERT_TRUE(flush().ok());
  auto reader = store::Connection::open({folder / "ledger-1.db", store::Access::kReadOnly, {}, "", 0, false});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(reader->run("BEGIN; SELECT count(*) FROM entries").ok());  // an old snapshot
  ledger->redact(2, "uid:0", "why", answer("redacted"));
  run_until([&] { return !answers.empty(); });
  EXPECT_THAT(answers, ElementsAre("redacted durable"));
  EXPECT_TRUE(holds("secret"));
  ASSERT_TRUE(reader->run("COMMIT").ok());
  run_until([&] { return !holds("secret"); });
}

TEST_F(RedactTest, RefusesWhatIsNotAllowed) {
  open();
  ledger->append(entry("bare"));                                             // 2
  ledger->append(with_body(entry("run.started", "r1", kStory), "args"));     // 3
  ledger->append(with_body(entry("run.joined", "r1", base::Uuid{2}), "j"));  // 4
  const auto redact = [&](uint64_t seq) {
    answers.clear();
    ledger->redact(seq, "uid:0", "why", answer(std::to_string(seq)));
    run_until([&] { return !answers.empty(); });
    return answers[0];
  };
  EXPECT_EQ(redact(2), "2 conflict");      // no body
  EXPECT_EQ(redact(3), "3 conflict");      // an open run
  EXPECT_EQ(redact(4), "4 conflict");      // also of an alert that joined it
  EXPECT_EQ(redact(999), "999 conflict");  // not there
  ledger->append(entry("run.ended", "r1", kStory));
  EXPECT_EQ(redact(3), "3 durable");
  EXPECT_EQ(redact(4), "4 durable");
  EXPECT_EQ(redact(3), "3 conflict");  // has none any more
  EXPECT_THAT(kinds(), ElementsAre("ledger.created", "bare", "run.started", "run.joined", "ledger.refused",
                                   "ledger.refused", "ledger.refused", "ledger.refused", "run.ended", "ledger.redacted",
                                   "ledger.redacted", "ledger.refused"));
  EXPECT_THAT(verify(folder.path())->faults, IsEmpty());
  EXPECT_EQ(ledger->counters().refused, 5U);
}

struct RotateTest : LedgerTest {
  void rotate() {
    answers.clear();
    ledger->rotate("uid:0", answer("rotated"));
    run_until([&] { return !answers.empty(); });
    ASSERT_THAT(answers, ElementsAre("rotated durable"));
  }
  bool is_sealed(const std::string& name) {
    struct stat info{};
    return stat((folder / name).c_str(), &info) == 0 && (info.st_mode & 0222) == 0;
  }
  PythonVerifier python;
};

TEST_F(RotateTest, GoesOnInANewFileThatCarriesTheLastHash) {
  open();
  ledger->append(entry("run.started", "r1", kStory));
  ledger->append(entry("a"));
  rotate();
  ledger->append(entry("run.ended", "r1", kStory));
  ASSERT_TRUE(flush().ok());
  const auto found = all();
  EXPECT_THAT(kinds(), ElementsAre("ledger.created", "run.started", "a", "ledger.rotated", "run.ended"));
  EXPECT_TRUE(file_exists(folder / "ledger-4.db"));
  for (size_t i = 1; i < found.size(); ++i) EXPECT_EQ(found[i].prev_hash, found[i - 1].hash);
  // Read across both files, from either end.
  EXPECT_THAT(seqs({.correlation = kStory}), ElementsAre(2, 5));
  EXPECT_THAT(seqs({.run = "r1"}), ElementsAre(2, 5));
  EXPECT_THAT(seqs({.limit = 3, .newest_first = true}), ElementsAre(5, 4, 3));
  EXPECT_THAT(seqs({.from = found[0].at, .to = found[4].at + base::micros(1)}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(open_reader(folder.path()).value()->entry(2).value()->kind, "run.started");
  // The projections came along.
  EXPECT_EQ(open_reader(folder.path()).value()->rows("runs").value().at(0)["state"].as_string(), "run.ended");
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
  const auto checked = verify(folder.path());
  EXPECT_THAT(checked->faults, IsEmpty());
  EXPECT_EQ(checked->entries, 5U);
  EXPECT_EQ(disagreement(*checked, python.verify(folder.path())), "");
}

TEST_F(RotateTest, SealsTheOldFile) {
  open();
  ledger->append(with_body(entry("a"), "body"));
  rotate();
  run_until([&] { return is_sealed("ledger-1.db"); });
  EXPECT_FALSE(file_exists(folder / "ledger-1.db-wal"));
  auto sealed = store::Connection::open({folder / "ledger-1.db", store::Access::kReadOnly, {}, "", 0, true});
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->number("SELECT count(*) FROM sqlite_master WHERE name = 'entries_subject'").value(), 1);
  // Its bodies are not redacted any more: the file may be unlinked.
  answers.clear();
  ledger->redact(2, "uid:0", "why", answer("redacted"));
  run_until([&] { return !answers.empty(); });
  EXPECT_THAT(answers, ElementsAre("redacted conflict"));
  close();
  const auto checked = verify(folder.path());
  EXPECT_THAT(checked->faults, IsEmpty());
  EXPECT_EQ(disagreement(*checked, python.verify(folder.path())), "");
}

TEST_F(RotateTest, AnOldFileMayBeUnlinked) {
  Settings settings = settings_for(folder.path());
  settings.anchor_file = folder / "anchors";
  settings.checkpoint_entries = 1;
  open(settings);
  ledger->append(entry("run.started", "r1"));
  ASSERT_TRUE(flush().ok());
  rotate();
  run_until([&] { return is_sealed("ledger-1.db"); });
  open(settings);
  rotate();
  close();
  std::filesystem::remove(folder / "ledger-1.db");
  const auto checked = verify(folder.path(), settings.anchor_file);
  EXPECT_THAT(checked->faults, IsEmpty());
  EXPECT_THAT(checked->notices, testing::Contains(HasSubstr("are not here")));
  EXPECT_EQ(disagreement(*checked, python.verify(folder.path(), settings.anchor_file)), "");
  EXPECT_EQ(rebuild(settings, false).error().fault, base::Fault::kConflict);
  open(settings);
  EXPECT_EQ(open_reader(folder.path()).value()->rows("runs").value().size(), 1U);
}

TEST_F(RotateTest, AHalfMadeFileIsNotSeen) {
  open();
  ledger->append(entry("a"));
  close();
  std::ofstream(folder / "ledger-4.db.new") << "half";
  open();
  rotate();  // seq 4: a, a checkpoint, then this
  EXPECT_EQ(all().back().kind, "ledger.rotated");
  EXPECT_FALSE(file_exists(folder / "ledger-4.db.new"));
}

TEST_F(RotateTest, ATurnIsNotSplitByARotation) {
  open();
  for (int i = 0; i < 50; ++i) {
    loop->post([this, i] {
      ledger->append(entry("first"));
      if (i % 10 == 5) ledger->rotate("uid:0", [](base::Status) {});
      ledger->append(entry("second"));
    });
  }
  run_until([&] { return ledger->counters().appended == 105 && ledger->counters().queued == 0; });
  const auto found = all();
  for (size_t i = 0; i + 1 < found.size(); ++i) {
    if (found[i].kind != "first") continue;
    EXPECT_EQ(found[i + 1].kind, "second");
  }
  EXPECT_EQ(ledger_files(folder.path())->size(), 6U);
  EXPECT_THAT(verify(folder.path())->faults, IsEmpty());
}

TEST_F(RotateTest, AMissingFileBetweenIsFound) {
  open();
  for (int i = 0; i < 2; ++i) {
    ledger->append(entry("a"));
    rotate();
  }
  close();
  const auto files = ledger_files(folder.path()).value();
  ASSERT_EQ(files.size(), 3U);
  std::filesystem::remove(files[1].path);
  const auto checked = verify(folder.path());
  EXPECT_THAT(checked->faults, ElementsAre(HasSubstr("begins at entry 5, the file before ends at entry 2")));
  EXPECT_EQ(disagreement(*checked, python.verify(folder.path())), "");
}

TEST_F(RotateTest, ExportsTheNewestFile) {
  open();
  ledger->append(entry("a"));
  rotate();
  ledger->append(entry("b"));
  ASSERT_TRUE(flush().ok());
  EXPECT_TRUE(export_to(folder.path(), folder / "copy.db").ok());
  EXPECT_EQ(export_to(folder.path(), folder / "copy.db").error().fault, base::Fault::kConflict);
  EXPECT_EQ(export_to(folder / "none", folder / "copy2.db").error().fault, base::Fault::kNotFound);
  const auto checked = verify(folder / "copy.db");
  EXPECT_THAT(checked->faults, IsEmpty());
  EXPECT_EQ(checked->head.hash, ledger->head().hash);
}

}  // namespace
}  // namespace reeve::ledger
