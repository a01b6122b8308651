#include "base/clock.h"

#include <time.h>

#include <fstream>

namespace reeve::base {

namespace {
int64_t micros_of(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return static_cast<int64_t>(t.tv_sec) * 1000000 + t.tv_nsec / 1000;
}

class SystemClock : public Clock {
 public:
  Time wall() const override { return {micros_of(CLOCK_REALTIME)}; }
  Boot boot() const override { return {micros_of(CLOCK_BOOTTIME)}; }
  std::string boot_id() const override {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
  }
};
}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace reeve::base
