#include "app/rights.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

namespace reeve::app {

namespace fs = std::filesystem;

namespace {
constexpr size_t kMostNamed = 20;
constexpr size_t kMostLooked = 50000;

std::string user_name(uid_t uid) {
  const passwd* known = getpwuid(uid);
  return known ? known->pw_name : std::to_string(uid);
}

std::string group_name(gid_t gid) {
  const group* known = getgrgid(gid);
  return known ? known->gr_name : std::to_string(gid);
}

class Look {
 public:
  void at(const std::string& path);
  std::vector<std::string> findings() &&;

 private:
  /// A folder above: where only an owner may rename (the sticky bit), others cannot put another in its place.
  void above(const fs::path& path);
  void below(const fs::path& folder);
  void judge(const fs::path& path, bool sticky_is_safe);
  void add(const fs::path& path, const std::string& who, const std::string& remedy);

  std::set<std::string> seen_;
  std::vector<std::string> found_;
  size_t more_ = 0;
};

void Look::at(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return;
  above(real.parent_path());
  above(fs::absolute(path, error).lexically_normal().parent_path());  // a link may lie elsewhere than what it names
  judge(real, false);
  if (fs::is_directory(real, error)) below(real);
}

void Look::above(const fs::path& path) {
  for (fs::path each = path; !each.empty(); each = each.parent_path()) {
    judge(each, true);
    if (each == each.root_path()) return;
  }
}

void Look::below(const fs::path& folder) {
  std::error_code error;
  fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error), end;
  for (; !error && each != end && seen_.size() < kMostLooked; each.increment(error)) judge(each->path(), false);
}

void Look::judge(const fs::path& path, bool sticky_is_safe) {
  if (!seen_.insert(path.string()).second) return;
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || !(S_ISDIR(info.st_mode) || S_ISREG(info.st_mode))) return;
  if (info.st_uid != 0 && info.st_uid != geteuid())
    return add(path, "the user " + user_name(info.st_uid), "chown " + user_name(geteuid()));
  if (sticky_is_safe && (info.st_mode & S_ISVTX)) return;
  if (info.st_mode & S_IWOTH) return add(path, "everybody", "chmod o-w");
  if ((info.st_mode & S_IWGRP) && info.st_gid != 0 && geteuid() == 0)
    add(path, "the group " + group_name(info.st_gid), "chmod g-w");
}

void Look::add(const fs::path& path, const std::string& who, const std::string& remedy) {
  if (found_.size() == kMostNamed) {
    ++more_;
    return;
  }
  found_.push_back(path.string() + " can be changed by " + who +
                   ", who so gets the rights of this engine; do: " + remedy + " " + path.string());
}

std::vector<std::string> Look::findings() && {
  if (more_ > 0) found_.push_back(std::to_string(more_) + " more files and folders can be changed by others");
  return std::move(found_);
}
}  // namespace

std::vector<std::string> trusted_paths(const Config& config, const Places& places) {
  std::vector<std::string> paths;
  if (!config.file.empty()) {
    paths.push_back(config.file);
    paths.push_back((fs::path(config.file).parent_path() / "conf.d").string());
  }
  for (const auto* more : {&config.rules, &config.runbooks, &config.plugin_dirs, &places.plugin_folders})
    paths.insert(paths.end(), more->begin(), more->end());
  for (const std::string& share : places.shares)
    for (const char* kind : {"/rules", "/runbooks"}) paths.push_back(share + kind);
  paths.push_back(places.child_program);
  return paths;
}

std::vector<std::string> open_to_others(const std::vector<std::string>& paths) {
  Look look;
  for (const std::string& path : paths)
    if (!path.empty()) look.at(path);
  return std::move(look).findings();
}

}  // namespace reeve::app
