#include "ledger/verify.h"

#include <filesystem>
#include <fstream>

#include "model/json.h"

namespace reeve::ledger {

namespace {
std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

base::Status verify_one(ReadFile& file, const std::string& name, Chain& chain,
                        const std::vector<store::Connection*>& older) {
  if (file.wal_unread)
    chain.notice(name + ": the -wal file beside it could not be read, so its newest entries were not checked");
  REEVE_TRY(const bool readable, verify_schema(file.connection, name, chain));
  if (!readable) return {};
  return FileVerifier(file.connection, name, chain, older).run();
}

void check_anchor(const std::string& line_name, const SignedCheckpoint& anchor,
                  const std::vector<store::Connection*>& files, Chain& chain) {
  const uint64_t seq = anchor.what.seq;
  const std::string entry = "entry " + std::to_string(seq);
  const uint64_t end = chain.result.head.seq;
  if (!is_genuine(anchor)) {
    chain.fault(line_name + ": signature is wrong");
  } else if (!chain.keys.contains(anchor.key)) {
    chain.fault(line_name + ": signed with a key that the ledger does not know");
  } else if (seq > end) {
    chain.fault(line_name + ": names " + entry + ", but the ledger ends at entry " + std::to_string(end) +
                ": its tail was cut");
  } else if (seq < chain.first_seq) {
    chain.notice(line_name + ": " + entry + " is not here");
  } else {
    const auto hash = hash_of(files, seq);
    if (!hash.ok() || *hash != std::optional(anchor.what.hash))
      chain.fault(line_name + ": has not the hash of " + entry);
  }
}
}  // namespace

base::Status verify_anchors(const std::string& anchor_file, const std::vector<store::Connection*>& files,
                            Chain& chain) {
  std::ifstream in(anchor_file);
  if (!in) return base::Error{base::Fault::kNotFound, anchor_file + ": cannot read the anchors"};
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string name = "anchor line " + std::to_string(number);
    const auto facts = model::parse_json(line);
    const auto anchor = facts.ok() && facts->is_map() ? parse_checkpoint(*facts) : base::invalid("no object");
    if (!anchor.ok()) {
      chain.notice(name + ": not readable");
    } else if (!chain.ledger || anchor->what.ledger != *chain.ledger) {
      chain.notice(name + ": of another ledger");
    } else {
      check_anchor(name, *anchor, files, chain);
    }
  }
  return {};
}

base::Result<Verification> verify(const std::string& folder_or_file, const std::string& anchor_file) {
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(folder_or_file));
  Chain chain;
  std::vector<ReadFile> open;
  open.reserve(files.size());
  std::vector<store::Connection*> read;
  for (const LedgerFile& file : files) {
    const std::string name = name_of(file.path);
    auto opened = open_to_read(file.path);
    base::Status done = opened.ok() ? base::Status() : base::Status(opened.error());
    if (opened.ok()) {
      open.push_back(std::move(*opened));
      done = verify_one(open.back(), name, chain, read);
      read.push_back(&open.back().connection);
    }
    if (!done.ok()) chain.fault(name + ": cannot be read: " + done.error().text);
  }
  chain.end_bare_stretch();
  if (anchor_file.empty()) {
    chain.notice("no anchor was given: a tail that was cut off cannot be seen");
  } else {
    REEVE_CHECK(verify_anchors(anchor_file, read, chain));
  }
  chain.result.ok = chain.result.faults.empty();
  return std::move(chain.result);
}

}  // namespace reeve::ledger
