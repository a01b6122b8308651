#include "ledger/anchor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/log.h"

namespace reeve::ledger {

namespace {
constexpr size_t kMostLines = 1000;
constexpr base::Duration kAgain = base::seconds(10);

// A crash may have left half a line: the next one must not be glued to it.
bool ends_in_half_a_line(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || in.tellg() <= 0) return false;
  in.seekg(-1, std::ios::end);
  return in.get() != '\n';
}
}  // namespace

AnchorFile::AnchorFile(std::string path)
    : path_(std::move(path)), torn_(ends_in_half_a_line(path_)), thread_("reeve-anchor", [this] { return pass(); }) {}

AnchorFile::~AnchorFile() {
  thread_.stop();
  (void)pass();  // logs what goes wrong
}

void AnchorFile::append(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    if (lines_.size() > kMostLines) lines_.pop_front();
  }
  thread_.wake();
}

std::optional<base::Duration> AnchorFile::pass() {
  const base::Status done = write_all();
  if (done.ok()) return std::nullopt;
  base::log_warn("ledger: checkpoints are not anchored, trying again", {{"error", done.error().text}});
  return kAgain;
}

base::Status AnchorFile::write_all() {
  std::string text = torn_ ? "\n" : "";
  std::deque<std::string> lines;
  {
    const std::lock_guard lock(mutex_);
    if (lines_.empty()) return {};
    lines = std::exchange(lines_, {});
  }
  for (const std::string& line : lines) text += line + "\n";
  const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const ssize_t written = fd < 0 ? -1 : write(fd, text.data(), text.size());
  const bool durable = written == static_cast<ssize_t>(text.size()) && fdatasync(fd) == 0;
  const base::Error error{base::Fault::kUnavailable, path_ + ": " + std::strerror(errno)};
  if (fd >= 0) close(fd);
  torn_ = !durable && written > 0;
  if (durable) return {};
  const std::lock_guard lock(mutex_);
  lines_.insert(lines_.begin(), lines.begin(), lines.end());
  return error;
}

}  // namespace reeve::ledger
