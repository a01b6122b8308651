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
/// that owns kinds exports one `project`; app joins them. Row changes may say the entry's seq (it is set). Not asked of
/// kinds `ledger.*`.
using Project = std::function<std::vector<model::RowChange>(const model::Entry&)>;

/// Called on the core thread through Loop::post, once: the entry is durable, or refused (kUnavailable while commits
/// fail, kInvalid for an entry that cannot be stored, kConflict for a redaction that is not allowed). Refused means: do
/// not act. Its place is taken by a `ledger.refused` entry; but a commit may have failed after its bytes reached the
/// disk, and then the entry is found there as it was (an intent without outcome like any other).
using OnDurable = std::function<void(base::Status)>;

struct Head {
  uint64_t seq = 0;
  base::Time at;
  base::Hash hash{};
};

struct Counters {
  uint64_t appended = 0;        ///< entries given to append()
  uint64_t committed = 0;       ///< entries durable since start, placeholders included
  uint64_t commits = 0;         ///< transactions that brought entries
  uint64_t failed_commits = 0;  ///< transactions that failed
  uint64_t refused = 0;         ///< entries whose waiter was told no
  uint64_t dropped = 0;         ///< observations dropped because the queue was full
  uint64_t checkpoints = 0;     ///< signed checkpoints appended
  size_t queued = 0;            ///< entries not yet durable
};

/// Core thread. One queue, one writer thread behind it, committed in the order of append.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Takes the entry, gives it its seq (final: a refused or dropped entry's place is taken by a `ledger.refused` or
  /// `ledger.dropped` entry, so numbers never shift) and its time when that is zero. Lazy: nobody waits, the writer is
  /// not woken; committed within 2 ms, in order, with what the same turn of the loop appended never split over two
  /// commits. Times do not go back between two clock marks (`engine.start`, `clock.stepped`): an `at` that is earlier
  /// than the entry before, or later than the clock, is moved to that limit.
  virtual uint64_t append(model::Entry entry) = 0;
  /// As above, waited for: wakes the writer; `done` is called when durable or refused.
  virtual uint64_t append(model::Entry entry, OnDurable done) = 0;
  /// `done` when everything appended so far is durable (or refused): for acknowledgements to sources and for drain.
  virtual void flush(OnDurable done) = 0;
  /// Content by its SHA-256 (bundles, big outputs), written in the commit of the next append, whose facts get its hash
  /// in a list `blobs` (so a missing blob is found by verify). Returns the hash.
  virtual base::Hash put_blob(std::string bytes) = 0;
  /// Takes the body of entry `seq` away for good and writes a `ledger.redacted` entry (subject `entry/<seq>`) in the
  /// same commit. `reason` is one of the operator's words and becomes the body of that entry. Refused (kConflict): an
  /// entry of a run that has not ended, one without a body, one in a sealed file. \return the new entry's seq.
  virtual uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, OnDurable done) = 0;
  /// After this turn of the loop: starts a new file whose first entry (`ledger.rotated`) carries the last hash, and
  /// seals the one before (read-only, with an index on subject; it may be unlinked once anchored).
  virtual void rotate(const std::string& actor, OnDurable done) = 0;

  /// False while commits fail: no act may start; alerting goes on.
  virtual bool writable() const = 0;
  /// The last durable entry.
  virtual Head head() const = 0;
  virtual Counters counters() const = 0;
};

struct Filter {
  std::optional<base::Time> from, to;  ///< from <= at < to; default of the CLI: the last 24 h
  std::string kind;                    ///< exact, or a prefix that ends in `*` ("alert.*")
  std::string actor, subject, run;     ///< exact, or a prefix that ends in `*`; empty: any
  /// One story: the entries of this correlation, the `events.accepted` entries that its alerts name as causes (facts or
  /// body `causes`, texts "seq.index"), and the entries of runs it joined or that joined its runs (each entry of a run
  /// tells by its run and correlation).
  std::optional<base::Uuid> correlation;
  uint64_t after_seq = 0;     ///< only later ones
  size_t limit = 0;           ///< 0: all
  bool newest_first = false;  ///< the order, and with a limit which end
  bool bodies = true;         ///< read bodies too
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
  /// Calls `each` per entry in the order asked for, until it returns false.
  virtual base::Status scan(const Filter& filter, const std::function<bool(const Stored&)>& each) = 0;
  base::Result<std::vector<Stored>> list(const Filter& filter);
  virtual base::Result<std::optional<Stored>> entry(uint64_t seq) = 0;
  /// \errors kNotFound.
  virtual base::Result<std::string> blob(const base::Hash& hash) = 0;
  /// Rows of a projection table in the order of its key, `where` a conjunction of column = value. Lists and maps come
  /// back as their JSON text, booleans as 0 and 1. \errors kNotFound for a table that there is not.
  virtual base::Result<std::vector<model::Value>> rows(const std::string& table, const model::Value& where = {}) = 0;
  virtual base::Result<Head> head() = 0;
};

/// A projection table, declared by the module that owns it and created by the ledger; when its columns differ from
/// those in the file, it is filled anew from the entries at open. Names of [a-z_], not beginning with `ledger_`. A row
/// change that names an unknown table or column is a broken promise.
using Table = model::Table;

struct Settings {
  std::string folder;             ///< the state folder; files `ledger-<first seq>.db`
  std::vector<Table> tables;      ///< of all modules
  std::vector<Project> projects;  ///< of all modules
  std::string anchor_file;        ///< append signed checkpoints there; empty: none
  std::string key_file;           ///< Ed25519 private key, PEM; empty: `<folder>/ledger.key`, made when missing
  base::Duration checkpoint_every = base::seconds(60);
  uint64_t checkpoint_entries = 1000;
  size_t queue_limit = 10000;
  /// What may be dropped, oldest first, when the queue is full (kinds, or prefixes that end in `*`).
  std::vector<std::string> observations{"events.accepted", "alert.*", "plugin.*"};
  /// Told by open() when the ledger is not the one that an engine left here: its tail is gone, an older copy was put
  /// back, its checkpoints do not match. A `ledger.doubted` entry says so too; what was done since is not known. May be
  /// empty.
  std::function<void(const std::string& why)> on_doubt{};
  std::string vfs;  ///< name of an SQLite VFS; empty: the system's. Tests fail I/O with it.
};

/// Opens or creates the ledger and starts the writer thread. Answers come back through `loop`, which with `clock` and
/// `random` must outlive it. Destroying it drains the queue (one try), signs a last checkpoint and closes the file.
/// \errors kUnavailable (with the path and what to do), kInvalid when the tail does not verify.
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
/// Checks every entry, body, blob and checkpoint of a ledger folder or of one file, and the anchors when a file of them
/// is named. Never writes. \errors kNotFound when there is no ledger; a damaged one is an answer, not an error.
base::Result<Verification> verify(const std::string& folder_or_file, const std::string& anchor_file = {});
/// Runs every projection over all entries into fresh tables and compares them with the stored ones (`replace`: puts
/// them in place; only without a running engine). Returns the names of tables that differed. \errors kConflict when
/// the first entries are gone (an old file was unlinked), so that the tables cannot be told from the entries alone.
base::Result<std::vector<std::string>> rebuild(const Settings& settings, bool replace);
/// A consistent copy into one file (VACUUM INTO); of a rotated ledger, its newest file. \errors kConflict when `to`
/// exists, kNotFound, kUnavailable.
base::Status export_to(const std::string& folder, const std::string& to);

}  // namespace reeve::ledger
