#include <cstring>

#include "ledger/verify.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
std::string entry_name(uint64_t seq) {
  return "entry " + std::to_string(seq);
}
}  // namespace

bool Chain::fault(std::string text) {
  if (full()) return false;
  result.faults.push_back(std::move(text));
  return true;
}

void Chain::end_bare_stretch() {
  BareStretch::Finding finding = bare.end();
  if (!finding.fault.empty()) fault(std::move(finding.fault));
  if (!finding.notice.empty()) notice(std::move(finding.notice));
}

base::Result<std::optional<base::Hash>> hash_of(const std::vector<store::Connection*>& files, uint64_t seq) {
  for (store::Connection* file : files) {
    REEVE_TRY(store::Statement find, file->prepare("SELECT hash FROM entries WHERE seq = ?"));
    REEVE_TRY(const bool found, find.bind(1, static_cast<int64_t>(seq)).step());
    base::Hash hash{};
    if (found && to_hash(find.bytes(0), hash)) return std::optional(hash);
  }
  return std::optional<base::Hash>();
}

FileVerifier::FileVerifier(store::Connection& file, std::string name, Chain& chain,
                           std::vector<store::Connection*> older)
    : file_(file), name_(std::move(name)), chain_(chain), files_(std::move(older)) {
  files_.push_back(&file_);
}

base::Status FileVerifier::run() {
  REEVE_CHECK(entries());
  if (!chain_.full()) REEVE_CHECK(blobs());
  redactions();
  return integrity();
}

// An index that leaves an entry out would hide it from a search, while the chain is whole.
base::Status FileVerifier::integrity() {
  REEVE_TRY(store::Statement check, file_.prepare("PRAGMA integrity_check(1)"));
  REEVE_TRY(const bool row, check.step());
  if (row && check.bytes(0) != "ok") chain_.fault(name_ + ": damaged: " + std::string(check.bytes(0)));
  return {};
}

base::Status FileVerifier::entries() {
  REEVE_TRY(store::Statement rows,
            file_.prepare("SELECT " + std::string(kEntryColumns) + " FROM entries ORDER BY seq"));
  REEVE_TRY(bodies_, file_.prepare("SELECT seq, salt, body FROM bodies ORDER BY seq"));
  REEVE_CHECK(next_body());
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row || chain_.full()) break;
    REEVE_CHECK(on_entry(rows));
  }
  if (first_) chain_.fault(name_ + ": does not begin with ledger.created or ledger.rotated");
  while (has_body_ && !chain_.full()) {
    chain_.fault("body " + std::to_string(bodies_.integer(0)) + " belongs to no entry");
    REEVE_CHECK(next_body());
  }
  return {};
}

base::Status FileVerifier::next_body() {
  REEVE_TRY(has_body_, bodies_.step());
  return {};
}

base::Status FileVerifier::on_entry(const store::Statement& rows) {
  EntryRow row;
  const char* column = read_entry(rows, row);
  const uint64_t seq = row.entry.seq;
  const uint64_t expected = first_ ? seq : last_seq_ + 1;
  if (!first_ && seq != expected)
    chain_.fault("entries " + std::to_string(expected) + " to " + std::to_string(static_cast<int64_t>(seq) - 1) +
                 " are missing");
  ++chain_.result.entries;
  if (column) {
    chain_.bare.add(seq);
    chain_.fault(entry_name(seq) + ": column " + column + " is not as the format has it");
    if (first_) chain_.fault(name_ + ": does not begin with ledger.created or ledger.rotated");
    while (has_body_ && bodies_.integer(0) <= static_cast<int64_t>(seq)) REEVE_CHECK(next_body());
  } else {
    if (first_) {
      check_first(row);
    } else if (seq == expected) {
      check_chain(row);
    }
    if (entry_hash(row.entry, scratch_) != row.hash) chain_.fault(entry_name(seq) + ": hash does not match its bytes");
    REEVE_CHECK(check_body(row));
    vouches_ = false;
    check_facts(row);
    if (!vouches_) chain_.bare.add(seq, row.entry.kind, row.entry.at_us);
    chain_.result.head = {seq, base::Time{row.entry.at_us}, row.hash};
  }
  last_seq_ = seq;
  last_readable_ = column == nullptr;
  first_ = false;
  return {};
}

void FileVerifier::check_first(const EntryRow& row) {
  const EntryBytes& e = row.entry;
  const Head& before = chain_.result.head;
  const bool created = e.kind == "ledger.created";
  if (!(created && e.seq == 1) && !(e.kind == "ledger.rotated" && e.seq > 1))
    chain_.fault(name_ + ": does not begin with ledger.created or ledger.rotated");
  if (chain_.first_seq == 0) {
    chain_.first_seq = e.seq;
    if (e.seq == 1 && e.prev_hash != base::Hash{}) chain_.fault("entry 1: prev_hash is not zero");
    if (e.seq > 1) chain_.notice("entries 1 to " + std::to_string(e.seq - 1) + " are not here");
  } else if (e.seq != before.seq + 1) {
    chain_.fault(name_ + ": begins at entry " + std::to_string(e.seq) + ", the file before ends at entry " +
                 std::to_string(before.seq));
  } else if (e.prev_hash != before.hash) {
    chain_.fault(entry_name(e.seq) + ": prev_hash is not the hash of entry " + std::to_string(before.seq));
  }
  const auto facts = model::parse_json(e.facts);
  const auto id = base::unhex(facts.ok() ? (*facts)["ledger"].as_string() : "");
  const auto key = base::unhex(facts.ok() ? (*facts)["key"].as_string() : "");
  std::array<uint8_t, 16> ledger{};
  if (!id.ok() || id->size() != ledger.size() || !key.ok() || key->size() != 32) {
    chain_.fault(name_ + ": the first entry does not name its ledger");
    return;
  }
  std::memcpy(ledger.data(), id->data(), ledger.size());
  if (chain_.ledger && *chain_.ledger != ledger) chain_.fault(name_ + ": is of another ledger");
  if (!chain_.ledger) chain_.ledger = ledger;
  chain_.keys.insert(*key);
  if (chain_.last_key.empty()) chain_.last_key = *key;
}

void FileVerifier::check_chain(const EntryRow& row) {
  if (last_readable_ && row.entry.prev_hash != chain_.result.head.hash)
    chain_.fault(entry_name(row.entry.seq) + ": prev_hash is not the hash of entry " + std::to_string(last_seq_));
}

base::Status FileVerifier::check_body(const EntryRow& row) {
  const uint64_t seq = row.entry.seq;
  const auto at = static_cast<int64_t>(seq);
  while (has_body_ && bodies_.integer(0) < at) {
    chain_.fault("body " + std::to_string(bodies_.integer(0)) + " belongs to no entry");
    REEVE_CHECK(next_body());
  }
  const bool named = row.entry.body_hash != base::Hash{};
  if (!has_body_ || bodies_.integer(0) != at) {
    if (named) chain_.fault(entry_name(seq) + ": its body is missing");
    return {};
  }
  const bool no_salt = bodies_.type(1) == store::Type::kNull, no_body = bodies_.type(2) == store::Type::kNull;
  if (!named) {
    chain_.fault(entry_name(seq) + ": has a body that it does not name");
  } else if (no_salt && no_body) {
    null_bodies_.insert(seq);
  } else if (bodies_.type(1) != store::Type::kBlob || bodies_.type(2) != store::Type::kBlob ||
             bodies_.bytes(1).size() != sizeof(Salt) ||
             body_hash(bodies_.bytes(1), bodies_.bytes(2)) != row.entry.body_hash) {
    chain_.fault(entry_name(seq) + ": body does not match body_hash");
  }
  return next_body();
}

void FileVerifier::check_facts(const EntryRow& row) {
  const EntryBytes& e = row.entry;
  const bool checkpoint = e.kind == "ledger.checkpoint", redaction = e.kind == "ledger.redacted";
  const bool blobs = e.facts.find("\"blobs\":") != std::string_view::npos;
  if (!checkpoint && !redaction && !blobs) return;
  const auto facts = model::parse_json(e.facts);
  if (!facts.ok() || !facts->is_map() || (redaction && !(*facts)["seq"].is_int())) {
    chain_.fault(entry_name(e.seq) + ": facts are not readable");
    return;
  }
  if (checkpoint) check_checkpoint(row, *facts);
  if (redaction) redacted_.emplace(static_cast<uint64_t>((*facts)["seq"].as_int()), e.seq);
  for (const model::Value& blob : (*facts)["blobs"].as_list())
    if (const auto hash = base::unhex(blob.as_string()); hash.ok() && !hash->empty())
      named_blobs_.emplace(*hash, e.seq);
}

void FileVerifier::check_checkpoint(const EntryRow& row, const model::Value& facts) {
  const uint64_t seq = row.entry.seq;
  const std::string name = entry_name(seq);
  const auto parsed = parse_checkpoint(facts);
  if (!parsed.ok()) {
    chain_.fault(name + ": facts are not readable");
    return;
  }
  vouches_ = BareStretch::counts(parsed->what.at_us, row.entry.at_us);
  if (vouches_) chain_.end_bare_stretch();
  const std::string of = entry_name(parsed->what.seq);
  ++chain_.result.checkpoints;
  if (chain_.ledger && parsed->what.ledger != *chain_.ledger) chain_.fault(name + ": checkpoint of another ledger");
  if (parsed->what.seq >= seq) {
    chain_.fault(name + ": checkpoint of " + of + ", which is not before it");
  } else if (parsed->what.seq >= chain_.first_seq) {
    const auto hash = hash_of(files_, parsed->what.seq);
    if (!hash.ok() || *hash != std::optional(parsed->what.hash))
      chain_.fault(name + ": checkpoint has not the hash of " + of);
  }
  if (!is_genuine(*parsed)) chain_.fault(name + ": checkpoint signature is wrong");
  if (!chain_.last_key.empty() && chain_.last_key != parsed->key)
    chain_.notice(name + ": signed with another key than before");
  chain_.last_key = parsed->key;
  chain_.keys.insert(parsed->key);
}

base::Status FileVerifier::blobs() {
  REEVE_TRY(store::Statement rows, file_.prepare("SELECT hash, bytes FROM blobs ORDER BY hash"));
  std::set<std::string> found;
  for (;;) {
    REEVE_TRY(const bool row, rows.step());
    if (!row) break;
    std::string hash(rows.bytes(0));
    const std::string name = "blob " + base::hex(hash);
    if (rows.type(0) != store::Type::kBlob || rows.type(1) != store::Type::kBlob ||
        view(base::sha256(rows.bytes(1))) != hash)
      chain_.fault(name + ": bytes do not match");
    if (!named_blobs_.contains(hash)) chain_.fault(name + ": no entry names it");
    found.insert(std::move(hash));
  }
  for (const auto& [hash, seq] : named_blobs_)
    if (!found.contains(hash)) chain_.fault(entry_name(seq) + ": blob " + base::hex(hash) + " is missing");
  return {};
}

void FileVerifier::redactions() {
  for (const uint64_t seq : null_bodies_)
    if (!redacted_.contains(seq))
      chain_.fault(entry_name(seq) + ": body is null, but no ledger.redacted entry says so");
  for (const auto& [seq, by] : redacted_)
    if (!null_bodies_.contains(seq))
      chain_.fault(entry_name(seq) + ": redacted by entry " + std::to_string(by) + ", but its body is there");
}

}  // namespace reeve::ledger
