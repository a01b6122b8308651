// Which files make up a rule set, and what they are called in ids.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/file_kind.h"
#include "rule/duplicates.h"
#include "rule/file_reader.h"

namespace reeve::rule {

namespace {
namespace fs = std::filesystem;

constexpr int kDeepest = 20;  // levels of folders: a circle of links ends here

struct File {
  fs::path path;
  std::string name;  // below the rules folder
};

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_rule_file(const std::string& name) {
  if (name.empty() || name[0] == '.') return false;
  for (const char* end : {".yaml", ".yml"}) {
    if (!ends_with(name, end)) continue;
    const std::string stem = name.substr(0, name.size() - std::string_view(end).size());
    return !ends_with(stem, "_test") && !ends_with(stem, ".test");
  }
  return false;
}

// One name of a rule folder: a file of rules, or why it is none.
void look_at(const fs::path& path, const std::string& below, std::vector<File>& found, Findings& findings) {
  const std::string name = path.filename().string();
  const bool lua = ends_with(name, ".lua") && !ends_with(name, "_test.lua") && name[0] != '.';
  if (!lua && !is_rule_file(name)) return;
  if (const std::string why = base::why_no_file(path.string()); !why.empty())
    return findings.add(base::invalid(path.string() + ": " + why + "; mend it, or take it out of the rules"));
  if (lua)
    findings.warnings.push_back(path.string() + ":1:1: rules in Lua are not yet supported; the file is not read");
  else
    found.push_back({path, below});
}

void find_in_folder(const fs::path& folder, std::vector<File>& files, Findings& findings) {
  std::error_code error;
  std::vector<File> found;
  const auto links_too = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator it(folder, links_too, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // what cannot be looked at is no folder
    const bool hidden = it->path().filename().string()[0] == '.';
    if (it->is_directory(ignored) && (hidden || it.depth() >= kDeepest)) it.disable_recursion_pending();
    if (it.depth() >= kDeepest && it->is_directory(ignored))
      findings.add(
          base::invalid(it->path().string() + ": is too deep below " + folder.string() + " (a link in a circle?)"));
    look_at(it->path(), it->path().lexically_relative(folder).generic_string(), found, findings);
  }
  if (error) findings.add(base::invalid(folder.string() + ": the folder cannot be read: " + error.message()));
  std::sort(found.begin(), found.end(), [](const File& a, const File& b) { return a.name < b.name; });
  files.insert(files.end(), found.begin(), found.end());
}

std::vector<File> find_files(const std::vector<std::string>& paths, Findings& findings) {
  std::vector<File> files;
  std::set<std::string> names;
  for (const std::string& text : paths) {
    const fs::path path = fs::path(text).lexically_normal();
    const size_t before = files.size();
    std::error_code error;
    if (fs::is_directory(path, error)) {
      find_in_folder(path, files, findings);
    } else if (const std::string why = base::why_no_file(path.string()); why.empty()) {
      files.push_back({path, path.filename().string()});
    } else {
      findings.add({base::Fault::kNotFound, text + ": " + (why == "is not there" ? "no such file or folder" : why)});
    }
    // Two folders may hold files of one name; ids must tell them apart.
    const std::string folder = (path.has_filename() ? path : path.parent_path()).filename().string();
    for (size_t i = before; i < files.size(); ++i)
      if (!names.insert(files[i].name).second) names.insert(files[i].name = folder + "/" + files[i].name);
  }
  return files;
}

void warn_if_writable(const File& file, Findings& findings) {
  struct stat status{};
  if (::stat(file.path.c_str(), &status) == 0 && (status.st_mode & S_IWOTH))
    findings.warnings.push_back(file.path.string() + ":1:1: the file is writable by everybody (chmod o-w)");
}

// One file's groups and warnings into `set`; `hash` is the file's.
void read_into(const yaml::Node& root, const std::string& name, const std::string& hash, const ReadOptions& options,
               RuleSet& set, Findings& findings) {
  std::vector<Group> groups = read_groups(root, name, options, findings);
  for (const Duplicate& twice : duplicates_of(groups))
    findings.warnings.push_back(twice.positions[1] + ": \"" + twice.written.name +
                                "\" has the name and the labels of the rule at " + twice.positions[0] +
                                "; give one another label, or nobody can tell their series apart");
  for (Group& group : groups)
    for (Rule& rule : group.rules) rule.hash = hash;
  std::move(groups.begin(), groups.end(), std::back_inserter(set.groups));
}

base::Result<RuleSet> finish(RuleSet set, Findings findings) {
  if (!findings.errors.empty()) return base::invalid(base::join(findings.errors, "\n"));
  set.warnings = std::move(findings.warnings);
  return set;
}
}  // namespace

base::Result<RuleSet> load(const std::vector<std::string>& paths, base::Duration default_interval) {
  Findings findings;
  RuleSet set;
  base::Sha256 hash;
  const ReadOptions options{.default_interval = default_interval, .must_have_groups = true};
  for (const File& file : find_files(paths, findings)) {
    warn_if_writable(file, findings);
    std::ifstream in(file.path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in.is_open() || in.bad()) {
      findings.add(base::invalid(file.path.string() + ": the file cannot be read"));
      continue;
    }
    hash.add(file.name).add("\n").add(std::to_string(text.size())).add("\n").add(text);
    const std::string own_hash = base::hex(base::sha256(text));
    auto root = yaml::parse(std::move(text), file.path.string());
    if (!root.ok()) {
      findings.add(root.error());
      continue;
    }
    read_into(*root, file.name, own_hash, options, set, findings);
  }
  set.hash = base::hex(hash.finish());
  return finish(std::move(set), std::move(findings));
}

base::Result<RuleSet> read(std::string text, const std::string& file, base::Duration default_interval) {
  Findings findings;
  RuleSet set;
  set.hash = base::hex(base::sha256(text));
  REEVE_TRY(const yaml::Node root, yaml::parse(std::move(text), file));
  read_into(root, file, set.hash, {.default_interval = default_interval}, set, findings);
  return finish(std::move(set), std::move(findings));
}

}  // namespace reeve::rule
