#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ledger/create_file.h"
#include "ledger/file_ledger.h"
#include "ledger/rebuild.h"
#include "ledger/schema.h"
#include "ledger/start_check.h"

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

model::Entry doubted(const std::string& why) {
  model::Entry entry;
  entry.kind = "ledger.doubted";
  entry.actor = "engine";
  entry.subject = "ledger";
  entry.body = why;
  return entry;
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
  REEVE_TRY(const StartCheck found, check_start(*file, settings, key));
  const auto on_doubt = settings.on_doubt;
  auto ledger = std::make_unique<FileLedger>(std::move(settings), loop, clock, random, std::move(file), std::move(key),
                                             found.last_checkpoint);
  if (!found.doubt.empty()) {
    base::log_error("ledger: it is not as this engine left it",
                    {{"why", found.doubt}, {"do", "run reeve audit verify; look for the newer files"}});
    ledger->append(doubted(found.doubt));
    if (on_doubt) on_doubt(found.doubt);
  }
  return std::unique_ptr<Ledger>(std::move(ledger));
}

}  // namespace reeve::ledger
