/// \file
/// What do the tests of the verifiers stand on? A small ledger of every sort, and both verifiers asked about a changed
/// copy.
#pragma once

#include <sqlite3.h>

#include "ledger/schema.h"
#include "unit/ledger/ledger_fixture.h"
#include "unit/ledger/python_verifier.h"

namespace reeve::ledger {

struct VerifyTest : LedgerTest {
  /// A small ledger of every sort: bodies, a blob, checkpoints, a redaction. `small` is a copy in one file with small
  /// pages; its anchors are beside it.
  void SetUp() override {
    Settings settings = settings_for(folder.path());
    settings.checkpoint_entries = 8;
    settings.anchor_file = anchors;
    open(settings);
    const base::Uuid id{1, 2, 3};
    for (int i = 0; i < 14; ++i) {
      if (i == 4) ledger->put_blob("the bundle of a runbook");
      model::Entry e = entry(i % 2 ? "step.intent" : "alert.firing", i % 3 ? "r1" : "", i % 4 ? id : base::Uuid{});
      e.facts.set("n", i).set("state", "ok");
      if (i % 2 == 0) e.body = "{\"argument\":" + std::to_string(i) + "}";
      ledger->append(e);
      ASSERT_TRUE(flush().ok());
    }
    redaction = ledger->redact(2, "uid:0", "a customer asked", answer("redact"));
    for (int i = 0; i < 9; ++i) {
      ledger->append(entry("alert.resolved"));
      ASSERT_TRUE(flush().ok());
    }
    close();
    ASSERT_THAT(answers, testing::ElementsAre("redact durable"));
    copy_small();
    ASSERT_THAT(faults(small), testing::IsEmpty());
  }

  void copy_small() {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "ledger-1.db").c_str(), &db), SQLITE_OK);
    const std::string sql = "PRAGMA page_size=512; VACUUM INTO '" + small + "'";
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  /// What both say of a file; the test fails where they differ.
  std::vector<std::string> faults(const std::string& file, const std::string& anchor_file = {}) {
    const auto ours = verify(file, anchor_file);
    if (!ours.ok()) return {"error: " + ours.error().text};
    EXPECT_EQ(disagreement(*ours, python.verify(file, anchor_file)), "");
    return ours->faults;
  }

  /// The faults of a copy that was changed by `sql` behind the back of the triggers, which are put back after it.
  std::vector<std::string> faults_after(const std::string& sql, const std::string& anchor_file = {}) {
    const std::string file = folder / "changed.db";
    std::filesystem::copy_file(small, file, std::filesystem::copy_options::overwrite_existing);
    std::string before, after;
    for (const auto& [name, trigger] : format_triggers()) {
      before += "DROP TRIGGER " + name + ";";
      after += trigger + ";";
    }
    tamper(before + sql + ";" + after, "changed.db");
    return faults(file, anchor_file);
  }

  uint64_t last() { return verify(small)->head.seq; }

  const std::string anchors = folder / "anchors.jsonl";
  const std::string small = folder / "small.db";
  uint64_t redaction = 0;  ///< the entry that took the body of entry 2
  inline static PythonVerifier python;
};

}  // namespace reeve::ledger
