#include "common/net/deadline.h"

#include <poll.h>
#include <cerrno>
#include <ctime>

#include <algorithm>

namespace reeve::common {

namespace {
constexpr int64_t kAskEveryMs = 200;
}

int64_t boot_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

Deadline Deadline::at_most_ms(int64_t ms) const {
  Deadline other = *this;
  other.end_ms_ = std::min(end_ms_, boot_ms() + ms);
  return other;
}

Deadline Deadline::stopped_by(std::function<bool()> asked, int fd) const {
  Deadline other = *this;
  other.asked_ = std::move(asked);
  other.fd_ = fd;
  return other;
}

int64_t Deadline::left_ms() const {
  return end_ms_ == INT64_MAX ? INT64_MAX : std::max<int64_t>(0, end_ms_ - boot_ms());
}

Deadline::Wake Deadline::wait(int fd, short events) const {
  while (true) {
    if (stopped()) return Wake::kStopped;
    int64_t left = left_ms();
    if (left == 0) return Wake::kTimeout;
    if (asked_ && fd_ < 0) left = std::min(left, kAskEveryMs);
    pollfd watched[2] = {{fd, events, 0}, {fd_, POLLIN, 0}};
    int ready = poll(watched, 2, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return Wake::kError;
    if (ready > 0 && watched[0].revents != 0) return Wake::kReady;
    if (ready > 0 && watched[1].revents != 0) return Wake::kStopped;
  }
}

bool Deadline::sleep_ms(int64_t ms) const {
  // poll() ignores a negative descriptor: what is left is the timer and the stop signal.
  Wake wake = at_most_ms(ms).wait(-1, 0);
  return wake == Wake::kTimeout && !over();
}

}  // namespace reeve::common
