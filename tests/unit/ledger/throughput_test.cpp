// How many entries a second, hashed and durable, beside raw SQLite of the same run? Measures only when REEVE_BENCH says
// how many entries (tests/bench/ledger.py): a ratio is printed, a slow machine is no failure.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "unit/ledger/ledger_fixture.h"

namespace reeve::ledger {
namespace {

struct Throughput : LedgerTest {
  Throughput() {
    const char* wanted = std::getenv("REEVE_BENCH");
    entries = wanted ? std::atoi(wanted) : 0;
  }
  static double seconds() { return static_cast<double>(base::system_clock().boot().us) / 1e6; }
  static double cpu_seconds(int who = RUSAGE_SELF) {
    rusage use{};
    getrusage(who, &use);
    return static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
  }

  /// The same columns in a plain table: no hash, no trigger, no second index; a commit of 10,000 rows each.
  double raw_sqlite() {
    sqlite3* db = nullptr;
    sqlite3_open((folder / "raw.db").c_str(), &db);
    sqlite3_exec(
        db,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; CREATE TABLE e(seq "
        "INTEGER PRIMARY KEY, at_us, kind, actor, subject, run, correlation, facts, body_hash, prev_hash, hash)",
        nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO e VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert, nullptr);
    const std::string facts = R"({"n":123456,"state":"firing","rule":"a/b/c"})", hash(32, 'h'), id(16, 'c');
    const double begin = seconds();
    for (int i = 0; i < entries; ++i) {
      if (i % 10000 == 0) sqlite3_exec(db, i ? "COMMIT; BEGIN" : "BEGIN", nullptr, nullptr, nullptr);
      sqlite3_bind_int64(insert, 1, i + 1);
      sqlite3_bind_int64(insert, 2, 1700000000000000 + i);
      int at = 3;
      for (const char* text : {"step.outcome", "run/r1", "docker/local/web", "r1"})
        sqlite3_bind_text(insert, at++, text, -1, SQLITE_STATIC);
      sqlite3_bind_blob(insert, 7, id.data(), 16, SQLITE_STATIC);
      sqlite3_bind_text(insert, 8, facts.data(), static_cast<int>(facts.size()), SQLITE_STATIC);
      for (int column = 9; column <= 11; ++column) sqlite3_bind_blob(insert, column, hash.data(), 32, SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    const double took = seconds() - begin;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return entries / took;
  }

  model::Entry one(int n) {
    model::Entry e;
    e.kind = "step.outcome";
    e.actor = "run/r1";
    e.subject = "docker/local/web";
    e.run = "r1";
    e.correlation = {1, static_cast<uint8_t>(n >> 16), static_cast<uint8_t>(n >> 8)};
    e.facts.set("n", n).set("state", "firing").set("rule", "a/b/c");
    return e;
  }

  void append_turns(int& n) {
    loop->post([this, &n] {
      for (int i = 0; i < 256 && n < entries; ++i, ++n) ledger->append(one(n));
      if (n < entries) append_turns(n);
    });
  }

  double fdatasync_p50() {
    const int fd = ::open((folder / "probe").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(4096, 'x');
    std::vector<double> took;
    for (int i = 0; i < 500; ++i) {
      const double begin = seconds();
      if (pwrite(fd, page.data(), page.size(), i * 4096) < 0 || fdatasync(fd) != 0) break;
      took.push_back(seconds() - begin);
    }
    ::close(fd);
    std::sort(took.begin(), took.end());
    return took[took.size() / 2] * 1e6;
  }

  int entries = 0;
};

TEST_F(Throughput, EntriesASecondHashedAndDurable) {
  if (entries == 0) return;
  Settings settings;  // no projections
  settings.folder = folder.path();
  settings.queue_limit = 1000000;
  const double raw_begin = cpu_seconds();
  const double raw = raw_sqlite();
  const double raw_cpu = (cpu_seconds() - raw_begin) / entries * 1e6;
  open(settings);
  int n = 0;
  append_turns(n);
  const double begin = seconds(), cpu = cpu_seconds(), core_cpu = cpu_seconds(RUSAGE_THREAD);
  run_until([&] { return n == entries && ledger->counters().queued == 0; });
  const double took = seconds() - begin, used = cpu_seconds() - cpu, core = cpu_seconds(RUSAGE_THREAD) - core_cpu;
  const uint64_t commits = ledger->counters().commits;
  close();
  const double check = seconds(), check_cpu = cpu_seconds();
  const auto checked = verify(folder / "ledger-1.db");
  const double verified = static_cast<double>(checked->entries) / (seconds() - check);
  const double verify_cpu = cpu_seconds() - check_cpu;
  EXPECT_TRUE(checked->ok);
  std::printf("raw sqlite       %9.0f rows/s, %.2f CPU-us a row\n", raw, raw_cpu);
  std::printf("ledger           %9.0f entries/s durable, %.2f x raw, %.2f CPU-us an entry (core %.2f), %llu commits\n",
              n / took, n / took / raw, used / n * 1e6, core / n * 1e6, static_cast<unsigned long long>(commits));
  std::printf("verify           %9.0f entries/s, %.2f CPU-us an entry\n", verified, verify_cpu / n * 1e6);
}

TEST_F(Throughput, AnIntentBesideOneFdatasync) {
  if (entries == 0) return;
  Settings settings;
  settings.folder = folder.path();
  open(settings);
  std::vector<double> took;
  const double probe = fdatasync_p50();
  for (int i = 0; i < 2000; ++i) {
    bool done = false;
    const double begin = seconds();
    loop->post([&] { ledger->append(one(i), [&](base::Status) { done = true; }); });
    run_until([&] { return done; });
    took.push_back(seconds() - begin);
  }
  std::sort(took.begin(), took.end());
  std::printf("fdatasync        %9.0f us p50\n", probe);
  std::printf("intent           %9.0f us p50, %.0f us p99, %.2f x fdatasync\n", took[1000] * 1e6, took[1980] * 1e6,
              took[1000] * 1e6 / probe);
}

}  // namespace
}  // namespace reeve::ledger
