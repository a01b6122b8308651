// What is seen at a start when the ledger is not the one that the engine left?
#include <fstream>

#include "ledger/head_mark.h"
#include "unit/ledger/forger.h"
#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct StartCheckTest : LedgerTest {
  Settings watched() {
    Settings settings = settings_for(folder.path());
    settings.checkpoint_entries = 10;
    settings.on_doubt = [this](const std::string& why) { doubt = why; };
    settings.anchor_file = anchor_file;
    return settings;
  }
  /// One run of an engine that writes `count` entries. \return the seq of the last durable one.
  uint64_t run(int count) {
    doubt.clear();
    open(watched());
    for (int i = 0; i < count; ++i) {
      ledger->append(entry("alert.firing"));
      EXPECT_TRUE(flush().ok());
    }
    const uint64_t last = ledger->head().seq;
    close();
    return last;
  }
  std::string doubt_at_start() {
    run(0);
    return doubt;
  }
  void cut_after(uint64_t seq, const std::string& more = "") {
    const std::string after = " WHERE seq > " + std::to_string(seq) + ";";
    EXPECT_EQ(forge(first, "DELETE FROM entries" + after + "DELETE FROM bodies" + after + more, Forging::kEdit), "");
  }

  const std::string first = folder / "ledger-1.db", mark = HeadMark::path(folder.path());
  std::string anchor_file, doubt;
};

TEST_F(StartCheckTest, SaysNothingOfALedgerAsItWasLeft) {
  for (const int count : {0, 1, 25, 3}) {
    run(count);
    EXPECT_EQ(doubt, "") << count;
  }
  open(watched());
  for (int i = 0; i < 15; ++i) ledger->append(entry("alert.firing"));
  ASSERT_TRUE(flush().ok());
  const TempFolder killed;
  fs::copy(folder.path(), killed.path());  // as the disk is after kill -9
  Settings settings = watched();
  settings.folder = killed.path();
  open(settings);
  EXPECT_EQ(doubt, "");
  close();
}

TEST_F(StartCheckTest, SeesATailThatWasCutAndWritesItDown) {
  run(25);
  cut_after(9);
  EXPECT_THAT(doubt_at_start(), AllOf(HasSubstr(mark + " names entry "), HasSubstr("but the ledger ends at entry 9"),
                                      HasSubstr("its tail was cut off, or an older copy was put back")));
  const std::vector<Stored> found = all({.kind = "ledger.doubted"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].seq, 10u);
  EXPECT_EQ(found[0].body, doubt);
  EXPECT_EQ(doubt_at_start(), "") << "said once: the entry stays";
  EXPECT_TRUE(verify(folder.path())->ok);
}

TEST_F(StartCheckTest, SeesAnOlderCopy) {
  run(12);
  fs::copy_file(first, folder / "backup");
  run(20);
  fs::copy_file(folder / "backup", first, fs::copy_options::overwrite_existing);
  EXPECT_THAT(doubt_at_start(), HasSubstr("an older copy was put back"));
}

TEST_F(StartCheckTest, SeesThatAllFilesAreGone) {
  run(12);
  fs::remove(first);
  EXPECT_THAT(doubt_at_start(), AllOf(HasSubstr("is gone"), HasSubstr("here is the ledger")));
}

TEST_F(StartCheckTest, SeesAChainThatWasHashedAnew) {
  run(25);
  EXPECT_EQ(forge(first, "UPDATE entries SET actor = 'nobody' WHERE seq = 5", Forging::kRehash), "");
  EXPECT_THAT(doubt_at_start(), HasSubstr("its last checkpoint (entry "));
}

TEST_F(StartCheckTest, SeesAChainThatWasHashedAnewWithoutItsCheckpoints) {
  run(25);
  EXPECT_EQ(forge(first, "UPDATE entries SET kind = 'x' WHERE kind = 'ledger.checkpoint'", Forging::kRehash), "");
  EXPECT_THAT(doubt_at_start(), HasSubstr(mark + " has another hash of entry "));
}

TEST_F(StartCheckTest, SeesCheckpointsThatNoEngineSigned) {
  run(25);
  EXPECT_EQ(forge(first, "UPDATE entries SET facts = '{}' WHERE kind = 'ledger.checkpoint'", Forging::kRehash), "");
  EXPECT_THAT(doubt_at_start(), HasSubstr(") is not one that an engine signed"));
}

TEST_F(StartCheckTest, SeesThatNoCheckpointIsLeftThoughOneIsDue) {
  open(watched());
  for (int i = 0; i < 2100; ++i) ledger->append(entry("alert.firing"));
  ASSERT_TRUE(flush().ok());
  close();
  fs::remove(mark);
  EXPECT_EQ(forge(first, "UPDATE entries SET kind = 'x' WHERE kind = 'ledger.checkpoint'", Forging::kRehash), "");
  EXPECT_THAT(doubt_at_start(), HasSubstr("no checkpoint among its last 2000 entries"));
}

TEST_F(StartCheckTest, SeesByTheAnchorWhatTheMarkDoesNotTell) {
  anchor_file = folder / "anchors";
  run(12);
  std::ofstream(anchor_file, std::ios::app) << "{\"half a li\n";
  run(20);
  cut_after(9);
  fs::remove(mark);
  EXPECT_THAT(doubt_at_start(), HasSubstr("the anchor " + anchor_file + " names entry "));
}

TEST_F(StartCheckTest, SeesThatTheNewestFileIsGone) {
  run(12);
  open(watched());
  ledger->rotate("uid:0", answer("rotated"));
  ASSERT_TRUE(flush().ok());
  for (int i = 0; i < 25; ++i) {
    ledger->append(entry("alert.firing"));
    ASSERT_TRUE(flush().ok());
  }
  close();
  EXPECT_EQ(doubt_at_start(), "");
  std::string newest;
  for (const auto& file : fs::directory_iterator(folder.path()))
    if (file.path().extension() == ".db" && file.path() != first) newest = file.path();
  fs::remove(newest);
  fs::permissions(first, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(doubt_at_start(), HasSubstr("its tail was cut off"));
}

TEST_F(StartCheckTest, BelievesNoMarkThatItsKeyDidNotSign) {
  run(25);
  std::string line;
  std::getline(std::ifstream(mark), line);
  for (const std::string& wrong : {std::string(), std::string("{"), std::string("[]"), line.substr(0, 100)}) {
    std::ofstream(mark) << wrong;
    EXPECT_EQ(doubt_at_start(), "") << wrong;
  }
  const size_t at = line.find("\"seq\":") + 6;
  std::ofstream(mark) << line.insert(at, "9");
  EXPECT_EQ(doubt_at_start(), "") << line;
}

}  // namespace
}  // namespace reeve::ledger
