// A run that waits for its start is found by all its entries, whoever joined it, in new ledgers and old ones.
#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr base::Uuid kFirst{1}, kSecond{2}, kOther{3};

// A run is one before it starts: decided on, asked about, joined.
struct WaitingRunTest : LedgerTest {
  void SetUp() override {
    open();
    ledger->append(with_body(entry("decision", "r1", kFirst), "its terms"));  // 2
    ledger->append(entry("approval.requested", "r1", kFirst));                // 3
    ledger->append(entry("decision", "r2", kOther));                          // 4
    ledger->append(entry("decision", "r1", kSecond));                         // 5
    ledger->append(entry("run.joined", "r1", kSecond));                       // 6
    ledger->append(entry("lone", "", kSecond));                               // 7
    ledger->append(entry("run.ended", "r1", kFirst));                         // 8
    EXPECT_TRUE(flush().ok());
  }
  void expect_all_of_it() {
    EXPECT_THAT(seqs({.run = "r1"}), ElementsAre(2, 3, 5, 6, 8));
    EXPECT_THAT(seqs({.run = "r2"}), ElementsAre(4));
    EXPECT_THAT(seqs({.correlation = kFirst}), ElementsAre(2, 3, 5, 6, 7, 8));
    EXPECT_THAT(seqs({.correlation = kSecond}), ElementsAre(2, 3, 5, 6, 7, 8));
    EXPECT_THAT(seqs({.correlation = kOther}), ElementsAre(4));
  }
  /// As an engine left it that knew only `run.started` and `run.joined`.
  void write_as_before() {
    close();
    tamper(
        "DROP TABLE ledger_joins;"
        "CREATE TABLE \"ledger_joins\"(\"run\" TEXT, \"seq\" INTEGER, \"correlation\" TEXT, "
        "PRIMARY KEY(\"run\", \"seq\")) WITHOUT ROWID");
    tamper("INSERT INTO ledger_joins VALUES('r1', 6, '" + base::uuid_text(kSecond) + "')");
  }
};

TEST_F(WaitingRunTest, IsFoundByAllItsEntries) {
  expect_all_of_it();
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
}

TEST_F(WaitingRunTest, IsFoundInALedgerWrittenBefore) {
  write_as_before();
  expect_all_of_it();
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), ElementsAre("ledger_joins"));
  open();  // makes the table anew, once
  close();
  expect_all_of_it();
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
  EXPECT_TRUE(verify(folder.path())->ok);
}

TEST_F(WaitingRunTest, IsFoundWhereTheTableIsGoneAndInTwoFiles) {
  ledger->rotate("uid:0", answer("rotated"));  // 9
  run_until([&] { return !answers.empty(); });
  ledger->append(entry("operator.note", "r1", kFirst));
  EXPECT_TRUE(flush().ok());
  EXPECT_THAT(seqs({.run = "r1"}), ElementsAre(2, 3, 5, 6, 8, 10));
  EXPECT_THAT(rebuild(settings_for(folder.path()), false).value(), IsEmpty());
  close();
  tamper("DROP TABLE ledger_joins", "ledger-9.db");
  EXPECT_THAT(seqs({.run = "r1"}), ElementsAre(2, 3, 5, 6, 8, 10));
  EXPECT_THAT(seqs({.correlation = kSecond}), ElementsAre(2, 3, 5, 6, 7, 8, 10));
}

// What it holds is not the last word about it until it has ended.
TEST_F(WaitingRunTest, MayBeRedactedOnceItHasEnded) {
  ledger->redact(2, "uid:0", "why", answer("first"));
  ledger->append(with_body(entry("decision", "r3", kOther), "its terms"));
  ledger->append(with_body(entry("run.joined", "r3", kSecond), "words"));
  EXPECT_TRUE(flush().ok());
  ledger->redact(11, "uid:0", "why", answer("joined"));
  EXPECT_TRUE(flush().ok());
  EXPECT_THAT(answers, ElementsAre("first durable", "joined conflict"));
}

}  // namespace
}  // namespace reeve::ledger
