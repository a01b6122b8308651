#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "ledger/filter.h"
#include "ledger/read_file.h"
#include "ledger/row.h"
#include "ledger/schema.h"
#include "ledger/story.h"

namespace reeve::ledger {

base::Result<std::vector<Stored>> Reader::list(const Filter& filter) {
  std::vector<Stored> found;
  REEVE_CHECK(scan(filter, [&](const Stored& entry) {
    found.push_back(entry);
    return true;
  }));
  return found;
}

namespace {
bool is_exact(const std::string& pattern) {
  return !pattern.empty() && pattern.back() != '*';
}

/// Reads entries of one file in order and hands on those that match.
class Scan {
 public:
  Scan(const Filter& filter, const std::function<bool(const Stored&)>& each) : filter_(filter), each_(each) {
    sql_ =
        "SELECT e.seq, e.at_us, e.kind, e.actor, e.subject, e.run, e.correlation, e.facts, e.body_hash, e.prev_hash, "
        "e.hash";
    sql_ += filter.bodies ? ", b.seq, b.body FROM entries e LEFT JOIN bodies b ON b.seq = e.seq" : " FROM entries e";
    sql_ += " WHERE e.seq BETWEEN ? AND ?";
    add_exact("kind", filter.kind);
    add_exact("actor", filter.actor);
    add_exact("subject", filter.subject);
    add_exact("run", filter.run);
    sql_ += filter.newest_first ? " ORDER BY e.seq DESC" : " ORDER BY e.seq";
  }

  base::Status range(store::Connection& file, uint64_t low, uint64_t high) {
    REEVE_TRY(store::Statement rows, file.prepare(sql_));
    rows.bind(1, static_cast<int64_t>(low)).bind(2, static_cast<int64_t>(high));
    for (size_t i = 0; i < exact_.size(); ++i) rows.bind_text(static_cast<int>(i + 3), exact_[i]);
    for (;;) {
      REEVE_TRY(const bool row, rows.step());
      if (!row || done_) return {};
      REEVE_CHECK(take(file, rows));
    }
  }

  bool done() const { return done_; }

 private:
  void add_exact(const char* column, const std::string& pattern) {
    if (!is_exact(pattern)) return;
    sql_ += std::string(" AND e.") + column + " = ?";
    exact_.push_back(pattern);
  }

  base::Status take(const store::Connection& file, const store::Statement& rows) {
    EntryRow row;
    if (const char* column = read_entry(rows, row))
      return base::invalid(file.path() + ": entry " + std::to_string(row.entry.seq) + ": column " + column +
                           " is not as the format has it (run `reeve audit verify`)");
    REEVE_TRY(Stored entry, to_stored(row));
    if (!matches(filter_, entry)) return {};
    if (filter_.bodies) {
      const bool has_body = rows.type(kEntryColumnCount + 1) != store::Type::kNull;
      if (has_body) entry.body = std::string(rows.bytes(kEntryColumnCount + 1));
      entry.redacted = !has_body && rows.type(kEntryColumnCount) != store::Type::kNull;
    }
    done_ = !each_(entry) || (filter_.limit > 0 && ++taken_ >= filter_.limit);
    return {};
  }

  const Filter& filter_;
  const std::function<bool(const Stored&)>& each_;
  std::string sql_;
  std::vector<std::string> exact_;
  size_t taken_ = 0;
  bool done_ = false;
};

class FileReader : public Reader {
 public:
  explicit FileReader(std::string where) : where_(std::move(where)) {}

  base::Status scan(const Filter& filter, const std::function<bool(const Stored&)>& each) override {
    REEVE_CHECK(refresh(true));
    const base::Status done = scan_files(filter, each);
    older_.clear();  // so that they can be sealed
    return done;
  }

  base::Result<std::optional<Stored>> entry(uint64_t seq) override {
    std::optional<Stored> found;
    Filter filter;
    filter.after_seq = seq - 1;
    filter.limit = 1;
    if (seq == 0) return found;
    REEVE_CHECK(scan(filter, [&](const Stored& entry) {
      if (entry.seq == seq) found = entry;
      return false;
    }));
    return found;
  }

  base::Result<std::string> blob(const base::Hash& hash) override {
    REEVE_CHECK(refresh(true));
    for (store::Connection* file : files()) {
      REEVE_TRY(store::Statement find, file->prepare("SELECT bytes FROM blobs WHERE hash = ?"));
      REEVE_TRY(const bool found, find.bind_blob(1, hash).step());
      if (found) return std::string(find.bytes(0));
    }
    return base::Error{base::Fault::kNotFound, where_ + ": no blob " + base::hex(hash) + " in the ledger"};
  }

  base::Result<std::vector<model::Value>> rows(const std::string& table, const model::Value& where) override {
    REEVE_CHECK(refresh(false));
    REEVE_TRY(const std::string sql, rows_sql(table, where));
    REEVE_TRY(store::Statement all, newest_->prepare(sql));
    std::vector<std::string> holders(where.as_map().size());
    for (size_t i = 0; i < holders.size(); ++i)
      bind_value(all, static_cast<int>(i + 1), where.as_map()[i].second, holders[i]);
    std::vector<model::Value> found;
    for (;;) {
      REEVE_TRY(const bool row, all.step());
      if (!row) return found;
      model::Value value = model::Value::map();
      for (int column = 0; column < all.columns(); ++column) value.set(all.name(column), column_value(all, column));
      found.push_back(std::move(value));
    }
  }

  base::Result<Head> head() override {
    REEVE_CHECK(refresh(false));
    REEVE_TRY(store::Statement last,
              newest_->prepare("SELECT seq, at_us, hash FROM entries ORDER BY seq DESC LIMIT 1"));
    REEVE_TRY(const bool row, last.step());
    Head head;
    if (!row || !to_hash(last.bytes(2), head.hash)) return base::invalid(where_ + ": the last entry cannot be read");
    head.seq = static_cast<uint64_t>(last.integer(0));
    head.at = base::Time{last.integer(1)};
    return head;
  }

  /// Opens what is not open. The newest file stays open, the others only for a scan.
  base::Status refresh(bool with_older) {
    REEVE_TRY(const std::vector<LedgerFile> now, ledger_files(where_));
    if (newest_ && (newest_->path() != now.back().path || is_outdated(*newest_))) newest_.reset();
    if (!newest_) REEVE_CHECK(open(now.back().path, newest_));
    older_.clear();
    if (!with_older) return {};
    for (size_t i = 0; i + 1 < now.size(); ++i) REEVE_CHECK(open(now[i].path, older_.emplace_back()));
    return {};
  }

 private:
  static base::Status open(const std::string& path, std::unique_ptr<store::Connection>& connection) {
    REEVE_TRY(ReadFile opened, open_to_read(path));
    REEVE_TRY(const int64_t application, opened.connection.number("PRAGMA application_id"));
    if (application != kApplicationId) return base::Error{base::Fault::kNotFound, path + ": not a reeve ledger file"};
    connection = std::make_unique<store::Connection>(std::move(opened.connection));
    return {};
  }

  std::vector<store::Connection*> files() {
    std::vector<store::Connection*> all;
    for (const auto& file : older_) all.push_back(file.get());
    all.push_back(newest_.get());
    return all;
  }

  base::Status scan_files(const Filter& filter, const std::function<bool(const Stored&)>& each) {
    Scan scan(filter, each);
    if (filter.correlation) {
      REEVE_TRY(const std::set<uint64_t> seqs, story_seqs(files(), *filter.correlation));
      return scan_seqs(scan, filter, seqs);
    }
    if (is_exact(filter.run)) {
      REEVE_TRY(const std::set<uint64_t> seqs, run_seqs(files(), filter.run));
      if (!seqs.empty()) return scan_seqs(scan, filter, seqs);
    }
    std::vector<store::Connection*> order = files();
    if (filter.newest_first) std::reverse(order.begin(), order.end());
    for (store::Connection* file : order) {
      REEVE_TRY(Ranges ranges, time_ranges(*file, filter));
      if (filter.newest_first) std::reverse(ranges.begin(), ranges.end());
      for (const auto& [low, high] : ranges)
        if (!scan.done()) REEVE_CHECK(scan.range(*file, low, high));
    }
    return {};
  }

  // Runs of neighbours are read together.
  base::Status scan_seqs(Scan& scan, const Filter& filter, const std::set<uint64_t>& seqs) {
    std::vector<std::pair<uint64_t, uint64_t>> runs;
    for (const uint64_t seq : seqs) {
      if (runs.empty() || runs.back().second + 1 != seq) runs.emplace_back(seq, seq);
      runs.back().second = seq;
    }
    std::vector<store::Connection*> order = files();
    if (filter.newest_first) {
      std::reverse(runs.begin(), runs.end());
      std::reverse(order.begin(), order.end());
    }
    for (store::Connection* file : order)
      for (const auto& [low, high] : runs)
        if (!scan.done()) REEVE_CHECK(scan.range(*file, low, high));
    return {};
  }

  base::Result<std::string> rows_sql(const std::string& table, const model::Value& where) {
    for (const auto& [name, sql] : format_tables())
      if (name == table) return base::invalid(table + " is no projection table");
    REEVE_TRY(store::Statement info, newest_->prepare("PRAGMA table_info(" + quoted(table) + ")"));
    std::map<int64_t, std::string> keys;
    std::set<std::string> columns;
    for (;;) {
      REEVE_TRY(const bool row, info.step());
      if (!row) break;
      const std::string name(info.bytes(1));
      columns.insert(name);
      if (info.integer(5) > 0) keys[info.integer(5)] = quoted(name);
    }
    if (columns.empty())
      return base::Error{base::Fault::kNotFound, where_ + ": no projection table " + table + " in the ledger"};
    std::string sql = "SELECT * FROM " + quoted(table);
    const char* between = " WHERE ";
    for (const auto& [name, value] : where.as_map()) {
      if (!columns.contains(name)) return base::invalid("table " + table + " has no column " + name);
      sql += between + quoted(name) + " IS ?";
      between = " AND ";
    }
    between = " ORDER BY ";
    for (const auto& [at, name] : keys) {
      sql += between + name;
      between = ", ";
    }
    return sql;
  }

  std::string where_;
  std::unique_ptr<store::Connection> newest_;
  std::vector<std::unique_ptr<store::Connection>> older_;
};
}  // namespace

base::Result<std::unique_ptr<Reader>> open_reader(const std::string& folder_or_file) {
  auto reader = std::make_unique<FileReader>(folder_or_file);
  REEVE_CHECK(reader->refresh(false));
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace reeve::ledger
