#include "ledger/story.h"

#include "ledger/filter.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
using Files = std::vector<store::Connection*>;

base::Result<std::set<base::Uuid>> correlations_of(const Files& files, const std::string& run) {
  std::set<base::Uuid> found;
  REEVE_TRY(const int64_t has_table,
            files.back()->number("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger_joins'"));
  if (!has_table) return found;
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
    if (kind == "run.started" || kind == "run.joined") runs->emplace(rows.bytes(2));
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
