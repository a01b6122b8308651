/// \file
/// How is a row of the table `entries` read, strictly? A column of another type than the format's is an answer.
#pragma once

#include "ledger/bytes.h"
#include "ledger/ledger.h"
#include "store/statement.h"

namespace reeve::ledger {

/// The columns in the order that read_entry() expects.
extern const char* const kEntryColumns;
constexpr int kEntryColumnCount = 11;

struct EntryRow {
  EntryBytes entry;
  base::Hash hash{};
};

/// Reads the row under `statement`; bytes live until its next step. \return nullptr, or the name of the first column
/// that is not what the format says.
const char* read_entry(const store::Statement& statement, EntryRow& row);

/// The entry with its facts parsed. \errors kInvalid naming the seq.
base::Result<Stored> to_stored(const EntryRow& row);

/// A value of any column.
model::Value column_value(const store::Statement& statement, int column);
/// `holder` keeps the bytes that are borrowed until the statement has run.
void bind_value(store::Statement& statement, int at, const model::Value& value, std::string& holder);

}  // namespace reeve::ledger
