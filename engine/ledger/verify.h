/// \file
/// Is every entry, body, blob, checkpoint and anchor as FORMAT.md has it? The parts behind ledger::verify().
///
/// Any thread. Never writes.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/bare_stretch.h"
#include "ledger/ledger.h"
#include "ledger/read_file.h"
#include "ledger/row.h"
#include "ledger/signer.h"

namespace reeve::ledger {

/// What is known of the chain so far, from file to file.
struct Chain {
  Verification result;
  std::optional<std::array<uint8_t, 16>> ledger;
  std::set<std::string> keys;  ///< public keys that the ledger names
  std::string last_key;        ///< of the last checkpoint, before one of the first entry
  uint64_t first_seq = 0;
  BareStretch bare;

  /// False when there are so many faults that it is time to stop.
  bool fault(std::string text);
  void notice(std::string text) { result.notices.push_back(std::move(text)); }
  void end_bare_stretch();
  bool full() const { return result.faults.size() >= 100; }
};

/// The tables and triggers; adds faults. \return false when the entries cannot be looked at.
base::Result<bool> verify_schema(store::Connection& file, const std::string& name, Chain& chain);

/// Walks over one file. \errors when SQLite refuses.
class FileVerifier {
 public:
  /// `older`: the files before, for checkpoints that look back.
  FileVerifier(store::Connection& file, std::string name, Chain& chain, std::vector<store::Connection*> older);
  base::Status run();

 private:
  base::Status entries();
  base::Status on_entry(const store::Statement& rows);
  void check_first(const EntryRow& row);
  void check_chain(const EntryRow& row);
  base::Status check_body(const EntryRow& row);
  base::Status next_body();
  void check_facts(const EntryRow& row);
  void check_checkpoint(const EntryRow& row, const model::Value& facts);
  base::Status blobs();
  base::Status integrity();
  void redactions();

  store::Connection& file_;
  const std::string name_;
  Chain& chain_;
  std::vector<store::Connection*> files_;
  store::Statement bodies_;
  bool has_body_ = false;  ///< bodies_ stands on a row
  bool first_ = true;
  uint64_t last_seq_ = 0;  ///< of the entry before, unreadable ones included
  bool last_readable_ = false;
  bool vouches_ = false;  ///< this entry is a checkpoint that counts
  std::string scratch_;
  std::set<uint64_t> null_bodies_;
  std::map<uint64_t, uint64_t> redacted_;        ///< seq -> the entry that says so
  std::map<std::string, uint64_t> named_blobs_;  ///< raw hash -> the first entry that names it
};

/// The hash of entry `seq` in one of `files`; nullopt when it is not there.
base::Result<std::optional<base::Hash>> hash_of(const std::vector<store::Connection*>& files, uint64_t seq);

base::Status verify_anchors(const std::string& anchor_file, const std::vector<store::Connection*>& files, Chain& chain);

}  // namespace reeve::ledger
