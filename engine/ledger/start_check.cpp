#include "ledger/start_check.h"

#include <algorithm>
#include <fstream>

#include "ledger/bare_stretch.h"
#include "ledger/head_mark.h"
#include "ledger/read_file.h"
#include "ledger/signer.h"
#include "ledger/verify.h"
#include "model/json.h"

namespace reeve::ledger {

namespace {
constexpr std::streamoff kAnchorTail = 64 << 10;

class Check {
 public:
  Check(ChainFile& newest, const Settings& settings, std::string key)
      : newest_(newest), settings_(settings), key_(std::move(key)) {}

  base::Result<StartCheck> run() {
    REEVE_CHECK(find_last_checkpoint());
    REEVE_CHECK(judge_last_checkpoint());
    if (check_.doubt.empty()) REEVE_CHECK(judge_mark());
    if (check_.doubt.empty()) REEVE_CHECK(judge_anchor());
    return std::move(check_);
  }

 private:
  uint64_t end() const { return newest_.tail().seq; }
  base::Status find_last_checkpoint();
  base::Status judge_last_checkpoint();
  base::Status judge_mark();
  base::Status judge_anchor();
  /// `said`, of a checkpoint of this ledger, against what is there; `where` is who says it.
  base::Status judge(const std::string& where, const SignedCheckpoint& said);
  base::Result<std::optional<base::Hash>> hash_at(uint64_t seq);
  std::string id() const { return base::hex(newest_.id()); }
  void doubt(std::string text) { check_.doubt = std::move(text); }
  bool is_own(const std::string& where, const SignedCheckpoint& said) const;

  ChainFile& newest_;
  const Settings& settings_;
  const std::string key_;
  StartCheck check_;
};

// As far back as the format lets it be, over several files if need be.
base::Status Check::find_last_checkpoint() {
  const uint64_t before = end() > BareStretch::kMost ? end() - BareStretch::kMost : 0;
  const std::string find =
      "SELECT coalesce(max(seq), 0) FROM entries WHERE kind = 'ledger.checkpoint' AND seq > " + std::to_string(before);
  REEVE_TRY(int64_t found, newest_.connection().number(find));
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(settings_.folder));
  uint64_t first = newest_.file().first_seq;
  for (auto file = files.rbegin(); !found && file != files.rend() && first > before + 1; ++file) {
    if (file->first_seq >= first) continue;
    first = file->first_seq;
    REEVE_TRY(ReadFile older, open_to_read(file->path));
    REEVE_TRY(found, older.connection.number(find));
  }
  check_.last_checkpoint = static_cast<uint64_t>(found);
  if (!found && first <= before + 1 && end() > BareStretch::kMost)
    doubt("there is no checkpoint among its last " + std::to_string(BareStretch::kMost) +
          " entries, though this engine signs one every 1000");
  return {};
}

base::Status Check::judge_last_checkpoint() {
  if (check_.last_checkpoint < newest_.file().first_seq) return {};
  REEVE_TRY(store::Statement find, newest_.connection().prepare("SELECT facts FROM entries WHERE seq = ?"));
  REEVE_TRY(const bool found, find.bind(1, static_cast<int64_t>(check_.last_checkpoint)).step());
  const auto facts = model::parse_json(found ? find.bytes(0) : "");
  const auto said = facts.ok() ? parse_checkpoint(*facts) : base::Result<SignedCheckpoint>(facts.error());
  const std::string where = "its last checkpoint (entry " + std::to_string(check_.last_checkpoint) + ")";
  if (!said.ok() || !is_genuine(*said) || said->what.ledger != newest_.id()) {
    doubt(where + " is not one that an engine signed");
    return {};
  }
  if (said->key != key_)
    base::log_warn("ledger: the signing key is another than that of the last checkpoint",
                   {{"folder", settings_.folder}});
  return judge(where, *said);
}

base::Status Check::judge_mark() {
  const std::string path = HeadMark::path(settings_.folder);
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) {
    if (check_.last_checkpoint)
      base::log_warn("ledger: its mark is not there, so a tail that was cut off cannot be seen", {{"file", path}});
    return {};
  }
  const auto facts = model::parse_json(line);
  const auto said = facts.ok() ? parse_checkpoint(*facts) : base::Result<SignedCheckpoint>(facts.error());
  if (!said.ok() || !is_own(path, *said)) {
    if (!said.ok()) base::log_warn("ledger: its mark cannot be read", {{"file", path}, {"error", said.error().text}});
    return {};
  }
  if (said->what.ledger == newest_.id()) return judge(path, *said);
  doubt(path + " is of the ledger " + base::hex(said->what.ledger) + ", which had " + std::to_string(said->what.seq) +
        " entries and is gone: here is the ledger " + id() + " with " + std::to_string(end()));
  return {};
}

// The last line that is of this ledger; an anchor file may have those of several.
base::Status Check::judge_anchor() {
  std::ifstream in(settings_.anchor_file, std::ios::binary | std::ios::ate);
  if (settings_.anchor_file.empty() || !in) return {};
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(0, size - kAnchorTail));
  std::optional<SignedCheckpoint> last;
  for (std::string line; std::getline(in, line);) {
    const auto facts = model::parse_json(line);
    const auto said = facts.ok() ? parse_checkpoint(*facts) : base::Result<SignedCheckpoint>(facts.error());
    if (said.ok() && said->what.ledger == newest_.id()) last = *said;
  }
  if (!last || !is_own(settings_.anchor_file, *last)) return {};
  return judge("the anchor " + settings_.anchor_file, *last);
}

bool Check::is_own(const std::string& where, const SignedCheckpoint& said) const {
  const bool own = said.key == key_ && is_genuine(said);
  if (!own) base::log_warn("ledger: this is not signed with its key, so it says nothing", {{"file", where}});
  return own;
}

base::Status Check::judge(const std::string& where, const SignedCheckpoint& said) {
  const uint64_t seq = said.what.seq;
  if (seq > end()) {
    doubt(where + " names entry " + std::to_string(seq) + ", but the ledger ends at entry " + std::to_string(end()) +
          ": its tail was cut off, or an older copy was put back");
    return {};
  }
  REEVE_TRY(const std::optional<base::Hash> there, hash_at(seq));
  if (there && *there != said.what.hash)
    doubt(where + " has another hash of entry " + std::to_string(seq) + ": the ledger was written anew");
  return {};
}

base::Result<std::optional<base::Hash>> Check::hash_at(uint64_t seq) {
  if (seq >= newest_.file().first_seq) return hash_of({&newest_.connection()}, seq);
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(settings_.folder));
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (file->first_seq > seq) continue;
    REEVE_TRY(ReadFile older, open_to_read(file->path));
    return hash_of({&older.connection}, seq);
  }
  return std::optional<base::Hash>();  // its file was unlinked
}
}  // namespace

base::Result<StartCheck> check_start(ChainFile& newest, const Settings& settings, const base::SigningKey& key) {
  return Check(newest, settings, key.public_key()).run();
}

}  // namespace reeve::ledger
