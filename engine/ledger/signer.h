/// \file
/// Who vouches for the head of the ledger? Signed checkpoints, as entries and as lines of an anchor file.
///
/// Core thread.
#pragma once

#include <memory>
#include <string>

#include "base/base.h"
#include "ledger/anchor.h"
#include "ledger/bytes.h"
#include "ledger/head_mark.h"
#include "ledger/ledger.h"

namespace reeve::ledger {

class Signer {
 public:
  /// `folder` gets the mark of the head; `anchor_file` may be empty: none.
  Signer(base::SigningKey key, const std::array<uint8_t, 16>& ledger, const std::string& folder,
         const std::string& anchor_file);

  /// The `ledger.checkpoint` entry over `head`, without seq and time; sends the same words to the mark and the anchor
  /// file.
  model::Entry sign(const Head& head, base::Time now);
  /// In hexadecimal.
  std::string public_key() const { return base::hex(key_.public_key()); }

 private:
  base::SigningKey key_;
  std::array<uint8_t, 16> ledger_;
  HeadMark mark_;
  std::unique_ptr<AnchorFile> anchors_;
};

/// A checkpoint's facts, as an entry and an anchor line have them.
struct SignedCheckpoint {
  Checkpoint what;
  std::string key;        ///< 32 bytes
  std::string signature;  ///< 64 bytes
};
model::Value checkpoint_facts(const SignedCheckpoint& checkpoint);
/// \errors kInvalid when a part is missing or misshapen. The signature is not verified.
base::Result<SignedCheckpoint> parse_checkpoint(const model::Value& facts);
bool is_genuine(const SignedCheckpoint& checkpoint);

}  // namespace reeve::ledger
