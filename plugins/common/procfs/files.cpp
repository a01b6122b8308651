#include "common/procfs/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "common/metrics/exposition.h"
#include "common/net/socket.h"

namespace reeve::common {

namespace {
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  size_t at = 0;
  while ((at = text.find_first_not_of(separators, at)) != std::string_view::npos) {
    size_t end = text.find_first_of(separators, at);
    pieces.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) break;
    at = end;
  }
  return pieces;
}
}  // namespace

std::string read_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string text;
  if (!file.open()) return text;
  char room[16384];
  ssize_t got = 0;
  while ((got = read(file.get(), room, sizeof room)) > 0) text.append(room, static_cast<size_t>(got));
  return text;
}

std::vector<std::string> read_folder(const std::string& path) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), &closedir);
  if (!folder) return names;
  while (const dirent* entry = readdir(folder.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string_view> words(std::string_view text) {
  return split(text, " \t\n");
}
std::vector<std::string_view> lines(std::string_view text) {
  return split(text, "\n");
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

double to_number(std::string_view text) {
  return metrics::number(text).value_or(0);
}

}  // namespace reeve::common
