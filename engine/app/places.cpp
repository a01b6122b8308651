#include "app/places.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <set>

#ifndef REEVE_BUILT_FROM
#define REEVE_BUILT_FROM ""
#endif

namespace reeve::app {

namespace fs = std::filesystem;

namespace {
fs::path own_binary() {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  return n > 0 ? fs::path(std::string(path, static_cast<size_t>(n))) : fs::path("reeve");
}

void add(std::vector<std::string>& list, const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) list.push_back(folder.string());
}
}  // namespace

Places find_places() {
  Places places;
  const fs::path bin = own_binary().parent_path();
  places.child_program = (bin / "reeve-child").string();
  if (const char* home = std::getenv("REEVE_HOME")) {
    add(places.plugin_folders, fs::path(home) / "plugins");
    add(places.plugin_folders, fs::path(home) / "lib/reeve/plugins");
    add(places.shares, home);
  }
  add(places.plugin_folders, bin / "../lib/reeve/plugins");
  add(places.shares, bin / "../share/reeve");
  // The sources belong to a binary in its build tree only: an installed one must not read from a checkout.
  if (fs::exists(bin / "../CMakeCache.txt")) add(places.shares, REEVE_BUILT_FROM);
  return places;
}

std::string pack_folder(const Places& places, const std::string& kind, const std::string& pack) {
  std::error_code error;
  for (const std::string& share : places.shares)
    if (const fs::path folder = fs::path(share) / kind / pack; fs::is_directory(folder, error)) return folder.string();
  return {};
}

std::vector<std::string> packs(const Places& places) {
  std::set<std::string> names;
  std::error_code error;
  for (const std::string& share : places.shares)
    for (const char* kind : {"rules", "runbooks"})
      for (const auto& entry : fs::directory_iterator(fs::path(share) / kind, error))
        if (entry.is_directory()) names.insert(entry.path().filename().string());
  return {names.begin(), names.end()};
}

}  // namespace reeve::app
