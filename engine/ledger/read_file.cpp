#include "ledger/read_file.h"

#include <algorithm>

namespace reeve::ledger {

namespace {
base::Result<std::vector<uint64_t>> clock_marks(store::Connection& connection, uint64_t first) {
  std::vector<uint64_t> marks{first};
  REEVE_TRY(const int64_t has_table,
            connection.number("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger_clock'"));
  if (!has_table) return marks;
  REEVE_TRY(store::Statement rows, connection.prepare("SELECT seq FROM ledger_clock WHERE seq > ? ORDER BY seq"));
  rows.bind(1, static_cast<int64_t>(first));
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) return marks;
    marks.push_back(static_cast<uint64_t>(rows.integer(0)));
  }
}

// The first seq in [low, high] whose time is not before `at`, else high + 1.
base::Result<uint64_t> first_not_before(store::Statement& time_of, uint64_t low, uint64_t high, base::Time at) {
  while (low <= high) {
    const uint64_t middle = low + (high - low) / 2;
    time_of.reset();
    REEVE_TRY(const bool row, time_of.bind(1, static_cast<int64_t>(middle)).step());
    if (row && base::Time{time_of.integer(0)} >= at) {
      high = middle - 1;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
}  // namespace

base::Result<ReadFile> open_to_read(const std::string& path) {
  store::OpenOptions options{path, store::Access::kReadOnly, {}, "", 0, false};
  const std::string wal = path + "-wal";
  if (file_exists(wal)) {
    auto opened = store::Connection::open(options);
    if (opened.ok()) return ReadFile{std::move(*opened), false};
    if (opened.error().fault != base::Fault::kUnavailable) return opened.error();
  }
  options.alone = true;
  REEVE_TRY(store::Connection connection, store::Connection::open(options));
  return ReadFile{std::move(connection), file_size(wal) > 0};
}

bool is_outdated(const store::Connection& connection) {
  return connection.alone() && file_exists(connection.path() + "-wal");
}

base::Result<Ranges> time_ranges(store::Connection& connection, const Filter& filter) {
  REEVE_TRY(const int64_t first, connection.number("SELECT min(seq) FROM entries"));
  REEVE_TRY(const int64_t last, connection.number("SELECT max(seq) FROM entries"));
  const uint64_t begin = std::max(static_cast<uint64_t>(first), filter.after_seq + 1);
  const auto end = static_cast<uint64_t>(last);
  if (begin > end) return Ranges{};
  if (!filter.from && !filter.to) return Ranges{{begin, end}};
  REEVE_TRY(const std::vector<uint64_t> marks, clock_marks(connection, static_cast<uint64_t>(first)));
  REEVE_TRY(store::Statement time_of, connection.prepare("SELECT at_us FROM entries WHERE seq = ?"));
  Ranges ranges;
  for (size_t i = 0; i < marks.size(); ++i) {
    uint64_t low = std::max(marks[i], begin), high = i + 1 < marks.size() ? marks[i + 1] - 1 : end;
    if (low > high) continue;
    if (filter.to) {
      REEVE_TRY(const uint64_t after, first_not_before(time_of, low, high, *filter.to));
      high = after - 1;
    }
    if (filter.from && low <= high) {
      REEVE_TRY(low, first_not_before(time_of, low, high, *filter.from));
    }
    if (low <= high) ranges.emplace_back(low, high);
  }
  return ranges;
}

}  // namespace reeve::ledger
