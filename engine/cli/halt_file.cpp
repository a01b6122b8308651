// How is the kill switch pulled without an engine? By lines in `<state>/HALT`, put in place whole.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "api/sockets.h"
#include "cli/cli.h"

namespace reeve::cli {

namespace {
base::Error failed(const std::string& what) {
  return {base::Fault::kUnavailable, what + ": " + std::strerror(errno)};
}

/// The next HALT, held by one hand at a time: who waits for it sees the file that the hand before put in place. The
/// folder's own lock is the running engine's.
class Draft {
 public:
  static base::Result<Draft> open_in(const std::string& state) {
    const std::string path = state + "/HALT.new";
    for (;;) {
      api::Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
      if (fd.get() < 0) return failed("cannot write " + path);
      while (flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR) return failed("cannot lock " + path);
      struct stat ours{}, there{};
      if (fstat(fd.get(), &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino)
        return Draft(std::move(fd), path);
    }
  }
  Draft(Draft&& other) noexcept : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, "")) {}
  ~Draft() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  base::Status put(const std::string& path, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    if (ftruncate(fd_.get(), 0) != 0 ||
        write(fd_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(fd_.get()) != 0)
      return failed("cannot write " + path_);
    return move_to(path);
  }
  /// Empty, which takes no space of a disk: it halts everything.
  base::Status put_empty(const std::string& path) {
    if (ftruncate(fd_.get(), 0) != 0) return failed("cannot write " + path_);
    return move_to(path);
  }

 private:
  Draft(api::Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  base::Status move_to(const std::string& path) {
    if (rename(path_.c_str(), path.c_str()) != 0) return failed("cannot put " + path + " in place");
    path_.clear();
    return {};
  }
  api::Fd fd_;
  std::string path_;
};

/// The lines, or nothing when there is no file.
std::optional<std::vector<std::string>> read_lines(const std::string& path) {
  const std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  std::vector<std::string> lines;
  for (const std::string& line : base::split(text.str(), '\n'))
    if (!base::trim(line).empty()) lines.emplace_back(base::trim(line));
  return lines;
}

std::string scope_of(const std::string& line) {
  return line.substr(0, line.find_first_of(" \t"));
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}
}  // namespace

base::Result<std::string> add_halt(const std::string& state, const std::string& scope, const std::string& reason) {
  REEVE_TRY(Draft draft, Draft::open_in(state));
  const std::string path = state + "/HALT";
  const auto before = read_lines(path);
  std::vector<std::string> lines = before.value_or(std::vector<std::string>{});
  // An empty file halts everything; a line for a part of it must not let the rest go.
  if (before && lines.empty()) lines.emplace_back("* the file HALT was there");
  const bool all = scope.empty() || scope == "*";
  const std::string line = (all ? "*" : scope) + " " + one_line(reason);
  if (std::find(lines.begin(), lines.end(), line) != lines.end()) return std::string();
  lines.push_back(line);
  const base::Status written = draft.put(path, lines);
  if (written.ok()) return std::string();
  if (!all)
    return base::Error{written.error().fault,
                       written.error().text + " (to halt everything takes no space: reeve halt without --scope)"};
  REEVE_CHECK(draft.put_empty(path));
  return "the reason could not be written (" + written.error().text + "); " + path +
         " is empty, which halts everything until all is lifted";
}

base::Status lift_halt(const std::string& state, const std::string& scope) {
  REEVE_TRY(Draft draft, Draft::open_in(state));
  const std::string path = state + "/HALT";
  const auto before = read_lines(path);
  if (!before) return base::Error{base::Fault::kNotFound, "nothing is halted: there is no " + path};
  std::vector<std::string> lines = *before;
  if (scope.empty() || (lines.empty() && scope == "*")) {
    lines.clear();
  } else if (std::erase_if(lines, [&scope](const std::string& line) { return scope_of(line) == scope; }) == 0) {
    return base::Error{base::Fault::kNotFound, "nothing is halted under \"" + scope + "\" in " + path};
  }
  if (!lines.empty()) return draft.put(path, lines);
  if (unlink(path.c_str()) != 0) return failed("cannot remove " + path);
  return {};
}

}  // namespace reeve::cli
