/// \file
/// What has a run been answered so far? Its rows, in the order of their entries, and where a replay of them stands.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/base.h"
#include "ledger/ledger.h"
#include "model/action.h"
#include "model/decision.h"
#include "model/entry.h"
#include "script/script.h"

namespace reeve::runbook {

/// One answered call.
struct Row {
  std::string path, kind, name;
  std::string digest;  ///< of kind, name and arguments
  int line = 0;
  bool ok = true;
  std::string value;  ///< JSON; empty when it lies in a blob
  std::string blob;   ///< hash in hexadecimal, or empty
  base::Error error;
  base::Time now;  ///< what now() says from then on
};

/// An intent that has no outcome yet.
struct Intent {
  std::string path, name, digest, instance, action, key, group, baseline;
  model::ActionClass cls = model::ActionClass::kProbed;
  model::Effect effect = model::Effect::kChange;
  std::vector<std::string> targets, causes;
  std::optional<base::Duration> settles;
  model::Value args;
  bool in_doubt = false;  ///< a step.in_doubt entry follows
  base::Time at;
  base::Boot sender_dead{};  ///< since when whoever sent its request is known to be dead; zero: it lives
};

/// Values longer than this lie in a blob; the entry keeps head and tail.
inline constexpr size_t kInlineLimit = 64 << 10;

std::string digest_of(const std::string& kind, const std::string& name, const model::Value& args);
/// sha256(run id, path), hexadecimal: the same on every attempt.
std::string step_key(const std::string& run, const std::string& path);

/// The script waits at some paths; rows are given to it in the order of their entries, live and in a replay alike, so
/// that branches resume as they did.
class Journal {
 public:
  void add(Row row);
  const std::vector<Row>& rows() const { return rows_; }
  const Row* find(const std::string& path) const;
  /// The script begins anew: it waits nowhere, and every row is to be given again.
  void replay();
  /// The script waits at `path`.
  void ask(const std::string& path) { asked_.insert(path); }
  /// Takes the next row that can be given now, or nullptr. Valid until the next add().
  const Row* next_ready();
  /// Every row has been given in this life of the script.
  bool caught_up() const { return next_ == rows_.size(); }
  /// The first row that has not been given.
  const Row* awaited() const { return caught_up() ? nullptr : &rows_[next_]; }
  /// Values that lie in blobs are read from there from now on.
  void let_go_of_blobs();

 private:
  std::vector<Row> rows_;
  size_t next_ = 0;  ///< rows before it have been given in this life of the script
  std::set<std::string> asked_;
};

/// What its entries say about a row: facts {path, kind, digest, ok, fault, now_us, line} and body {value | error}.
/// A big value is put into `ledger` as a blob.
void describe(const Row& row, model::Entry& entry, ledger::Ledger& ledger, model::Value body = model::Value::map());
Row row_of(const model::Entry& entry);
model::Entry intent_entry(const Intent& intent, const std::string& preview, const model::Decision& decision);
Intent intent_of(const model::Entry& entry);

/// A hash from its hexadecimal text; all zero when it is none.
base::Hash hash_of(const std::string& hex);
/// The body as a value; null when there is none (redacted).
model::Value body_of(const model::Entry& entry);

}  // namespace reeve::runbook
