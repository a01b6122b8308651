/// \file
/// What does `reeve audit list|show|tail|verify|export|rebuild` print? Reads the ledger's files; needs no engine.
///
/// Any thread. Each function returns the exit code (cli.h: 0 ok, 1 failure, 2 usage, 4 not found) and prints to the
/// streams given. Rows of jsonl have the keys seq, at, at_us, kind, actor, subject, run, correlation, facts (an
/// object), body (an object, or text when it is no JSON; null when redacted or none), hash.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "base/clock.h"
#include "ledger/ledger.h"

namespace reeve::cli {

/// As typed; what is empty was not given.
struct AuditOptions {
  std::string state;             ///< the state folder (--state)
  std::string db;                ///< list, show, tail, verify: a ledger file instead (--db)
  std::string output = "table";  ///< table, json, jsonl (-o)

  // list and tail
  std::string from, to;              ///< RFC 3339 or Unix seconds (--from, --to); from <= at < to
  std::string since;                 ///< a Prometheus duration back from now (--since); without any time: 24h, but for
                                     ///< --correlation, --run and --all
  bool all = false;                  ///< from the first entry on (--all)
  std::string kind, actor, subject;  ///< exact, or a prefix that ends in `*`
  std::string correlation, run;
  uint64_t limit = 0;  ///< the newest so many (--limit); 0: all for list, 20 for tail
  bool whole = false;  ///< the table does not cut facts: no terminal reads it
  bool body = false;   ///< the table shows bodies too (--body); json and jsonl always have them

  std::string seq;       ///< show: the entry's number
  bool follow = false;   ///< tail: go on with what comes (-f, --follow)
  std::string anchors;   ///< verify: a file of signed checkpoints to compare with (--anchors)
  std::string to_file;   ///< export: the new file (--to)
  bool replace = false;  ///< rebuild: put the fresh tables in place of those that differ (--replace)

  /// tail --follow: waits that long; false ends it. Empty: waits really, for ever.
  std::function<bool(base::Duration)> wait;
};

int audit_list(const AuditOptions& options, const base::Clock& clock, std::ostream& out, std::ostream& err);
int audit_show(const AuditOptions& options, std::ostream& out, std::ostream& err);
int audit_tail(const AuditOptions& options, const base::Clock& clock, std::ostream& out, std::ostream& err);
/// Prints the head (seq, time, hash); 1 when anything is wrong, each fault on a line.
int audit_verify(const AuditOptions& options, std::ostream& out, std::ostream& err);
int audit_export(const AuditOptions& options, std::ostream& out, std::ostream& err);
/// `settings`: tables and projects of all modules, as app joins them; its folder is replaced by options.state.
/// 1 when tables differ (and were not replaced).
int audit_rebuild(const AuditOptions& options, ledger::Settings settings, std::ostream& out, std::ostream& err);

}  // namespace reeve::cli
