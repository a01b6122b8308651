#include "child/outlet.h"

#include <unistd.h>

#include <cerrno>

#include "child/child.h"

namespace reeve::child {

bool Outlet::write(std::string bytes) {
  if (fd_ < 0 || finishing_ || queued_ + bytes.size() > kMaxQueued) return false;
  queued_ += bytes.size();
  queue_.push_back(std::move(bytes));
  if (watch_ == 0) on_writable();
  return fd_ >= 0;
}

void Outlet::finish() {
  finishing_ = true;
  if (queue_.empty()) close();
}

void Outlet::close() {
  if (watch_ != 0) loop_.unwatch(watch_);
  if (fd_ >= 0) ::close(fd_);
  watch_ = 0;
  fd_ = -1;
  queue_.clear();
  queued_ = 0;
}

void Outlet::on_writable() {
  if (!push()) return close();
  if (queue_.empty()) {
    if (watch_ != 0) loop_.unwatch(watch_);
    watch_ = 0;
    if (finishing_) close();
  } else if (watch_ == 0) {
    watch_ = loop_.watch(fd_, base::Interest::kWrite, [this] { on_writable(); });
  }
}

bool Outlet::push() {
  while (!queue_.empty()) {
    const std::string& first = queue_.front();
    const ssize_t n = ::write(fd_, first.data() + written_, first.size() - written_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    written_ += static_cast<size_t>(n);
    queued_ -= static_cast<size_t>(n);
    if (written_ < first.size()) return true;
    queue_.pop_front();
    written_ = 0;
  }
  return true;
}

}  // namespace reeve::child
