#include "plugin/catalog.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace reeve::plugin {

namespace {
std::optional<Program> program_at(const std::string& name, const std::string& path, bool exec) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  if (exec && ::access(path.c_str(), X_OK) != 0) return {};
  const std::string fingerprint = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" +
                                  std::to_string(info.st_size) + ":" + std::to_string(info.st_mtim.tv_sec) + "." +
                                  std::to_string(info.st_mtim.tv_nsec);
  return Program{name, path, exec, fingerprint};
}

std::optional<Program> find_in(const std::string& folder, const std::string& name) {
  const std::string base = folder + "/" + name;
  if (auto found = program_at(name, base + ".so", false)) return found;
  if (auto found = program_at(name, base + "/" + name + ".so", false)) return found;
  if (auto found = program_at(name, base, true)) return found;
  return program_at(name, base + "/" + name, true);
}

// Why no file of these folders is the plugin, where one has its name; else empty.
std::string what_is_there(const Search& search, const std::string& name) {
  for (const std::string& folder : search.folders) {
    const std::string base = folder + "/" + name;
    for (const std::string& path : {base + ".so", base + "/" + name + ".so", base, base + "/" + name}) {
      struct stat info{};
      if (::lstat(path.c_str(), &info) != 0) continue;
      if (::stat(path.c_str(), &info) != 0) return path + " is a link to what cannot be reached";
      if (S_ISREG(info.st_mode)) return path + " may not be executed (chmod +x)";
    }
    struct stat info{};
    if (::stat(base.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
      return "the folder " + base + " has neither " + name + ".so nor a program " + name;
  }
  return {};
}

bool is_name(const std::string& name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), good);
}

// "docker" for docker.so, for a folder docker, for a program docker.
std::string stem(std::string file) {
  if (file.size() > 3 && file.ends_with(".so")) file.resize(file.size() - 3);
  return file;
}
}  // namespace

base::Result<Program> find_program(const Search& search, const std::string& name) {
  if (!is_name(name)) return base::invalid("\"" + name + "\" is no name of a plugin (letters, digits, _ and -)");
  for (const std::string& folder : search.folders)
    if (auto found = find_in(folder, name)) return *found;
  if (const std::string there = what_is_there(search, name); !there.empty())
    return base::Error{base::Fault::kNotFound, "no plugin \"" + name + "\": " + there};
  std::vector<std::string> names;
  for (const Program& program : list_programs(search)) names.push_back(program.name);
  const std::string near = base::did_you_mean(name, names);
  return base::Error{base::Fault::kNotFound, "no plugin \"" + name + "\" in " + base::join(search.folders, ", ") +
                                                 (near.empty() ? "" : " (did you mean \"" + near + "\"?)")};
}

std::vector<Program> list_programs(const Search& search) {
  std::vector<Program> out;
  for (const std::string& folder : search.folders) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    while (const dirent* item = dir ? ::readdir(dir.get()) : nullptr) {
      const std::string name = stem(item->d_name);
      const auto same = [&](const Program& p) { return p.name == name; };
      if (!is_name(name) || std::any_of(out.begin(), out.end(), same)) continue;
      if (auto found = find_in(folder, name)) out.push_back(*found);
    }
  }
  std::sort(out.begin(), out.end(), [](const Program& a, const Program& b) { return a.name < b.name; });
  return out;
}

}  // namespace reeve::plugin
