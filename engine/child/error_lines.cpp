#include "child/error_lines.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace reeve::child {

namespace {
constexpr size_t kLineLimit = 4096, kLinesASecond = 100, kBytesASecond = 256 << 10;
}

ErrorLines::ErrorLines(base::Loop& loop, int fd, OnLine on_line)
    : loop_(loop), fd_(fd), on_line_(std::move(on_line)), second_(loop.clock().boot()) {
  listen();
}

void ErrorLines::listen() {
  watch_ = loop_.watch(fd_, base::Interest::kRead, [this] { on_readable(); });
}

void ErrorLines::on_readable() {
  if (loop_.clock().boot() - second_ >= base::seconds(1)) {
    second_ = loop_.clock().boot();
    lines_ = bytes_ = 0;
  }
  if (read_once() && !within_budget()) pause();
}

bool ErrorLines::within_budget() const {
  return lines_ < kLinesASecond && bytes_ < kBytesASecond;
}

void ErrorLines::pause() {
  if (watch_ != 0) loop_.unwatch(watch_);
  watch_ = 0;
  timer_ = loop_.after(second_ + base::seconds(1) - loop_.clock().boot(), [this] { rest(); });
}

void ErrorLines::rest() {
  timer_ = 0;
  second_ = loop_.clock().boot();
  lines_ = bytes_ = 0;
  take(std::exchange(held_, {}));
  if (fd_ < 0) return;
  return within_budget() ? listen() : pause();
}

bool ErrorLines::read_once() {
  char buffer[4096];
  const ssize_t n = ::read(fd_, buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (n <= 0) return close(), false;
  bytes_ += static_cast<size_t>(n);
  take(std::string(buffer, static_cast<size_t>(n)));
  return fd_ >= 0;
}

void ErrorLines::take(const std::string& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (lines_ >= kLinesASecond) {
      held_ = bytes.substr(i);
      return;
    }
    const char c = bytes[i];
    if (c == '\n') {
      if (!cut_ || !line_.empty()) tell();
      cut_ = false;
    } else if (!cut_) {
      line_ += c;
      if (line_.size() < kLineLimit) continue;
      tell();
      cut_ = true;
    }
  }
}

void ErrorLines::tell() {
  ++lines_;
  const std::string line = std::move(line_);
  line_.clear();
  if (on_line_) on_line_(line);
}

void ErrorLines::drain() {
  lines_ = bytes_ = 0;
  take(std::exchange(held_, {}));
  while (fd_ >= 0 && within_budget() && read_once()) {
  }
  if (!line_.empty()) tell();
  close();
}

void ErrorLines::close() {
  if (watch_ != 0) loop_.unwatch(watch_);
  if (timer_ != 0) loop_.cancel(timer_);
  if (fd_ >= 0) ::close(fd_);
  watch_ = timer_ = 0;
  fd_ = -1;
}

}  // namespace reeve::child
