// What may a connection do to its file, and what does it say when something is wrong?
#include <fstream>

#include "store/authoriser.h"
#include "unit/store/fault_vfs.h"
#include "unit/store/store_fixture.h"

namespace reeve::store {
namespace {

using testing::HasSubstr;

TEST_F(ConnectionTest, IsSetUpAsItMustBe) {
  Connection made = create();
  EXPECT_TRUE(std::filesystem::exists(path));
  const std::string wal = path + "-wal";
  EXPECT_TRUE(std::filesystem::exists(wal));
  for (const auto& [pragma, value] : std::vector<std::pair<std::string, int64_t>>{{"synchronous", 2},
                                                                                  {"recursive_triggers", 1},
                                                                                  {"trusted_schema", 0},
                                                                                  {"wal_autocheckpoint", 0},
                                                                                  {"secure_delete", 1},
                                                                                  {"cell_size_check", 1}}) {
    const auto found = [&] {
      int64_t n = -1;
      (void)made.schema_change([&]() -> Status {
        const auto read = made.number("PRAGMA " + pragma, -1);
        n = read.ok() ? *read : -2;
        return {};
      });
      return n;
    }();
    EXPECT_EQ(found, value) << pragma;
  }
}

TEST_F(ConnectionTest, TheWriterAppendsAndDoesNoMoreToAppendOnlyTables) {
  Connection made = create();
  EXPECT_EQ(text_of(made.run("INSERT INTO log VALUES(1, 'a', x'00')")), "ok");
  EXPECT_EQ(text_of(made.run("UPDATE log SET note = NULL")), "ok");
  EXPECT_EQ(text_of(made.run("INSERT INTO state VALUES('a', 1); UPDATE state SET v = 2; DELETE FROM state")), "ok");
  for (const char* sql :
       {"UPDATE log SET text = 'b'", "UPDATE log SET n = 2", "DELETE FROM log", "DROP TABLE log",
        "CREATE TABLE more(a)", "CREATE TRIGGER t AFTER INSERT ON log BEGIN SELECT 1; END",
        "ALTER TABLE log ADD COLUMN more", "CREATE INDEX i ON log(text)", "ATTACH ':memory:' AS other",
        "PRAGMA journal_mode=DELETE", "PRAGMA writable_schema=ON", "PRAGMA synchronous=OFF", "PRAGMA user_version=7",
        "REINDEX", "ANALYZE", "VACUUM", "INSERT INTO sqlite_master VALUES('a', 'b', 'c', 0, 'd')",
        "SELECT load_extension('x')", "CREATE TEMP TABLE t(a)"})
    EXPECT_NE(text_of(made.run(sql)), "ok") << sql;
  EXPECT_EQ(made.number("SELECT count(*) FROM log").value(), 1);
}

TEST_F(ConnectionTest, AReaderReadsAndDoesNoMore) {
  Connection made = create();
  ASSERT_TRUE(made.run("INSERT INTO log VALUES(1, 'a', NULL)").ok());
  auto reader = Connection::open(options(Access::kReadOnly));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->number("SELECT count(*) FROM log").value(), 1);
  EXPECT_EQ(reader
                ->number("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9) SELECT max(n) "
                         "FROM c")
                .value(),
            9);
  for (const char* sql : {"INSERT INTO log VALUES(2, 'b', NULL)", "UPDATE log SET note = NULL", "DELETE FROM state",
                          "CREATE TEMP TABLE t(a)", "PRAGMA wal_checkpoint", "PRAGMA query_only=OFF",
                          "ATTACH ':memory:' AS other", "VACUUM", "PRAGMA optimize"})
    EXPECT_NE(text_of(reader->run(sql)), "ok") << sql;
}

TEST_F(ConnectionTest, RollsBackWhatFails) {
  Connection made = create();
  EXPECT_EQ(fault_of(made.transaction([&]() -> Status {
              REEVE_CHECK(made.run("INSERT INTO log VALUES(1, 'a', NULL)"));
              return base::Error{base::Fault::kRefused, "no"};
            })),
            "refused");
  EXPECT_EQ(fault_of(made.transaction([&] {
              return made.run("INSERT INTO log VALUES(1, 'a', NULL); INSERT INTO log VALUES(1, 'a', NULL)");
            })),
            "conflict");
  EXPECT_EQ(made.number("SELECT count(*) FROM log").value(), 0);
  EXPECT_EQ(text_of(made.transaction([&] { return made.run("INSERT INTO log VALUES(1, 'a', NULL)"); })), "ok");
}

TEST_F(ConnectionTest, SaysWhatIsWrong) {
  EXPECT_EQ(fault_of([&]() -> Status {
              return Connection::open(options(Access::kReadOnly)).and_then([](auto&&) { return Status(); });
            }()),
            "not_found");
  std::ofstream(path) << "this is no database, however long its text may be, and SQLite says so when it reads it";
  const auto opened = Connection::open(options(Access::kReadOnly));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, base::Fault::kInvalid);
  EXPECT_THAT(opened.error().text, HasSubstr(path));
  path = folder + "/none/x.db";
  EXPECT_EQ(Connection::open(options(Access::kCreate)).error().fault, base::Fault::kUnavailable);
  path = folder + "/y.db";
  Connection made = create();
  EXPECT_EQ(made.prepare("SELEC 1").error().fault, base::Fault::kInternal);
  EXPECT_THAT(made.prepare("SELECT absent FROM log").error().text, HasSubstr("no such column"));
  EXPECT_EQ(made.number("SELECT 'a'").error().fault, base::Fault::kInvalid);
  EXPECT_EQ(made.number("SELECT n FROM log", 7).value(), 7);
}

TEST_F(ConnectionTest, BindsAndReadsEveryType) {
  Connection made = create();
  Statement insert = made.prepare("INSERT INTO log VALUES(?, ?, ?)").value();
  const std::string text("a\0b", 3), empty;
  EXPECT_TRUE(insert.bind(1, int64_t{1}).bind_text(2, text).bind_blob(3, std::string_view("\0\xff", 2)).run().ok());
  EXPECT_TRUE(insert.bind(1, int64_t{2}).bind_text(2, empty).bind_blob(3, {}).run().ok());
  EXPECT_TRUE(insert.bind(1, int64_t{3}).bind_null(2).bind_null(3).run().ok());
  Statement rows = made.prepare("SELECT n, text, note, 0.5 FROM log ORDER BY n").value();
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.columns(), 4);
  EXPECT_EQ(rows.name(1), "text");
  EXPECT_EQ(rows.bytes(1), text);
  EXPECT_EQ(rows.bytes(2), std::string_view("\0\xff", 2));
  EXPECT_EQ(rows.real(3), 0.5);
  EXPECT_EQ(rows.type(0), Type::kInteger);
  EXPECT_EQ(rows.type(1), Type::kText);
  EXPECT_EQ(rows.type(2), Type::kBlob);
  EXPECT_EQ(rows.type(3), Type::kReal);
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.type(1), Type::kText);
  EXPECT_EQ(rows.type(2), Type::kBlob);  // empty is no NULL
  ASSERT_TRUE(rows.step().value());
  EXPECT_EQ(rows.type(2), Type::kNull);
  EXPECT_FALSE(rows.step().value());
  // An error of binding comes back from step, once.
  EXPECT_FALSE(insert.bind(9, int64_t{1}).run().ok());
  EXPECT_TRUE(insert.bind(1, int64_t{4}).bind_null(2).bind_null(3).run().ok());
}

TEST_F(ConnectionTest, NobodyCheckpointsButWhoIsToldTo) {
  Connection made = create();
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(made.run("INSERT INTO log(text) VALUES(hex(randomblob(20000)))").ok());
  EXPECT_GT(made.wal_pages(), 1200);  // beyond where SQLite would have copied by itself
  const auto size = [&] { return std::filesystem::file_size(path); };
  const uintmax_t before = size();
  {
    auto reader = Connection::open(options(Access::kReadOnly));
    EXPECT_EQ(reader->number("SELECT count(*) FROM log").value(), 150);
  }
  EXPECT_EQ(size(), before);  // nor at a close
  const auto done = made.checkpoint(CheckpointMode::kPassive);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->done_pages, done->wal_pages);
  EXPECT_GT(size(), before);
  EXPECT_TRUE(made.checkpoint(CheckpointMode::kTruncate)->complete);
  EXPECT_EQ(std::filesystem::file_size(path + "-wal"), 0U);
}

TEST_F(ConnectionTest, ACheckpointDoesNotWaitForReaders) {
  Connection made = create();
  auto reader = Connection::open(options(Access::kReadOnly));
  ASSERT_TRUE(reader->run("BEGIN; SELECT * FROM log").ok());
  ASSERT_TRUE(made.run("INSERT INTO log(text) VALUES('a')").ok());
  const auto held = made.checkpoint(CheckpointMode::kTruncate);
  ASSERT_TRUE(held.ok());
  EXPECT_FALSE(held->complete);
  ASSERT_TRUE(reader->run("COMMIT").ok());
  EXPECT_TRUE(made.checkpoint(CheckpointMode::kTruncate)->complete);
}

TEST_F(ConnectionTest, CopiesThroughAReader) {
  Connection made = create();
  ASSERT_TRUE(made.run("INSERT INTO log VALUES(1, 'a', NULL)").ok());
  auto reader = Connection::open(options(Access::kReadOnly));
  const std::string to = folder + "/copy.db";
  EXPECT_EQ(text_of(reader->vacuum_into(to)), "ok");
  EXPECT_EQ(fault_of(reader->vacuum_into(to)), "conflict");
  EXPECT_NE(text_of(reader->run("INSERT INTO log VALUES(2, 'b', NULL)")), "ok");  // guarded again
  path = to;
  EXPECT_EQ(Connection::open(options(Access::kReadOnly))->number("SELECT count(*) FROM log").value(), 1);
}

TEST_F(ConnectionTest, AloneLeavesNoFilesBeside) {
  {
    Connection made = create();
    ASSERT_TRUE(made.checkpoint(CheckpointMode::kTruncate)->complete);
  }
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  OpenOptions alone = options(Access::kReadOnly);
  alone.alone = true;
  auto reader = Connection::open(alone);
  ASSERT_TRUE(reader.ok()) << reader.error().text;
  EXPECT_TRUE(reader->alone());
  EXPECT_EQ(reader->number("SELECT count(*) FROM log").value(), 0);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path + "-shm"));
}

TEST_F(ConnectionTest, MigratesStepByStepOnce) {
  auto made = Connection::open(options(Access::kCreate));
  int first = 0, second = 0;
  const Migration one = [&](Connection& c) { return ++first, c.run("CREATE TABLE a(x)"); };
  const Migration two = [&](Connection& c) { return ++second, c.run("CREATE TABLE b(x)"); };
  const Migration bad = [](Connection& c) { return c.run("CREATE TABLE a(x)"); };
  EXPECT_EQ(migrate(*made, {one}).value(), 0);
  EXPECT_EQ(migrate(*made, {one}).value(), 1);
  EXPECT_FALSE(migrate(*made, {one, two, bad}).ok());
  EXPECT_EQ(made->number("SELECT count(*) FROM sqlite_master").value(), 1);  // all or nothing
  EXPECT_EQ(migrate(*made, {one, two}).value(), 1);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
  EXPECT_THAT(migrate(*made, {one}).error().text, HasSubstr("newer reeve"));
}

TEST_F(ConnectionTest, AFailingDiskIsUnavailable) {
  FaultVfs& disk = FaultVfs::instance();
  Connection plain = create();
  OpenOptions with = options(Access::kReadWrite);
  with.vfs = FaultVfs::kName;
  auto made = Connection::open(with);
  ASSERT_TRUE(made.ok()) << made.error().text;
  disk.fail_all(FaultVfs::Op::kWrite, SQLITE_FULL);
  const Status full = made->transaction([&] { return made->run("INSERT INTO log VALUES(1, 'a', NULL)"); });
  EXPECT_EQ(fault_of(full), "unavailable");
  EXPECT_THAT(text_of(full), HasSubstr("free some space"));
  disk.fail_all(FaultVfs::Op::kSync, SQLITE_IOERR);
  EXPECT_EQ(fault_of(made->transaction([&] { return made->run("INSERT INTO log VALUES(1, 'a', NULL)"); })),
            "unavailable");
  disk.heal();
}

}  // namespace
}  // namespace reeve::store
