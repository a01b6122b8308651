// What is found when somebody touched the file? By our verifier and by the independent one, in the same words.
#include <sys/stat.h>

#include <fstream>

#include "ledger/files.h"
#include "unit/ledger/verify_fixture.h"

namespace reeve::ledger {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(VerifyTest, AWholeLedgerIsOk) {
  for (const std::string& where : {folder.path(), folder / "ledger-1.db", small}) {
    EXPECT_THAT(faults(where), IsEmpty());
    EXPECT_THAT(faults(where, anchors), IsEmpty());
    const auto checked = verify(where, anchors);
    EXPECT_TRUE(checked->ok);
    EXPECT_GE(checked->checkpoints, 2U);
    EXPECT_EQ(checked->entries, checked->head.seq);
    EXPECT_THAT(checked->notices, IsEmpty());
    EXPECT_THAT(verify(where)->notices, ElementsAre(HasSubstr("no anchor was given")));
  }
  EXPECT_EQ(verify(folder / "nothing").error().fault, base::Fault::kNotFound);
}

TEST_F(VerifyTest, FindsEveryEntryThatWasDropped) {
  for (uint64_t seq = 1; seq < last(); ++seq)
    EXPECT_FALSE(faults_after("DELETE FROM entries WHERE seq = " + std::to_string(seq)).empty()) << seq;
  EXPECT_THAT(faults_after("DELETE FROM entries WHERE seq = 7"), ElementsAre("entries 7 to 7 are missing"));
  EXPECT_THAT(faults_after("DELETE FROM entries WHERE seq IN (6, 7)"),
              ElementsAre("entries 6 to 7 are missing", "body 6 belongs to no entry", HasSubstr("no entry names it")));
}

TEST_F(VerifyTest, FindsEveryEntryThatWasSwappedWithTheNext) {
  for (uint64_t seq = 1; seq < last(); ++seq) {
    const std::string a = std::to_string(seq), b = std::to_string(seq + 1);
    EXPECT_THAT(faults_after("UPDATE entries SET seq = -1 WHERE seq = " + a + "; UPDATE entries SET seq = " + a +
                             " WHERE seq = " + b + "; UPDATE entries SET seq = " + b + " WHERE seq = -1"),
                Contains("entry " + a + ": hash does not match its bytes"));
  }
}

TEST_F(VerifyTest, FindsEveryEntryThatWasDoubledOrInserted) {
  const std::string next = std::to_string(last() + 1);
  for (uint64_t seq = 1; seq <= last(); ++seq) {
    const std::string from =
        "SELECT at_us, kind, actor, subject, run, correlation, facts, body_hash, (SELECT hash FROM "
        "entries ORDER BY seq DESC LIMIT 1), hash FROM entries WHERE seq = " +
        std::to_string(seq);
    EXPECT_THAT(faults_after("INSERT INTO entries SELECT " + next + ", * FROM (" + from + ")"),
                Contains("entry " + next + ": hash does not match its bytes"));
    // In the middle: everything behind it moves.
    EXPECT_FALSE(faults_after("UPDATE entries SET seq = -seq - 1 WHERE seq > " + std::to_string(seq) +
                              "; UPDATE entries SET seq = -seq WHERE seq < 0; INSERT INTO entries SELECT " +
                              std::to_string(seq + 1) + ", * FROM (" + from + ")")
                     .empty());
  }
}

TEST_F(VerifyTest, FindsEveryColumnThatWasChanged) {
  for (uint64_t seq = 1; seq <= last(); ++seq) {
    for (const char* change :
         {"at_us = at_us + 1", "kind = kind || 'x'", "actor = 'root'", "subject = subject || '/'", "run = 'r9'",
          "correlation = x'00000000000000000000000000000001'", "facts = replace(facts, '}', ',\"x\":1}')",
          "body_hash = x'1111111111111111111111111111111111111111111111111111111111111111'",
          "prev_hash = x'1111111111111111111111111111111111111111111111111111111111111111'",
          "hash = x'1111111111111111111111111111111111111111111111111111111111111111'"}) {
      EXPECT_FALSE(
          faults_after(std::string("UPDATE entries SET ") + change + " WHERE seq = " + std::to_string(seq)).empty())
          << change << " of " << seq;
    }
  }
  EXPECT_THAT(faults_after("UPDATE entries SET run = '' WHERE seq = 5"),
              ElementsAre("entry 5: column run is not as the format has it"));
  EXPECT_THAT(faults_after("UPDATE entries SET correlation = x'00' WHERE seq = 5"),
              ElementsAre("entry 5: column correlation is not as the format has it"));
  EXPECT_THAT(faults_after("UPDATE entries SET hash = x'00' WHERE seq = 5"),
              ElementsAre("entry 5: column hash is not as the format has it"));
}

TEST_F(VerifyTest, FindsBodiesThatWereTouched) {
  EXPECT_THAT(faults_after("DELETE FROM bodies WHERE seq = 4"), ElementsAre("entry 4: its body is missing"));
  EXPECT_THAT(faults_after("UPDATE bodies SET body = x'00' WHERE seq = 4"),
              ElementsAre("entry 4: body does not match body_hash"));
  EXPECT_THAT(faults_after("UPDATE bodies SET salt = zeroblob(16) WHERE seq = 4"),
              ElementsAre("entry 4: body does not match body_hash"));
  EXPECT_THAT(faults_after("UPDATE bodies SET body = NULL WHERE seq = 4"),
              ElementsAre("entry 4: body does not match body_hash"));
  EXPECT_THAT(faults_after("UPDATE bodies SET salt = NULL, body = NULL WHERE seq = 4"),
              ElementsAre("entry 4: body is null, but no ledger.redacted entry says so"));
  EXPECT_THAT(faults_after("UPDATE bodies SET salt = zeroblob(16), body = x'00' WHERE seq = 2"),
              ElementsAre("entry 2: body does not match body_hash", HasSubstr("entry 2: redacted by entry ")));
  EXPECT_THAT(faults_after("INSERT INTO bodies VALUES(3, zeroblob(16), x'00')"),
              ElementsAre("entry 3: has a body that it does not name"));
  EXPECT_THAT(faults_after("INSERT INTO bodies VALUES(999, zeroblob(16), x'00')"),
              ElementsAre("body 999 belongs to no entry"));
}

TEST_F(VerifyTest, FindsBlobsThatWereTouched) {
  EXPECT_THAT(faults_after("DELETE FROM blobs"), ElementsAre(HasSubstr(" is missing")));
  EXPECT_THAT(faults_after("UPDATE blobs SET bytes = x'00'"), ElementsAre(HasSubstr("bytes do not match")));
  EXPECT_THAT(faults_after("INSERT INTO blobs VALUES(x'00', x'00')"),
              ElementsAre("blob 00: bytes do not match", "blob 00: no entry names it"));
}

TEST_F(VerifyTest, FindsAnotherSchema) {
  EXPECT_THAT(faults_after("CREATE VIEW v AS SELECT 1"), ElementsAre("changed.db: v is foreign to the format"));
  EXPECT_THAT(faults_after("CREATE INDEX i ON entries(kind)"), ElementsAre("changed.db: i is foreign to the format"));
  EXPECT_THAT(faults_after("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END"),
              ElementsAre("changed.db: t is foreign to the format"));
  EXPECT_THAT(faults_after("DROP INDEX entries_correlation"),
              ElementsAre("changed.db: entries_correlation is missing"));
  EXPECT_THAT(faults_after("CREATE TABLE more(a); DROP TABLE runs"), IsEmpty());  // projections prove nothing
  EXPECT_THAT(faults_after(sealed_index().second), IsEmpty());
  EXPECT_THAT(faults_after("PRAGMA application_id=1"), ElementsAre("changed.db: not a reeve ledger file"));
  EXPECT_THAT(faults_after("PRAGMA user_version=2"), ElementsAre("changed.db: format 2 is not known"));
  EXPECT_THAT(faults_after("DROP TABLE bodies; CREATE TABLE bodies(seq, salt, body)"),
              ElementsAre("changed.db: bodies is not as the format has it"));
  EXPECT_THAT(faults_after("DELETE FROM entries; DELETE FROM bodies; DELETE FROM blobs"),
              ElementsAre("changed.db: does not begin with ledger.created or ledger.rotated"));
}

TEST_F(VerifyTest, FindsAnIndexThatHidesAnEntry) {
  const std::string index = format_tables()[3].second;
  EXPECT_THAT(faults_after("DROP INDEX entries_correlation; " + index + " AND seq <> 5; PRAGMA writable_schema=ON; " +
                           "UPDATE sqlite_master SET sql = '" + index + "' WHERE name = 'entries_correlation'"),
              ElementsAre(HasSubstr("changed.db: damaged: ")));
}

TEST_F(VerifyTest, ATailThatWasCutIsOnlySeenByAnAnchor) {
  const std::string from = std::to_string(redaction + 3);
  const std::string cut = "DELETE FROM entries WHERE seq >= " + from + "; DELETE FROM bodies WHERE seq >= " + from;
  EXPECT_THAT(faults_after(cut), IsEmpty());
  EXPECT_THAT(faults_after(cut, anchors), Each(HasSubstr("its tail was cut")));
  EXPECT_THAT(faults_after(cut, anchors), Not(IsEmpty()));
}

TEST_F(VerifyTest, AnchorsShowAChainThatWasHashedAnew) {
  const std::string other = folder / "other";
  std::filesystem::create_directory(other);
  // The same ledger id and key, another history: what somebody with the file (and the key) could make.
  std::filesystem::copy_file(folder / "ledger.key", other + "/ledger.key");
  std::filesystem::copy_file(small, other + "/ledger-1.db");
  tamper(
      "DROP TRIGGER entries_delete; DROP TRIGGER bodies_delete; DELETE FROM entries WHERE seq > 1; DELETE FROM "
      "bodies; " +
          format_triggers()[2].second + "; " + format_triggers()[4].second +
          "; DROP TRIGGER blobs_delete; DELETE FROM blobs; " + format_triggers()[6].second,
      "other/ledger-1.db");
  open(settings_for(other));
  for (int i = 0; i < 40; ++i) ledger->append(entry("invented"));
  close();
  EXPECT_THAT(faults(other), IsEmpty());
  EXPECT_THAT(faults(other, anchors), Contains(HasSubstr("has not the hash of entry")));
}

TEST_F(VerifyTest, TellsAnchorsApart) {
  std::ifstream in(anchors);
  std::string line;
  std::getline(in, line);
  const std::string file = folder / "odd.jsonl";
  const auto with = [&](const std::string& text) {
    std::ofstream(file) << text;
    return faults(small, file);
  };
  EXPECT_THAT(with(line + "\n"), IsEmpty());
  EXPECT_THAT(with("\n" + line.substr(0, 20) + "\n" + line + "\n"), IsEmpty());  // half a line is a notice
  EXPECT_EQ(verify(small, file)->notices.size(), 1U);
  std::string changed = line;
  changed.replace(changed.find("\"at_us\":") + 8, 1, "2");
  EXPECT_THAT(with(changed), ElementsAre("anchor line 1: signature is wrong"));
  changed = line;
  changed.replace(changed.find("\"ledger\":\"") + 10, 2,
                  line.substr(line.find("\"ledger\":\"") + 10, 2) == "00" ? "11" : "00");
  EXPECT_THAT(with(changed), IsEmpty());  // of another ledger: a notice
  EXPECT_EQ(verify(small, folder / "none").error().fault, base::Fault::kNotFound);
}

TEST_F(VerifyTest, ReadsWhatIsOnlyInTheWal) {
  open();
  ledger->append(entry("late"));
  ASSERT_TRUE(flush().ok());
  EXPECT_GT(file_size(folder / "ledger-1.db-wal"), 0U);
  EXPECT_EQ(verify(folder.path())->head.seq, ledger->head().seq);
  EXPECT_THAT(faults(folder.path()), IsEmpty());
  // A copy of the .db alone lacks it, and is whole all the same.
  std::filesystem::copy_file(folder / "ledger-1.db", folder / "alone.db");
  EXPECT_LT(verify(folder / "alone.db")->head.seq, ledger->head().seq);
  EXPECT_THAT(faults(folder / "alone.db"), IsEmpty());
}

/// Everything that the format speaks of, as one text; "" when SQLite refuses.
std::string content_of(const std::string& file) {
  sqlite3* db = nullptr;
  std::string out;
  const auto add = [](void* to, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i) *static_cast<std::string*>(to) += std::string(values[i] ? values[i] : "-") + "|";
    return 0;
  };
  bool readable = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK;
  for (const char* sql :
       {"SELECT CAST(name AS TEXT), hex(sql) FROM sqlite_master WHERE CAST(type AS TEXT) <> 'table' OR CAST(name AS "
        "TEXT) IN "
        "('entries', 'bodies', 'blobs') "
        "ORDER BY 1",
        "SELECT seq, at_us, quote(kind), quote(actor), quote(subject), quote(run), quote(correlation), "
        "quote(facts), quote(body_hash), quote(prev_hash), quote(hash) FROM entries ORDER BY seq",
        "SELECT seq, quote(salt), quote(body) FROM bodies ORDER BY seq",
        "SELECT quote(hash), quote(bytes) FROM blobs ORDER BY hash"})
    readable = readable && sqlite3_exec(db, sql, add, &out, nullptr) == SQLITE_OK;
  sqlite3_close(db);
  return readable ? out : "";
}

TEST_F(VerifyTest, FindsEveryFlippedByteThatMatters) {
  const std::string file = folder / "flipped.db";
  std::filesystem::copy_file(small, file);
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<size_t>(file_size(file));
  const std::string whole = content_of(small);
  const bool thorough = std::getenv("REEVE_THOROUGH") != nullptr;
  size_t found = 0, harmless = 0, asked = 0;
  for (size_t at = 0; at < size; ++at) {
    bytes.seekg(static_cast<std::streamoff>(at));
    const char old = static_cast<char>(bytes.get());
    const char flipped = static_cast<char>(old ^ (1 << (at % 8)));
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(flipped).flush();
    const auto ours = verify(file);
    ASSERT_TRUE(ours.ok()) << at;
    if (ours->ok) {
      ++harmless;
      EXPECT_TRUE(content_of(file) == whole) << "byte " << at << " changed what is read, and nobody noticed";
    } else {
      ++found;
    }
    if (thorough || at % 97 == 0) {
      ++asked;
      EXPECT_EQ(disagreement(*ours, python.verify(file)), "") << "byte " << at;
    }
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(old).flush();
  }
  RecordProperty("bytes", std::to_string(size));
  RecordProperty("found", std::to_string(found));
  std::printf("%zu bytes: %zu flips found, %zu harmless, %zu asked of both\n", size, found, harmless, asked);
  EXPECT_GT(found, harmless);
}

TEST(PythonVerifierTest, KnowsTheVectorsOfItsSignatures) {
  EXPECT_EQ(std::system("python3 " REEVE_SOURCE_DIR "/sdk/tools/verify_ledger.py --self-test > /dev/null"), 0);
}

}  // namespace
}  // namespace reeve::ledger
