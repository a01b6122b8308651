// What is left on the disk when it fails, whichever operation it is; and what SQL cannot reach round the guards.
#include <fstream>
#include <set>

#include "unit/store/fault_vfs.h"
#include "unit/store/store_fixture.h"

namespace reeve::store {
namespace {

using testing::HasSubstr;

struct DiskTest : ConnectionTest {
  ~DiskTest() override { disk.heal(); }

  base::Result<Connection> open_failing() {
    OpenOptions with = options(Access::kReadWrite);
    with.vfs = FaultVfs::kName;
    return Connection::open(with);
  }
  /// Five transactions of two rows each; those whose commit was said to be well.
  std::set<int> write_five(Connection& file) {
    std::set<int> well;
    for (int i = 0; i < 5; ++i) {
      const std::string n = std::to_string(2 * i);
      const base::Status done = file.transaction([&]() -> base::Status {
        REEVE_CHECK(file.run("INSERT INTO log VALUES(" + n + ", hex(randomblob(3000)), NULL)"));
        return file.run("INSERT INTO log VALUES(" + n + " + 1, 'second', NULL)");
      });
      if (done.ok()) well.insert(i);
      if (i == 2) (void)file.checkpoint(CheckpointMode::kPassive);
    }
    return well;
  }
  /// Which transactions the file has; a half one fails the test.
  std::set<int> read_back() {
    std::set<int> found;
    auto file = Connection::open(options(Access::kReadWrite));
    if (!file.ok()) return ADD_FAILURE() << file.error().text, found;
    Statement rows = file->prepare("SELECT n FROM log ORDER BY n").value();
    std::set<int64_t> seen;
    while (rows.step().value()) seen.insert(rows.integer(0));
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(seen.contains(2 * i), seen.contains(2 * i + 1)) << "half of transaction " << i;
      if (seen.contains(2 * i)) found.insert(i);
    }
    Statement check = file->prepare("PRAGMA integrity_check(1)").value();
    EXPECT_TRUE(check.step().value());
    EXPECT_EQ(check.bytes(0), "ok");
    return found;
  }

  FaultVfs& disk = FaultVfs::instance();
};

TEST_F(DiskTest, WhicheverOperationFailsTransactionsAreWholeOrNotThere) {
  uint64_t operations = 1;
  for (uint64_t nth = 1; nth <= operations; ++nth) {
    std::filesystem::remove(path);
    for (const char* side : {"-wal", "-shm"}) std::filesystem::remove(path + side);
    {
      const Connection made = create();
    }
    std::set<int> well;
    {
      auto file = open_failing();
      ASSERT_TRUE(file.ok());
      disk.fail(nth);
      well = write_five(*file);
      if (nth == 1) operations = disk.count();
      disk.heal();
    }
    const std::set<int> found = read_back();
    EXPECT_TRUE(std::includes(found.begin(), found.end(), well.begin(), well.end()))
        << "a durable one is gone after the failure of operation " << nth;
    EXPECT_LE(found.size(), well.size() + 1) << nth;  // one may be there though its commit was said to have failed
    EXPECT_GE(well.size(), 3u) << nth;                // one failure does not stop the rest
  }
  EXPECT_GT(operations, 15u);
}

TEST_F(DiskTest, AFileThatCannotBeOpenedSaysWhy) {
  {
    const Connection made = create();
  }
  disk.fail_all(FaultVfs::Op::kOpen, SQLITE_CANTOPEN);
  const auto file = open_failing();
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().fault, base::Fault::kUnavailable);
  EXPECT_THAT(file.error().text, HasSubstr(path));
}

TEST_F(DiskTest, AnEmptyFileIsOneToBegin) {
  std::ofstream(path).close();
  auto file = Connection::open(options(Access::kReadWrite));
  ASSERT_TRUE(file.ok()) << file.error().text;
  EXPECT_EQ(file->number("SELECT count(*) FROM sqlite_master").value(), 0);
}

TEST_F(DiskTest, AFolderIsNoFile) {
  path = folder;
  EXPECT_EQ(Connection::open(options(Access::kReadWrite)).error().fault, base::Fault::kUnavailable);
  EXPECT_EQ(Connection::open(options(Access::kReadOnly)).error().fault, base::Fault::kUnavailable);
}

TEST_F(DiskTest, ATornFileIsInvalid) {
  {
    Connection made = create();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(made.run("INSERT INTO log(text) VALUES(hex(randomblob(2000)))").ok());
    ASSERT_TRUE(made.checkpoint(CheckpointMode::kTruncate)->complete);
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  auto file = Connection::open(options(Access::kReadOnly));
  const auto count =
      file.ok() ? file->number("SELECT sum(length(text)) FROM log") : base::Result<int64_t>(file.error());
  ASSERT_FALSE(count.ok());
  EXPECT_EQ(count.error().fault, base::Fault::kInvalid);
  EXPECT_THAT(count.error().text, HasSubstr("the file is damaged: keep it, and restore a copy"));
}

TEST_F(DiskTest, AWalOfAnotherFileIsNotRead) {
  {
    const Connection made = create();
  }
  std::ofstream(path + "-wal", std::ios::binary | std::ios::trunc) << std::string(5000, 'w');
  auto file = Connection::open(options(Access::kReadOnly));
  EXPECT_FALSE(file.ok() && file->number("SELECT count(*) FROM log WHERE text = 'w'").value_or(0) > 0);
}

TEST_F(DiskTest, ATransactionInsideATransactionIsRefusedAndEndsNeither) {
  Connection made = create();
  EXPECT_EQ(text_of(made.transaction([&]() -> base::Status {
              REEVE_CHECK(made.run("INSERT INTO log VALUES(1, 'outer', NULL)"));
              const base::Status inner = made.transaction([] { return base::Status(); });
              EXPECT_THAT(text_of(inner), HasSubstr("cannot start a transaction within a transaction"));
              return {};
            })),
            "ok");
  EXPECT_EQ(made.number("SELECT count(*) FROM log").value(), 1);
}

TEST_F(DiskTest, ABodyThatEndsItsTransactionItselfIsAnError) {
  Connection made = create();
  EXPECT_THAT(text_of(made.transaction([&] { return made.run("INSERT INTO log VALUES(1, 'a', NULL); COMMIT"); })),
              HasSubstr("no transaction is active"));
  EXPECT_EQ(text_of(made.transaction([&] { return made.run("INSERT INTO log VALUES(2, 'b', NULL)"); })), "ok");
}

TEST_F(DiskTest, TheGuardHoldsAgainAfterASchemaChangeThatFailed) {
  Connection made = create();
  EXPECT_EQ(fault_of(made.schema_change([&]() -> base::Status {
              REEVE_CHECK(made.run("CREATE TABLE more(a)"));
              return base::Error{base::Fault::kRefused, "no"};
            })),
            "refused");
  EXPECT_THAT(text_of(made.run("CREATE TABLE more(a)")), HasSubstr("not authorized"));
  EXPECT_EQ(made.number("SELECT count(*) FROM sqlite_master WHERE name = 'more'").value(), 0);
}

TEST_F(DiskTest, NoWordingReachesAnAppendOnlyRow) {
  Connection made = create();
  ASSERT_TRUE(made.run("INSERT INTO log VALUES(1, 'a', x'00'); INSERT INTO state VALUES('k', 1)").ok());
  for (const char* sql :
       {"INSERT INTO log VALUES(1, 'b', NULL) ON CONFLICT(n) DO UPDATE SET text = 'b'",
        "WITH gone AS (SELECT 1) DELETE FROM log", "UPDATE log SET note = NULL, text = 'b'",
        "UPDATE log SET (note, text) = (NULL, 'b')", "UPDATE OR REPLACE log SET n = 2", "DELETE FROM main.log",
        "UPDATE log AS l SET text = 'b' WHERE l.n = 1", "DELETE FROM log RETURNING n",
        "UPDATE log SET text = state.v FROM state", "DELETE FROM sqlite_sequence", "PRAGMA defer_foreign_keys=ON",
        "SAVEPOINT s; DELETE FROM log; RELEASE s", "EXPLAIN DELETE FROM log", "DETACH main",
        "ALTER TABLE log RENAME TO old", "CREATE VIEW v AS SELECT 1", "DROP INDEX sqlite_autoindex_state_1"})
    EXPECT_NE(text_of(made.run(sql)), "ok") << sql;
  (void)made.run("ROLLBACK");  // of the savepoint
  EXPECT_EQ(made.number("SELECT count(*) FROM log WHERE text = 'a' AND note = x'00'").value(), 1);
}

TEST_F(DiskTest, AStatementCanBeRunAgainAfterItsError) {
  Connection made = create();
  Statement insert = made.prepare("INSERT INTO log(n, text) VALUES(?, ?)").value();
  const std::string text = "x";
  EXPECT_TRUE(insert.bind(1, int64_t{1}).bind_text(2, text).run().ok());
  const base::Status twice = insert.bind(1, int64_t{1}).run();
  EXPECT_EQ(fault_of(twice), "conflict");
  EXPECT_THAT(text_of(twice), HasSubstr("UNIQUE constraint failed: log.n"));
  EXPECT_TRUE(insert.bind(1, int64_t{2}).run().ok());
  EXPECT_EQ(made.number("SELECT count(*) FROM log WHERE text = 'x'").value(), 2);  // what is bound stays bound
}

TEST_F(DiskTest, AValueThatOverflowsIsNotCutShort) {
  Connection made = create();
  Statement insert = made.prepare("INSERT INTO state VALUES(?, ?)").value();
  const std::vector<std::pair<std::string, int64_t>> values{{"max", INT64_MAX}, {"min", INT64_MIN}, {"zero", 0}};
  for (const auto& [name, value] : values) ASSERT_TRUE(insert.bind_text(1, name).bind(2, value).run().ok());
  for (const auto& [name, value] : values)
    EXPECT_EQ(made.number("SELECT v FROM state WHERE k = '" + name + "'").value(), value);
  EXPECT_EQ(made.number("SELECT v + 1 FROM state WHERE k = 'max'").error().fault, base::Fault::kInvalid);  // a real
  EXPECT_THAT(text_of(made.number("SELECT sum(v) FROM state WHERE v <> 0 AND k = 'max' OR v = 9223372036854775807")
                          .and_then([](int64_t) { return base::Status(); })),
              testing::AnyOf("ok", HasSubstr("integer overflow")));
}

TEST_F(DiskTest, MigrationsOfAFailingStepLeaveTheVersionBefore) {
  Connection made = create();
  const Migration good = [](Connection& c) { return c.run("CREATE TABLE a(x)"); };
  const Migration error = [](Connection&) -> base::Status { return base::Error{base::Fault::kRefused, "not today"}; };
  EXPECT_EQ(migrate(made, {good, error}).error().text, "not today");
  EXPECT_EQ(made.number("PRAGMA user_version").value(), 0);
  EXPECT_EQ(migrate(made, {good}).value(), 0);
  EXPECT_EQ(made.number("PRAGMA user_version").value(), 1);
  EXPECT_EQ(migrate(made, {}).error().fault, base::Fault::kInvalid);
}

TEST_F(DiskTest, ACopyThatCannotBeWrittenIsSaidAndTheReaderGoesOn) {
  {
    const Connection made = create();
  }
  auto reader = Connection::open(options(Access::kReadOnly));
  EXPECT_EQ(fault_of(reader->vacuum_into(folder + "/none/copy.db")), "unavailable");
  EXPECT_EQ(reader->number("SELECT count(*) FROM log").value(), 0);
  EXPECT_EQ(text_of(reader->vacuum_into(folder + "/it's a \"copy\".db")), "ok");
  EXPECT_NE(text_of(reader->run("PRAGMA query_only=OFF")), "ok");
}

}  // namespace
}  // namespace reeve::store
