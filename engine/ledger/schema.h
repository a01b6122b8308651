/// \file
/// Which tables, triggers and indexes has a ledger file? Their SQL is part of the format (FORMAT.md).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

constexpr int64_t kApplicationId = 0x52454556;  // "REEV"
constexpr int64_t kFormatVersion = 1;

/// The tables and the one index, as they are created before the first entry.
const std::vector<std::pair<std::string, std::string>>& format_tables();
/// The triggers, created after the first entry: that one has nothing to follow in its file.
const std::vector<std::pair<std::string, std::string>>& format_triggers();
/// What a sealed file has on top.
const std::pair<std::string, std::string>& sealed_index();

store::Protection protection();

/// Does this entry say that its run and its correlation met?
bool met_in_run(const std::string& kind, const std::string& run, const base::Uuid& correlation);
/// `ledger_joins`: which correlations met in which run, that of its own alert and those of alerts that joined it. By it
/// all entries of a run are found.
const Table& joins_table();

/// The ledger's own projections: `ledger_clock` (where time may go back) and `ledger_joins`. The rows of the latter are
/// not among those that an entry brings along: most are there already, which its file knows best (ChainFile).
const std::vector<Table>& own_tables();
std::vector<model::RowChange> project_own(const model::Entry& entry);
/// The row of `ledger_joins` that an entry implies.
std::optional<model::RowChange> join_of(const model::Entry& entry);

/// Own tables first, then the modules'.
std::vector<Table> all_tables(const Settings& settings);
/// Row changes of every project, own first; of kinds `ledger.*` only own ones. The names are checked against `tables`
/// by the caller.
std::vector<model::RowChange> project_all(const Settings& settings, const model::Entry& entry);

std::string create_table_sql(const Table& table);
/// Names only, without types: key first.
std::vector<std::string> key_names(const Table& table);
std::vector<std::string> column_names(const Table& table);
/// In double quotes.
std::string quoted(const std::string& name);

}  // namespace reeve::ledger
