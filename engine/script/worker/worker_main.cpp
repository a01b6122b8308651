#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "script/worker.h"
#include "script/worker/core.h"

namespace reeve::script {

namespace {
constexpr uint32_t kMaxFrame = 64u << 20;

bool read_all(char* to, size_t count) {
  while (count > 0) {
    const ssize_t got = read(0, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<size_t>(got);
  }
  return true;
}

bool write_all(const char* from, size_t count) {
  while (count > 0) {
    const ssize_t put = write(1, from, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    from += put;
    count -= static_cast<size_t>(put);
  }
  return true;
}

bool write_frame(const std::string& frame) {
  const auto size = static_cast<uint32_t>(frame.size());
  std::string bytes;
  bytes.reserve(frame.size() + 4);
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(size >> shift);
  bytes += frame;
  return write_all(bytes.data(), bytes.size());
}

bool read_frame(std::string& frame) {
  unsigned char head[4];
  if (!read_all(reinterpret_cast<char*>(head), sizeof head)) return false;
  const uint32_t size = head[0] | head[1] << 8 | head[2] << 16 | static_cast<uint32_t>(head[3]) << 24;
  if (size > kMaxFrame) return false;
  frame.resize(size);
  return read_all(frame.data(), size);
}
}  // namespace

int worker_main(int, char**) {
  bool alive = true;
  Core core([&alive](const std::string& frame) { alive = write_frame(frame) && alive; });
  core.hello();
  std::string frame;
  while (alive && read_frame(frame))
    if (!core.on_message(frame)) return 3;
  return 0;
}

}  // namespace reeve::script
