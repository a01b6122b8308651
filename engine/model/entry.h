/// \file
/// What stands in the ledger? An entry before and after it is chained, and the row changes it implies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "model/value.h"

namespace reeve::model {

/// Kinds are listed in ARCHITECTURE, "The ledger".
struct Entry {
  uint64_t seq = 0;  ///< given by Ledger::append
  base::Time at;     ///< given by Ledger::append when zero
  std::string kind;
  std::string actor;                ///< `engine`, `rule/<id>`, `run/<id>`, `uid:0`, `plugin/docker/local`
  std::string subject;              ///< what it is about, as a canonical key
  std::string run;                  ///< empty outside a run
  base::Uuid correlation{};         ///< all zero: none
  Value facts = Value::map();       ///< ids, states, hashes, numbers: never redacted, no foreign text
  std::optional<std::string> body;  ///< foreign text, arguments, output: usually JSON; may be redacted later
};

/// One row of a projection, written in the same transaction as its entry.
struct RowChange {
  std::string table;
  Value key = Value::map();  ///< primary key columns
  Value set = Value::map();  ///< the other columns to set; what is not named keeps its value
  bool erase = false;
};

/// A projection table, declared by the module that owns its kinds and created by the ledger.
struct Table {
  std::string name;
  std::vector<std::string> key;      ///< primary key columns, as "name TYPE"
  std::vector<std::string> columns;  ///< other columns, as "name TYPE"
};

}  // namespace reeve::model
