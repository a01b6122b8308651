/// \file
/// Which bytes are hashed and signed? The format of FORMAT.md, and nothing else knows it. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace reeve::ledger {

using Salt = std::array<uint8_t, 16>;

/// An entry as it stands in the table `entries`; bytes are borrowed. Empty run and correlation stand for NULL.
struct EntryBytes {
  uint64_t seq = 0;
  int64_t at_us = 0;
  std::string_view kind, actor, subject, run, correlation, facts;
  base::Hash body_hash{}, prev_hash{};
};

/// SHA-256 of the entry. `scratch` is reused from call to call.
base::Hash entry_hash(const EntryBytes& entry, std::string& scratch);
/// SHA-256(salt, body); an entry without a body has 32 zero bytes instead.
base::Hash body_hash(std::string_view salt, std::string_view body);

/// What a signed checkpoint says: the ledger with this id had this hash at this seq at this time.
struct Checkpoint {
  std::array<uint8_t, 16> ledger{};
  uint64_t seq = 0;
  base::Hash hash{};
  int64_t at_us = 0;
};
/// The bytes that are signed.
std::string checkpoint_bytes(const Checkpoint& checkpoint);

std::string_view view(const base::Hash& hash);
/// False when `bytes` are not 32.
bool to_hash(std::string_view bytes, base::Hash& hash);

}  // namespace reeve::ledger
