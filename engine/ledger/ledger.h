/// \file
/// What was decided and done, provably? The front door of the append-only, hash-chained record.
///
/// The one append port; nothing outside this module knows that SQLite files are behind it.
/// Design: ARCHITECTURE, "The ledger"; byte layout: docs page engine/ledger/FORMAT.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "model/entry.h"

namespace reeve::ledger {

/// The rows an entry implies. Pure: the same entry gives the same rows, live and in `reeve audit rebuild`. Each module
/// that owns kinds exports one `project`; app joins them. Row changes may say the entry's seq (it is set).
using Project = std::function<std::vector<model::RowChange>(const model::Entry&)>;

/// Called on the core thread, once: the entry is durable, or refused (fault kRefused or kUnavailable) and will never be
/// in the ledger as what it was.
using OnDurable = std::function<void(base::Status)>;

struct Head {
  uint64_t seq = 0;
  base::Time at;
  base::Hash hash{};
};

struct Counters {
  uint64_t appended = 0, committed = 0, commits = 0, failed_commits = 0, refused = 0, dropped = 0;
  size_t queued = 0;
};

/// Core thread. One queue, one writer thread behind it, committed in the order of append.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Takes the entry, gives it its seq (final: a refused or dropped entry's place is taken by a `ledger.refused` or
  /// `ledger.dropped` entry, so numbers never shift) and its time when that is zero. Lazy: nobody waits, the writer is
  /// not woken; committed within 2 ms, in order, with what the same turn of the loop appended never split over two
  /// commits.
  virtual uint64_t append(model::Entry entry) = 0;
  /// As above, waited for: wakes the writer; `done` is called when durable or refused.
  virtual uint64_t append(model::Entry entry, OnDurable done) = 0;
  /// `done` when everything appended so far is durable (or refused): for acknowledgements to sources and for drain.
  virtual void flush(OnDurable done) = 0;
  /// Content by its SHA-256 (bundles, big outputs), written in the commit of the next append. Returns the hash.
  virtual base::Hash put_blob(std::string bytes) = 0;

  /// False while commits fail: no act may start; alerting goes on.
  virtual bool writable() const = 0;
  /// The last durable entry.
  virtual Head head() const = 0;
  virtual Counters counters() const = 0;
};

struct Filter {
  std::optional<base::Time> from, to;  ///< default of the CLI: the last 24 h
  std::string kind;                    ///< exact, or a prefix that ends in `*` ("alert.*")
  std::string actor, subject, run;
  std::optional<base::Uuid> correlation;  ///< follows causes and joins (ARCHITECTURE, Correlation)
  uint64_t after_seq = 0;
  size_t limit = 0;  ///< 0: all
  bool newest_first = false;
};

/// An entry as stored.
struct Stored : model::Entry {
  std::string facts_text;  ///< as hashed
  base::Hash hash{}, prev_hash{}, body_hash{};
  bool redacted = false;
};

/// Read-only; any one thread each. Never writes, never checkpoints.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual base::Result<std::vector<Stored>> list(const Filter& filter) = 0;
  virtual base::Result<std::optional<Stored>> entry(uint64_t seq) = 0;
  virtual base::Result<std::string> blob(const base::Hash& hash) = 0;
  /// Rows of a projection table, `where` a conjunction of column = value.
  virtual base::Result<std::vector<model::Value>> rows(const std::string& table, const model::Value& where = {}) = 0;
  virtual base::Result<Head> head() = 0;
};

/// A projection table, declared by the module that owns it and created by the ledger.
struct Table {
  std::string name;
  std::vector<std::string> key;      ///< primary key columns, as "name TYPE"
  std::vector<std::string> columns;  ///< other columns, as "name TYPE"
};

struct Settings {
  std::string folder;                       ///< the state folder; files `ledger-<first seq>.db`
  std::vector<Table> tables;                ///< of all modules
  std::vector<Project> projects;            ///< of all modules
  std::string anchor_file;                  ///< append signed checkpoints there; empty: none
  base::Duration checkpoint_every = base::seconds(60);
  uint64_t checkpoint_entries = 1000;
  size_t queue_limit = 10000;
};

/// Opens or creates the ledger and starts the writer thread. Answers come back through `loop`. Destroying it drains the
/// queue. \errors kUnavailable (with the path and what to do), kInvalid when the tail does not verify.
base::Result<std::unique_ptr<Ledger>> open(Settings settings, base::Loop& loop, const base::Clock& clock,
                                           base::Random& random);
/// \errors kNotFound when there is no ledger in `folder` (or `path` is no ledger file).
base::Result<std::unique_ptr<Reader>> open_reader(const std::string& folder_or_file);

struct Verification {
  bool ok = false;
  uint64_t entries = 0;
  Head head;
  uint64_t checkpoints = 0;          ///< signed ones found, each verified
  std::vector<std::string> faults;   ///< "entry 17: hash does not match its bytes"
  std::vector<std::string> notices;  ///< an unread -wal, no anchor to compare with
};
/// Checks every entry, body, blob and checkpoint of a ledger folder or of one file.
base::Result<Verification> verify(const std::string& folder_or_file, const std::string& anchor_file = {});
/// Runs every projection over all entries into fresh tables and compares them with the stored ones (`replace`: puts
/// them in place; only without a running engine). Returns the names of tables that differed.
base::Result<std::vector<std::string>> rebuild(const Settings& settings, bool replace);
/// A consistent copy into one file (VACUUM INTO). \errors kConflict when `to` exists.
base::Status export_to(const std::string& folder, const std::string& to);

}  // namespace reeve::ledger
