#include "child/frame.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "child/child.h"

namespace reeve::child {

namespace {
size_t length_at(const char* bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes);
  return at[0] | at[1] << 8 | at[2] << 16 | static_cast<size_t>(at[3]) << 24;
}

bool read_exactly(int fd, char* to, size_t count) {
  while (count > 0) {
    const ssize_t n = ::read(fd, to, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    count -= static_cast<size_t>(n);
  }
  return true;
}

// Drops the first `n` bytes of the parts.
void advance(iovec* parts, int count, size_t n) {
  for (int i = 0; i < count && n > 0; ++i) {
    const size_t step = n < parts[i].iov_len ? n : parts[i].iov_len;
    parts[i].iov_base = static_cast<char*>(parts[i].iov_base) + step;
    parts[i].iov_len -= step;
    n -= step;
  }
}
}  // namespace

std::string frame_head(size_t size) {
  std::string head(4, '\0');
  for (int i = 0; i < 4; ++i) head[static_cast<size_t>(i)] = static_cast<char>(size >> (8 * i));
  return head;
}

bool Splitter::next(std::string_view& message) {
  if (too_long_) return false;
  if (kind_ == Kind::kFrames ? next_frame(message) : next_line(message)) return true;
  compact();
  return false;
}

bool Splitter::next_frame(std::string_view& message) {
  if (held() < 4) return false;
  const size_t length = length_at(buffer_.data() + at_);
  if (length > limit_) return too_long_ = true, false;
  if (held() < 4 + length) {
    buffer_.reserve(at_ + 4 + length);
    return false;
  }
  message = std::string_view(buffer_).substr(at_ + 4, length);
  at_ += 4 + length;
  return true;
}

bool Splitter::next_line(std::string_view& message) {
  const size_t from = scanned_ > at_ ? scanned_ : at_;
  const size_t end = buffer_.find('\n', from);
  if (end == std::string::npos || end - at_ > limit_) {
    scanned_ = buffer_.size();
    too_long_ = held() > limit_;
    return false;
  }
  message = std::string_view(buffer_).substr(at_, end - at_);
  if (!message.empty() && message.back() == '\r') message.remove_suffix(1);
  at_ = end + 1;
  return true;
}

void Splitter::compact() {
  if (at_ == 0) return;
  buffer_.erase(0, at_);
  scanned_ = scanned_ > at_ ? scanned_ - at_ : 0;
  at_ = 0;
  if (buffer_.empty() && buffer_.capacity() > (1 << 20)) std::string().swap(buffer_);
}

bool read_frame(int fd, std::string& message) {
  char head[4];
  if (!read_exactly(fd, head, sizeof head)) return false;
  const size_t length = length_at(head);
  if (length > kMaxFrame) return false;
  message.resize(length);
  return read_exactly(fd, message.data(), length);
}

bool write_frame(int fd, std::string_view message, std::string_view more) {
  std::string head = frame_head(message.size() + more.size());
  iovec parts[3] = {{head.data(), head.size()},
                    {const_cast<char*>(message.data()), message.size()},
                    {const_cast<char*>(more.data()), more.size()}};
  size_t left = head.size() + message.size() + more.size();
  while (left > 0) {
    const ssize_t n = ::writev(fd, parts, 3);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    left -= static_cast<size_t>(n);
    advance(parts, 3, static_cast<size_t>(n));
  }
  return true;
}

}  // namespace reeve::child
