/// \file
/// How does an entry of the ledger look to a person or a program? Rows of a table, JSON, lines of JSON.
///
/// Any thread. Foreign text cannot move the cursor: control characters are escaped.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace reeve::cli {

enum class AuditFormat { kTable, kJson, kJsonLines };
/// \errors kInvalid for another word than table, json, jsonl.
base::Result<AuditFormat> audit_format(const std::string& word);

/// Keys as audit.h names them.
model::Value audit_row(const ledger::Stored& entry);

/// Writes entries one by one; end() once.
class AuditWriter {
 public:
  /// `whole`: the table does not cut facts.
  AuditWriter(std::ostream& out, AuditFormat format, bool with_body, bool whole);
  void entry(const ledger::Stored& entry);
  void end();

 private:
  void table_row(const ledger::Stored& entry);

  std::ostream& out_;
  const AuditFormat format_;
  const bool with_body_, whole_;
  size_t written_ = 0;
};

/// Everything of one entry, a line each.
void write_entry(std::ostream& out, const ledger::Stored& entry);
/// Tabs, line ends and other control characters as \xHH; at most `most` bytes, then "...". 0: no limit.
std::string printable(std::string_view text, size_t most = 0);

}  // namespace reeve::cli
