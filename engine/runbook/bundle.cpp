#include "runbook/bundle.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/file_kind.h"

namespace reeve::runbook {

namespace fs = std::filesystem;
using base::Error;
using base::Result;

namespace {
base::Error unreadable(const std::string& path) {
  return {base::Fault::kNotFound, path + ": cannot be read"};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return unreadable(path);
  return text.str();
}

constexpr int kDeepest = 20;  // levels of folders: a circle of links ends here

bool is_runbook(const fs::path& below) {
  if (below.extension() != ".lua" || below.stem().string().ends_with("_test")) return false;
  const fs::path folder = below.parent_path();
  return std::find(folder.begin(), folder.end(), fs::path("lib")) == folder.end();
}

/// Names in `require "name"` or `require("name")`. A name that is computed is not found, and then not in the bundle.
std::set<std::string> required(const std::string& text) {
  std::set<std::string> names;
  constexpr std::string_view kWord = "require";
  for (size_t at = text.find(kWord); at != std::string::npos; at = text.find(kWord, at + 1)) {
    size_t open = text.find_first_not_of(" \t(", at + kWord.size());
    if (open == std::string::npos || (text[open] != '"' && text[open] != '\'')) continue;
    const size_t close = text.find(text[open], open + 1);
    if (close != std::string::npos) names.insert(text.substr(open + 1, close - open - 1));
  }
  return names;
}
}  // namespace

namespace {
/// The nearest folder above that is named `runbooks`, or empty.
fs::path runbooks_above(const fs::path& path) {
  for (fs::path above = path.parent_path(); !above.empty() && above != above.parent_path(); above = above.parent_path())
    if (above.filename() == "runbooks") return above;
  return {};
}
}  // namespace

Source source_of(const std::string& path) {
  std::error_code ignored;
  fs::path folder = runbooks_above(path);
  // From inside the folder its name does not stand in the path.
  if (folder.empty()) folder = runbooks_above(fs::absolute(path, ignored));
  if (folder.empty()) folder = fs::path(path).parent_path();
  if (folder.is_absolute() && !fs::path(path).is_absolute()) folder = fs::proximate(folder, ignored);
  if (folder.empty()) folder = ".";
  const std::string below = fs::proximate(path, folder, ignored).string();
  return {below.substr(0, below.size() - 4), folder.string()};
}

namespace {
/// Names of the runbooks of a folder, sorted; what has the name of one and is no file is a problem.
std::vector<std::string> names_in(const std::string& folder, std::vector<std::string>& problems) {
  std::vector<std::string> names;
  std::error_code error;
  const auto links_too = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator each(folder, links_too, error), end; !error && each != end;
       each.increment(error)) {
    std::error_code ignored;  // what cannot be looked at is no folder
    const std::string path = each->path().string();
    const bool hidden = each->path().filename().string()[0] == '.';
    if (hidden && each->is_directory(ignored)) each.disable_recursion_pending();
    if (each.depth() >= kDeepest && each->is_directory(ignored)) {
      each.disable_recursion_pending();
      problems.push_back(path + ": is too deep below " + folder + " (a link in a circle?)");
    }
    const fs::path below = each->path().lexically_relative(folder);
    if (hidden || !is_runbook(below)) continue;
    if (const std::string why = base::why_no_file(path); !why.empty())
      problems.push_back(path + ": " + why + "; mend it, or take it out of the runbooks");
    else
      names.push_back(below.string().substr(0, below.string().size() - 4));
  }
  if (error) problems.push_back(folder + ": cannot be read: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}
}  // namespace

Result<std::vector<Source>> find_sources(const std::vector<std::string>& folders) {
  std::vector<Source> found;
  std::set<std::string> names;
  std::vector<std::string> problems;
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (folder.ends_with(".lua") && !fs::is_directory(folder, ignored)) {
      const Source one = source_of(folder);
      if (const std::string why = base::why_no_file(folder); !why.empty())
        problems.push_back(folder + ": " + why);
      else if (names.insert(one.name).second)
        found.push_back(one);
      continue;
    }
    for (const std::string& name : names_in(folder, problems))
      if (names.insert(name).second) found.push_back({name, folder});
  }
  if (!problems.empty()) return Error{base::Fault::kNotFound, base::join(problems, "\n")};
  return found;
}

Result<script::Bundle> make_bundle(const Source& source) {
  script::Bundle bundle;
  bundle.main = source.name + ".lua";
  const std::string pack = source.name.substr(0, source.name.find('/') + 1);
  std::vector<std::string> open{bundle.main};
  std::set<std::string> taken{bundle.main};
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    REEVE_TRY(std::string text, read_file(source.folder + "/" + name));
    for (const std::string& module : required(text)) {
      if (module.find("..") != std::string::npos || base::starts_with(module, "/"))
        return base::invalid(source.folder + "/" + name + ":1:1: require \"" + module + "\" leaves the pack");
      if (taken.insert(pack + module + ".lua").second) open.push_back(pack + module + ".lua");
    }
    bundle.files.emplace_back(name, std::move(text));
  }
  std::sort(bundle.files.begin(), bundle.files.end());
  return bundle;
}

std::string with_paths(const std::string& findings, const Source& source) {
  const std::string pack = source.name.substr(0, source.name.find('/') + 1);
  std::vector<std::string> lines = base::split(findings, '\n');
  for (std::string& line : lines)
    if (!pack.empty() ? base::starts_with(line, pack) : base::starts_with(line, source.name + ".lua:"))
      line = source.folder + "/" + line;
  return base::join(lines, "\n");
}

}  // namespace reeve::runbook
