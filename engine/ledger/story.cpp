#include "ledger/story.h"

#include <cstring>

#include "ledger/filter.h"
#include "ledger/schema.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
using Files = std::vector<store::Connection*>;

/// False in a file that an engine made which knew only of `run.started` and `run.joined`, until the next one opens it.
base::Result<bool> has_joins(store::Connection& file) {
  REEVE_TRY(store::Statement find, file.prepare("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"));
  REEVE_TRY(const bool found, find.bind_text(1, joins_table().name).step());
  return found && find.bytes(0) == create_table_sql(joins_table());
}

base::Status scan_correlations(store::Connection& file, const std::string& run, std::set<base::Uuid>& found) {
  REEVE_TRY(store::Statement rows,
            file.prepare("SELECT DISTINCT correlation FROM entries WHERE run = ? AND length(correlation) = 16"));
  rows.bind_text(1, run);
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) return {};
    base::Uuid id{};
    std::memcpy(id.data(), rows.bytes(0).data(), id.size());
    found.insert(id);
  }
}

base::Result<std::set<base::Uuid>> correlations_of(const Files& files, const std::string& run) {
  std::set<base::Uuid> found;
  REEVE_TRY(const bool has_table, has_joins(*files.back()));
  if (!has_table) {
    for (store::Connection* file : files) REEVE_CHECK(scan_correlations(*file, run, found));
    return found;
  }
  REEVE_TRY(store::Statement joins, files.back()->prepare("SELECT correlation FROM ledger_joins WHERE run = ?"));
  joins.bind_text(1, run);
  for (;;) {
    REEVE_TRY(const bool row, joins.step());
    if (!row) return found;
    if (const auto id = base::parse_uuid(joins.bytes(0)); id.ok()) found.insert(*id);
  }
}

// One walk over the index on correlation: seqs, the runs met, the causes named.
base::Status walk(store::Connection& file, const base::Uuid& correlation, std::set<uint64_t>& seqs,
                  std::set<std::string>* runs) {
  REEVE_TRY(store::Statement rows, file.prepare("SELECT e.seq, e.kind, e.run, e.facts, b.body FROM entries e LEFT JOIN "
                                                "bodies b ON b.seq = e.seq AND e.kind GLOB 'alert.*' "
                                                "WHERE e.correlation = ?"));
  rows.bind_blob(1, correlation);
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) return {};
    seqs.insert(static_cast<uint64_t>(rows.integer(0)));
    if (!runs) continue;
    const std::string_view kind = rows.bytes(1);
    if (!rows.bytes(2).empty() && !kind.starts_with("ledger.")) runs->emplace(rows.bytes(2));
    if (!kind.starts_with("alert.")) continue;
    model::Entry entry;
    if (auto facts = model::parse_json(rows.bytes(3)); facts.ok()) entry.facts = std::move(*facts);
    if (rows.type(4) != store::Type::kNull) entry.body = std::string(rows.bytes(4));
    for (const uint64_t cause : cause_seqs(entry)) seqs.insert(cause);
  }
}
}  // namespace

base::Result<std::set<uint64_t>> story_seqs(const Files& files, const base::Uuid& correlation) {
  std::set<uint64_t> seqs;
  std::set<base::Uuid> seen{correlation};
  std::set<std::string> asked;
  std::vector<base::Uuid> open{correlation};
  while (!open.empty()) {
    const base::Uuid next = open.back();
    open.pop_back();
    std::set<std::string> runs;
    for (store::Connection* file : files) REEVE_CHECK(walk(*file, next, seqs, &runs));
    for (const std::string& run : runs) {
      if (!asked.insert(run).second) continue;
      REEVE_TRY(const std::set<base::Uuid> met, correlations_of(files, run));
      for (const base::Uuid& id : met)
        if (seen.insert(id).second) open.push_back(id);
    }
  }
  return seqs;
}

base::Result<std::set<uint64_t>> run_seqs(const Files& files, const std::string& run) {
  std::set<uint64_t> seqs;
  REEVE_TRY(const std::set<base::Uuid> met, correlations_of(files, run));
  for (const base::Uuid& id : met)
    for (store::Connection* file : files) REEVE_CHECK(walk(*file, id, seqs, nullptr));
  return seqs;
}

}  // namespace reeve::ledger
