#include "cli/latches.h"

#include <algorithm>
#include <map>

#include "guard/guard.h"

namespace reeve::cli {

base::Result<std::vector<api::StatusReport::Halt>> latched(ledger::Reader& reader) {
  std::vector<api::StatusReport::Halt> halts;
  const auto rows = reader.rows("switches");
  if (!rows.ok() && rows.error().fault == base::Fault::kNotFound) return halts;
  if (!rows.ok()) return rows.error();
  std::vector<uint64_t> seqs;
  for (const model::Value& row : *rows) seqs.push_back(static_cast<uint64_t>(row["seq"].as_int()));
  std::sort(seqs.begin(), seqs.end());  // lifting everything lifts what was pulled before it
  guard::State memory;
  std::map<std::string, base::Time> since;
  for (const uint64_t seq : seqs) {
    REEVE_TRY(const auto entry, reader.entry(seq));
    if (!entry) continue;
    memory.apply(*entry, {});
    if (entry->facts["source"].as_string() != "file") since[entry->facts["scope"].as_string()] = entry->at;
  }
  for (const guard::State::Switch& one : memory.switches())
    halts.push_back({one.scope.empty() ? "*" : one.scope, one.reason, one.owner, since[one.scope]});
  return halts;
}

}  // namespace reeve::cli
