#include "ledger/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace reeve::ledger {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kBefore = "ledger-", kAfter = ".db";

// 0 when `name` is no ledger file's.
uint64_t first_seq_of(std::string_view name) {
  if (name.size() <= kBefore.size() + kAfter.size() || !name.starts_with(kBefore) || !name.ends_with(kAfter)) return 0;
  name.remove_prefix(kBefore.size());
  name.remove_suffix(kAfter.size());
  uint64_t seq = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seq);
  return error == std::errc() && end == name.data() + name.size() ? seq : 0;
}
}  // namespace

std::string file_path(const std::string& folder, uint64_t first_seq) {
  return folder + "/" + std::string(kBefore) + std::to_string(first_seq) + std::string(kAfter);
}

base::Result<std::vector<LedgerFile>> ledger_files(const std::string& folder_or_file) {
  std::error_code error;
  const base::Error missing{base::Fault::kNotFound, folder_or_file + ": there is no ledger (no ledger-*.db)"};
  if (!fs::is_directory(folder_or_file, error)) {
    if (!fs::exists(folder_or_file, error)) return missing;
    return std::vector<LedgerFile>{{folder_or_file, first_seq_of(fs::path(folder_or_file).filename().string())}};
  }
  std::vector<LedgerFile> files;
  for (auto it = fs::directory_iterator(folder_or_file, error); !error && it != fs::directory_iterator();
       it.increment(error))
    if (const uint64_t seq = first_seq_of(it->path().filename().string())) files.push_back({it->path().string(), seq});
  if (error) return base::Error{base::Fault::kUnavailable, folder_or_file + ": " + error.message()};
  if (files.empty()) return missing;
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.first_seq < b.first_seq; });
  return files;
}

bool file_exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

uint64_t file_size(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

base::Status sync_folder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const base::Error failed{base::Fault::kUnavailable, folder + ": cannot sync the folder: " + std::strerror(errno)};
  if (fd >= 0) close(fd);
  if (!synced) return failed;
  return {};
}

}  // namespace reeve::ledger
