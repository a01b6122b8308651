#include "ledger/bytes.h"

#include <algorithm>
#include <cstring>

namespace reeve::ledger {

namespace {
constexpr std::string_view kEntryTag = "reeve-ledger-1";
constexpr std::string_view kCheckpointTag = "reeve-checkpoint-1";
constexpr size_t kSmallBody = 4096;

void add_u64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void add_text(std::string& out, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  out += text;
}
}  // namespace

std::string_view view(const base::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

bool to_hash(std::string_view bytes, base::Hash& hash) {
  if (bytes.size() != hash.size()) return false;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return true;
}

base::Hash entry_hash(const EntryBytes& entry, std::string& scratch) {
  scratch.clear();
  scratch += kEntryTag;
  scratch += view(entry.prev_hash);
  add_u64(scratch, entry.seq);
  add_u64(scratch, static_cast<uint64_t>(entry.at_us));
  for (const std::string_view text :
       {entry.kind, entry.actor, entry.subject, entry.run, entry.correlation, entry.facts})
    add_text(scratch, text);
  scratch += view(entry.body_hash);
  return base::sha256(scratch);
}

base::Hash body_hash(std::string_view salt, std::string_view body) {
  if (body.size() > kSmallBody) return base::Sha256().add(salt).add(body).finish();
  char buffer[sizeof(Salt) + kSmallBody];
  const size_t salt_size = std::min(salt.size(), sizeof(Salt));
  std::memcpy(buffer, salt.data(), salt_size);
  if (!body.empty()) std::memcpy(buffer + salt_size, body.data(), body.size());
  return base::sha256({buffer, salt_size + body.size()});
}

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  std::string out(kCheckpointTag);
  out.append(reinterpret_cast<const char*>(checkpoint.ledger.data()), checkpoint.ledger.size());
  add_u64(out, checkpoint.seq);
  out += view(checkpoint.hash);
  add_u64(out, static_cast<uint64_t>(checkpoint.at_us));
  return out;
}

}  // namespace reeve::ledger
