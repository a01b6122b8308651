// How does one begin? `reeve new rule|runbook|plugin NAME` writes files that already work.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>

#include "api/sockets.h"
#include "cli/commands.h"
#include "cli/scaffold_texts.h"

namespace reeve::cli {

namespace {
bool is_name(const std::string& name) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.size() <= 64 && kLetters.find(name[0]) != std::string_view::npos &&
         name.find_first_not_of(std::string(kLetters) + "0123456789_-") == std::string::npos;
}

// "disk-full" and "disk_full" give "DiskFull".
std::string camel(const std::string& name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '-' || c == '_') {
      upper = true;
    } else {
      out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      upper = false;
    }
  }
  return out;
}

std::string underscored(std::string name) {
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

std::string fill(std::string text, const std::string& name) {
  const std::pair<std::string, std::string> words[] = {
      {"@name@", name}, {"@Name@", camel(name)}, {"@name_@", underscored(name)}};
  for (const auto& [mark, word] : words)
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + word.size()))
      text.replace(at, mark.size(), word);
  return text;
}

base::Status write_new(const std::string& path, const std::string& text, bool runs) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const api::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, runs ? 0755 : 0644));
  if (fd.get() < 0 || write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return base::Error{base::Fault::kConflict, "cannot write " + path + ": " + std::strerror(errno)};
  return {};
}
}  // namespace

int new_thing(const Arguments& arguments, Context& context) {
  const std::string kind = arguments.text("KIND"), name = arguments.text("NAME");
  const std::string lang = arguments.has("--lang") ? arguments.text("--lang") : "cpp";
  if (!is_name(name)) return context.usage("new: \"" + name + "\" is no name: a letter, then letters, digits, - and _");
  if (arguments.has("--lang") && kind != "plugin") return context.usage("new: --lang is of a plugin");
  const auto files = scaffold_files(kind, lang);
  for (const ScaffoldFile& file : files) {
    const std::string path = fill(file.path, name);
    if (std::error_code ignored; std::filesystem::exists(path, ignored))
      return context.fail({base::Fault::kConflict, path + " is there already; nothing was written"});
  }
  if (kind == "plugin" && context.commands.describe_plugins)
    if (const auto known = context.commands.describe_plugins(context.globals, name); known.ok())
      return context.fail({base::Fault::kConflict, "there is a plugin \"" + name +
                                                       "\" already, which a new one would hide: take another name"});
  for (const ScaffoldFile& file : files) {
    const std::string path = fill(file.path, name);
    if (const auto status = write_new(path, fill(file.text, name), file.runs); !status.ok())
      return context.fail(status.error());
    context.out() << "wrote " << path << '\n';
  }
  context.out() << "next:\n";
  for (const std::string& hint : scaffold_hints(kind, lang)) context.out() << "  " << fill(hint, name) << '\n';
  return kOk;
}

}  // namespace reeve::cli
