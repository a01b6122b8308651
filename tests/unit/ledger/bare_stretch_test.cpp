// What is said of a chain without the checkpoints that are due? Its engine leaves no such stretch, however it writes.
#include "ledger/bare_stretch.h"

#include "unit/ledger/forger.h"
#include "unit/ledger/verify_fixture.h"

namespace reeve::ledger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kSecond = 1'000'000;

TEST(BareStretchTest, MayBeTwoThousandLong) {
  BareStretch bare;
  for (uint64_t seq = 5; seq < 2005; ++seq) bare.add(seq);
  EXPECT_EQ(bare.end().fault, "");
  for (uint64_t seq = 2006; seq <= 4006; ++seq) bare.add(seq);
  EXPECT_EQ(bare.end().fault, "entries 2006 to 4006: no checkpoint among them, one is due every 1000 entries");
  EXPECT_EQ(bare.end().fault, "") << "it ended";
}

TEST(BareStretchTest, MayTakeFiveMinutesAndSaysSoOnce) {
  BareStretch bare;
  const auto minutes = [&](int count, int64_t begin) {
    for (int i = 0; i <= count; ++i) bare.add(7, "alert.firing", begin + i * 60 * kSecond);
    return bare.end().notice;
  };
  EXPECT_EQ(minutes(5, 0), "");
  EXPECT_EQ(minutes(6, 0),
            "entries 7 to 7: no checkpoint among them, though they were written over 360 s and one is "
            "due every 60 s");
  EXPECT_EQ(minutes(6, 0), "") << "said once";
}

TEST(BareStretchTest, CountsCheckpointsThatWereSignedWhenTheyWereWritten) {
  for (const auto& [signed_us, written_us, counts] : {std::tuple{int64_t{5}, int64_t{5}, true},
                                                      {0, 60 * kSecond, true},
                                                      {0, 60 * kSecond + 1, false},
                                                      {60 * kSecond + 1, 0, false},
                                                      {INT64_MIN, INT64_MAX, false},
                                                      {INT64_MAX, INT64_MIN, false}})
    EXPECT_EQ(BareStretch::counts(signed_us, written_us), counts) << signed_us << ", " << written_us;
}

/// A ledger of a few thousand entries, and a copy from which somebody took checkpoints away and hashed all anew.
struct StrippedTest : LedgerTest {
  void append(int count, int in_a_turn) {
    for (int i = 0; i < count; ++i) {
      ledger->append(entry("alert.firing"));
      if (i % in_a_turn == in_a_turn - 1) {
        ASSERT_TRUE(flush().ok());
      }
    }
    ASSERT_TRUE(flush().ok());
  }
  std::vector<std::string> faults(const std::string& where) {
    const auto ours = verify(where);
    EXPECT_EQ(disagreement(*ours, VerifyTest::python.verify(where)), "");
    return ours->faults;
  }
  std::vector<std::string> faults_after(const std::string& sql, Forging how = Forging::kRehash) {
    close();
    const std::string file = folder / "stripped.db";
    std::filesystem::copy_file(folder / "ledger-1.db", file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(forge(file, sql, how, folder / "ledger.key"), "");
    return faults(file);
  }
};

TEST_F(StrippedTest, IsFoundWhereAllCheckpointsAreGone) {
  open();
  append(2500, 500);
  EXPECT_THAT(faults(folder.path()), IsEmpty());
  const auto found = faults_after("UPDATE entries SET kind = 'x' WHERE kind = 'ledger.checkpoint'");
  EXPECT_THAT(found, ElementsAre("entries 1 to " + std::to_string(verify(folder.path())->head.seq) +
                                 ": no checkpoint among them, one is due every 1000 entries"));
}

TEST_F(StrippedTest, IsFoundWhereThoseOfTheEndAreGone) {
  open();
  append(4000, 500);
  EXPECT_THAT(faults_after("UPDATE entries SET kind = 'x' WHERE kind = 'ledger.checkpoint' AND seq > 1500"),
              ElementsAre(HasSubstr(": no checkpoint among them, one is due every 1000 entries")));
}

TEST_F(StrippedTest, IsFoundWhereAnOldCheckpointStandsInForThem) {
  open();
  append(4000, 500);
  const std::string old = "(SELECT facts FROM entries WHERE kind = 'ledger.checkpoint' ORDER BY seq LIMIT 1)";
  EXPECT_THAT(faults_after("UPDATE entries SET at_us = at_us + (seq > 1500) * seq * 1000000; UPDATE entries SET facts "
                           "= " +
                           old + " WHERE kind = 'ledger.checkpoint'"),
              ElementsAre(HasSubstr(": no checkpoint among them, one is due every 1000 entries")));
}

TEST_F(StrippedTest, IsNothingThatAnEngineWrites) {
  open();
  append(9000, 9000);  // in one turn of the loop
  for (int restart = 0; restart < 3; ++restart) {
    Settings settings = settings_for(folder.path());
    settings.checkpoint_entries = 100000;  // and one that signs too seldom
    open(settings);
    append(1500, 700);
    if (restart == 1) {
      ledger->rotate("uid:0", answer("rotated"));
      ASSERT_TRUE(flush().ok());
    }
  }
  close();
  EXPECT_THAT(faults(folder.path()), IsEmpty());
  EXPECT_GE(verify(folder.path())->checkpoints, 6U);
}

TEST_F(StrippedTest, IsNothingWhenEachEngineWasKilledBeforeItSigned) {
  open();
  append(1500, 500);
  close();
  tamper(
      "DROP TRIGGER entries_delete; DELETE FROM entries WHERE kind = 'ledger.checkpoint' AND seq = (SELECT max(seq) "
      "FROM entries); CREATE TRIGGER entries_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(FAIL, 'ledger: "
      "entries are never deleted'); END");
  open();
  append(1500, 500);
  EXPECT_THAT(faults(folder.path()), IsEmpty());
}

}  // namespace
}  // namespace reeve::ledger
