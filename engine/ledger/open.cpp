#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ledger/bare_stretch.h"
#include "ledger/create_file.h"
#include "ledger/file_ledger.h"
#include "ledger/read_file.h"
#include "ledger/rebuild.h"
#include "ledger/schema.h"

namespace reeve::ledger {

namespace {
base::Status make_folder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return base::Error{base::Fault::kUnavailable, folder + ": cannot make the state folder: " + error.message()};
}

base::Result<std::unique_ptr<ChainFile>> create_first(const Settings& settings, const FileOptions& options,
                                                      const base::Clock& clock, base::Random& random,
                                                      const base::SigningKey& key) {
  base::Uuid id{};
  random.fill(id.data(), id.size());
  const Pending first =
      first_entry("ledger.created", "engine", base::hex(id), base::hex(key.public_key()), 1, clock.wall());
  return create_file(settings.folder, first, {}, options, nullptr);
}

// Of the last ledger.checkpoint, looked for as far back as the format lets it be; 0: none there.
base::Result<uint64_t> last_checkpoint(ChainFile& newest, const std::string& folder) {
  const uint64_t tail = newest.tail().seq, before = tail > BareStretch::kMost ? tail - BareStretch::kMost : 0;
  const std::string find =
      "SELECT coalesce(max(seq), 0) FROM entries WHERE kind = 'ledger.checkpoint' AND seq > " + std::to_string(before);
  REEVE_TRY(const int64_t found, newest.connection().number(find));
  if (found) return static_cast<uint64_t>(found);
  REEVE_TRY(const std::vector<LedgerFile> files, ledger_files(folder));
  uint64_t first = newest.file().first_seq;
  for (auto file = files.rbegin(); file != files.rend() && first > before + 1; ++file) {
    if (file->first_seq >= first) continue;
    first = file->first_seq;
    REEVE_TRY(ReadFile older, open_to_read(file->path));
    REEVE_TRY(const int64_t there, older.connection.number(find));
    if (there) return static_cast<uint64_t>(there);
  }
  return uint64_t{0};
}

// A module may have changed its tables since the file was made.
base::Status renew_tables(ChainFile& file, const Settings& settings, const FileOptions& options) {
  store::Connection& connection = file.connection();
  return connection.schema_change([&]() -> base::Status {
    REEVE_TRY(const std::vector<std::string> made, make_tables(connection, options.tables));
    if (made.empty()) return {};
    REEVE_TRY(const bool whole, fill_tables(connection, settings, {made.begin(), made.end()}));
    base::log_info("ledger: tables filled from the entries",
                   {{"tables", base::join(made, ",")}, {"whole", whole ? "yes" : "no"}});
    return {};
  });
}
}  // namespace

base::Result<std::unique_ptr<Ledger>> open(Settings settings, base::Loop& loop, const base::Clock& clock,
                                           base::Random& random) {
  REEVE_CHECK(make_folder(settings.folder));
  const std::string key_file = settings.key_file.empty() ? settings.folder + "/ledger.key" : settings.key_file;
  REEVE_TRY(base::SigningKey key, base::SigningKey::load_or_create(key_file));
  const FileOptions options{all_tables(settings), settings.vfs, 0};
  const auto files = ledger_files(settings.folder);
  if (!files.ok() && files.error().fault != base::Fault::kNotFound) return files.error();
  REEVE_TRY(std::unique_ptr<ChainFile> file,
            files.ok() ? ChainFile::open(files->back(), options) : create_first(settings, options, clock, random, key));
  REEVE_CHECK(renew_tables(*file, settings, options));
  REEVE_TRY(const uint64_t checkpoint, last_checkpoint(*file, settings.folder));
  return std::unique_ptr<Ledger>(std::make_unique<FileLedger>(std::move(settings), loop, clock, random, std::move(file),
                                                              std::move(key), checkpoint));
}

}  // namespace reeve::ledger
