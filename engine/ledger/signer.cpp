#include "ledger/signer.h"

#include <cstring>

#include "model/json.h"

namespace reeve::ledger {

namespace {
base::Result<std::string> bytes_of(const model::Value& facts, const char* key, size_t size) {
  REEVE_TRY(std::string bytes, base::unhex(facts[key].as_string()));
  if (bytes.size() != size) return base::invalid(std::string(key) + " has not " + std::to_string(size) + " bytes");
  return bytes;
}
}  // namespace

Signer::Signer(base::SigningKey key, const std::array<uint8_t, 16>& ledger, const std::string& folder,
               const std::string& anchor_file)
    : key_(std::move(key)), ledger_(ledger), mark_(folder) {
  if (!anchor_file.empty()) anchors_ = std::make_unique<AnchorFile>(anchor_file);
}

model::Entry Signer::sign(const Head& head, base::Time now) {
  SignedCheckpoint made{{ledger_, head.seq, head.hash, now.us}, key_.public_key(), {}};
  made.signature = key_.sign(checkpoint_bytes(made.what));
  model::Entry entry;
  entry.kind = "ledger.checkpoint";
  entry.actor = "engine";
  entry.subject = "ledger";
  entry.facts = checkpoint_facts(made);
  std::string line = model::to_json(entry.facts);
  if (anchors_) anchors_->append(line);
  mark_.put(std::move(line));
  return entry;
}

model::Value checkpoint_facts(const SignedCheckpoint& checkpoint) {
  return model::Value::map()
      .set("ledger", base::hex(checkpoint.what.ledger))
      .set("seq", checkpoint.what.seq)
      .set("hash", base::hex(checkpoint.what.hash))
      .set("at_us", checkpoint.what.at_us)
      .set("key", base::hex(checkpoint.key))
      .set("signature", base::hex(checkpoint.signature));
}

base::Result<SignedCheckpoint> parse_checkpoint(const model::Value& facts) {
  SignedCheckpoint out;
  REEVE_TRY(const std::string ledger, bytes_of(facts, "ledger", 16));
  REEVE_TRY(const std::string hash, bytes_of(facts, "hash", 32));
  REEVE_TRY(out.key, bytes_of(facts, "key", 32));
  REEVE_TRY(out.signature, bytes_of(facts, "signature", 64));
  if (!facts["seq"].is_int() || facts["seq"].as_int() < 1 || !facts["at_us"].is_int())
    return base::invalid("seq or at_us is no number");
  std::memcpy(out.what.ledger.data(), ledger.data(), ledger.size());
  std::memcpy(out.what.hash.data(), hash.data(), hash.size());
  out.what.seq = static_cast<uint64_t>(facts["seq"].as_int());
  out.what.at_us = facts["at_us"].as_int();
  return out;
}

bool is_genuine(const SignedCheckpoint& checkpoint) {
  return base::verify_signature(checkpoint.key, checkpoint_bytes(checkpoint.what), checkpoint.signature);
}

}  // namespace reeve::ledger
